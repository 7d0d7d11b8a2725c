"""Half-widths against scipy's, and what they cover by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from evenvoice.audit.interval import half_width, ua_half_width


@pytest.mark.parametrize(("hits", "n"), [(50, 100), (7, 20), (0, 12), (3, 3), (900, 1367)])
def test_half_width_is_that_of_scipys_wilson_interval(hits: int, n: int) -> None:
    interval = binomtest(hits, n).proportion_ci(method="wilson")
    assert half_width(n, hits / n) == pytest.approx((interval.high - interval.low) / 2, abs=1e-6)


def test_ua_of_four_classes_is_twice_as_sure_as_one_of_their_recalls() -> None:
    assert ua_half_width([40] * 4) == pytest.approx(ua_half_width([40]) / 2)
    # Wilson's interval is the narrower one, and hardly where there are many
    assert half_width(40) < ua_half_width([40])
    assert ua_half_width([4000]) == pytest.approx(half_width(4000), rel=1e-3)
    assert ua_half_width([1, 1]) == 0.5


def test_the_interval_of_ua_holds_it_in_about_95_of_100_draws() -> None:
    """Recalls of one half, unequal classes: the measured UA lies within the half-width around one half."""
    counts = [25, 16, 16, 14, 14, 12, 9]
    rng = np.random.default_rng(0)
    ua = np.mean([rng.binomial(n, 0.5, 20000) / n for n in counts], axis=0)
    covered = (np.abs(ua - 0.5) <= ua_half_width(counts)).mean()
    assert 0.93 < covered < 0.97
