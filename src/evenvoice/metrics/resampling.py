"""Four ways to an interval from speakers: percentile, BCa and studentised bootstrap, and Student's t.

Whole speakers are drawn, with all their utterances, and the same speakers for all seeds. Sources: Efron and Tibshirani
1993, *An Introduction to the Bootstrap*, chapters 12 (bootstrap-t), 13 (percentile) and 14 (BCa); Davison and Hinkley
1997, *Bootstrap Methods and their Application*, section 3.8 (clusters). `scipy.stats.bootstrap` draws for one measure
at a time and gives NaN for BCa where all resamples agree; here one product of matrices serves all measures.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from evenvoice.metrics.ratios import Floats, Ratios

METHODS = ("percentile", "bca", "bootstrap-t", "t")
"""The names of the methods."""

_AT_ONCE = 2_000_000
"""Numbers in the largest array held: many units are resampled in blocks."""


def ends(ratios: Ratios, method: str, level: float, resamples: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Return estimate, low and high of every measure, each float64 ``[measures]``, clipped to the measure's range.

    A measure in which fewer than two units have a say has NaN ends. ``t`` draws nothing.
    """
    estimate = ratios.values(*ratios.of_weights(_once(ratios)))[0]
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    if method == "t":
        low, high = _student(estimate, ratios, tails)
    elif method == "bootstrap-t":
        low, high = _studentised(estimate, ratios, _draws(ratios, resamples, seed), tails)
    else:
        blocks = [ratios.values(*ratios.of_weights(block)) for block in _draws(ratios, resamples, seed)]
        values = np.concatenate(blocks)
        same = np.tile(tails, (len(estimate), 1))
        low, high = _quantiles(values, _tilted(estimate, values, ratios, tails) if method == "bca" else same)
    greatest = np.array([measure.greatest for measure in ratios.measures.values()])
    few = (ratios.contributing().sum(axis=0) < 2) | np.isnan(estimate)
    return estimate, np.where(few, np.nan, np.clip(low, 0, greatest)), np.where(few, np.nan, np.clip(high, 0, greatest))


def _once(ratios: Ratios) -> Floats:
    return np.ones((1, len(ratios.units)))


def _draws(ratios: Ratios, resamples: int, seed: int) -> Iterator[Floats]:
    """How many times each unit is drawn, ``[block, units]``: with replacement, as many as there are."""
    rng = np.random.default_rng(seed)
    units = len(ratios.units)
    block = max(1, _AT_ONCE // max(units, ratios.above[0].size))
    for first in range(0, resamples, block):
        yield rng.multinomial(units, np.full(units, 1 / units), size=min(block, resamples - first)).astype(float)


def _left_out_gaps(ratios: Ratios) -> Floats:
    """The jackknife's gaps ``[units, measures]``: mean - the measure without the unit; 0 for units without a say."""
    left_out = ratios.left_out()
    known = np.isfinite(left_out) & ratios.contributing()
    mean = np.where(known, left_out, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, mean - left_out, 0)


def _student(estimate: Floats, ratios: Ratios, tails: Floats) -> tuple[Floats, Floats]:
    """θ ± t · the jackknife's standard error over units, with units - 1 degrees of freedom.

    Efron and Tibshirani 1993, equation 11.5. Unlike the linearised error, it feels an emotion that few speakers have.
    """
    n = np.maximum(ratios.contributing().sum(axis=0), 2)
    error = np.sqrt((n - 1) / n * (_left_out_gaps(ratios) ** 2).sum(axis=0))
    reach = student.ppf(tails[1], n - 1) * error
    return estimate - reach, estimate + reach


def _studentised(estimate: Floats, ratios: Ratios, draws: Iterator[Floats], tails: Floats) -> tuple[Floats, Floats]:
    """θ - t*·se at the quantiles of t* = (θ* - θ) / se*; a draw of one speaker many times has no se* and no say."""
    error = np.nan_to_num(ratios.errors(_once(ratios))[0])
    blocks = []
    for block in draws:
        gaps, errors = ratios.values(*ratios.of_weights(block)) - estimate, ratios.errors(block)
        blocks.append(np.divide(gaps, errors, out=np.full(gaps.shape, np.nan), where=errors > 1e-12))
    low, high = _quantiles(np.concatenate(blocks), np.tile(tails, (len(estimate), 1)))
    flat = error <= 1e-12
    return np.where(flat, estimate, estimate - high * error), np.where(flat, estimate, estimate - low * error)


def _tilted(estimate: Floats, values: Floats, ratios: Ratios, tails: Floats) -> Floats:
    """The tails that BCa takes, ``[measures, 2]``: Efron and Tibshirani 1993, equations 14.10, 14.14 and 14.15."""
    n = np.maximum(np.isfinite(values).sum(axis=0), 1)
    equal = np.isclose(values, estimate, rtol=0, atol=1e-12)
    below = (((values < estimate) & ~equal).sum(axis=0) + equal.sum(axis=0) / 2) / n
    bias = norm.ppf(np.clip(below, 0.5 / n, 1 - 0.5 / n))
    gaps = _left_out_gaps(ratios)
    spread = (gaps**2).sum(axis=0)
    acceleration = np.divide((gaps**3).sum(axis=0), 6 * spread**1.5, out=np.zeros(spread.shape), where=spread > 1e-20)
    reach = bias[:, None] + norm.ppf(tails)
    tilted: Floats = norm.cdf(bias[:, None] + reach / (1 - acceleration[:, None] * reach))
    return tilted


def _quantiles(values: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """Quantiles ``wanted [measures, 2]`` of each column's known values; NaN where there are none."""
    found = np.full((values.shape[1], 2), np.nan)
    for number, column in enumerate(values.T):
        known = column[np.isfinite(column)]
        if len(known):
            found[number] = np.quantile(known, wanted[number])
    return found[:, 0], found[:, 1]
