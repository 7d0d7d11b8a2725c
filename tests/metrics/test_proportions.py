"""Wilson's interval against scipy's."""

from __future__ import annotations

import pytest
from scipy.stats import binomtest

from evenvoice.metrics import wilson


@pytest.mark.parametrize(("hits", "n"), [(0, 5), (3, 7), (7, 7), (480, 500)])
def test_it_is_scipys(hits: int, n: int) -> None:
    ends = binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(hits, n) == pytest.approx((ends.low, ends.high), abs=1e-6)
