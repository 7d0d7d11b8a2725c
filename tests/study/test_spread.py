"""Over seeds: the standard deviation is that of a sample, worked by hand."""

from __future__ import annotations

import pytest

from evenvoice.study.results import Spread


def test_the_deviation_is_that_of_a_sample() -> None:
    spread = Spread.of([0.5, 0.6, 0.7])
    assert spread.mean == pytest.approx(0.6)
    assert spread.sd == pytest.approx(0.1)  # of a population: 0.0816
    assert Spread.of([0.5]).sd is None
