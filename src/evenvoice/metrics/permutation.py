"""Tests between two systems that were tested on the same utterances, and Holm's correction.

A system suits some voices and not others, so that utterances of one speaker fall the same way. What is exchanged here
is therefore the speaker, and the fit. A comparison prints the t test of its interval (`evenvoice.metrics.crossed`):
docs/paired-tests.md shows its size and power beside those of the permutation tests.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import binomtest

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics.counts import Counts
from evenvoice.metrics.crossed import Floats

MOST_UNITS = 14
"""With up to so many speakers, all 2^units exchanges are made; with more, random ones."""

AT_ONCE = 1_000_000
"""Signs held at once: where speakers are not known, units are many thousand utterances."""


def contributions(first: Counts, second: Counts) -> tuple[Floats, Floats]:
    """Return what each unit adds to the differences of UA and of WA, float64 ``[units, fits]`` each.

    The systems were tested on the same utterances, so their confusion matrices have the same row sums n_e, and a
    difference is a sum over units: of Σ_e Δhits_ue / n_e / (number of emotions that occur), and of Σ_e Δhits_ue / n. To
    exchange the systems within a unit is to change the sign of its term.

    Args:
        first: ``[units, seeds, emotions, emotions]``, as `UnitCounts` has them.
        second: The same of the other system.

    Examples:
        >>> first = np.array([[[[1, 0], [1, 0]]], [[[1, 0], [1, 0]]]], float)
        >>> second = np.array([[[[1, 0], [0, 1]]], [[[0, 1], [1, 0]]]], float)
        >>> ua, wa = contributions(first, second)
        >>> ua.tolist(), wa.tolist()
        ([[0.25], [-0.25]], [[0.25], [-0.25]])
    """
    more_hits = np.diagonal(second - first, axis1=2, axis2=3)
    spoken = first.sum(axis=(0, 3))
    shares = np.divide(1.0, spoken, out=np.zeros_like(spoken), where=spoken > 0)
    shares /= (spoken > 0).sum(axis=1, keepdims=True)
    return (more_hits * shares).sum(axis=2), more_hits.sum(axis=2) / spoken.sum(axis=1)


def exchange_test(parts: Floats, *, resamples: int = 9999, seed: int = 0) -> float:
    """Return the two-sided p of a sum over units, were the two systems exchangeable within each unit.

    The share of exchanges whose sum is as far from zero as the one found, or farther: of all 2^units exchanges with up
    to 14 units, else of ``resamples`` random ones and the one found (Phipson & Smyth 2010, "Permutation p-values should
    never be zero"). Two systems that are equally good but not exchangeable (one a little better for most speakers, the
    other much better for a few) are called different somewhat too often where speakers are few: docs/paired-tests.md.

    Args:
        parts: float ``[units]``: the mean over fits of `contributions`.
        resamples: How many random exchanges.
        seed: Of the random numbers.

    Examples:
        >>> exchange_test(np.array([0.1, 0.1, 0.2]))  # only all + and all - are as far as 0.4
        0.25
    """
    units = len(parts)
    # Sums that are equal on paper differ in their last digits with the order of addition.
    found = abs(parts.sum()) - 1e-12
    if units <= MOST_UNITS:
        signs = 1 - 2 * (np.arange(2**units)[:, None] >> np.arange(units) & 1)
        return float((np.abs(signs @ parts) >= found).mean())
    rng = np.random.default_rng(seed)
    block = max(1, AT_ONCE // units)
    as_far = 0
    for start in range(0, resamples, block):
        signs = 1 - 2 * rng.integers(0, 2, (min(block, resamples - start), units))
        as_far += int((np.abs(signs @ parts) >= found).sum())
    return (1 + as_far) / (1 + resamples)


def crossed_exchange_test(parts: Floats, *, resamples: int = 9999, seed: int = 0) -> float:
    """Return the two-sided p of a difference, were the systems exchangeable within each speaker and within each fit.

    The means of speakers and the means of fits get random signs of their own; the two sums over their standard error
    are an exchange's t, and p is the share of exchanges with a t as far from zero as the one found. Few fits have few
    patterns of signs: docs/paired-tests.md shows what that costs. With one fit it is `exchange_test`.

    Args:
        parts: float ``[units, fits]``: see `contributions`.
        resamples: How many random exchanges.
        seed: Of the random numbers.

    Examples:
        >>> parts = np.array([[0.02, 0.03], [0.01, 0.02], [0.02, 0.01], [0.03, 0.02], [0.01, 0.01]])
        >>> crossed_exchange_test(parts) < crossed_exchange_test(parts - 0.01)
        True
    """
    units, fits = parts.shape
    if fits == 1:
        return exchange_test(parts[:, 0], resamples=resamples, seed=seed)
    by_unit, by_fit = parts.mean(axis=1), parts.mean(axis=0)
    found = _t(by_unit.sum(keepdims=True), by_fit.sum(keepdims=True), by_unit, by_fit, whole=True)
    rng = np.random.default_rng(seed)
    block = max(1, AT_ONCE // (units + fits))
    as_far = 0
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        over_units = (1 - 2 * rng.integers(0, 2, (size, units))) @ by_unit
        over_fits = (1 - 2 * rng.integers(0, 2, (size, fits))) @ by_fit
        as_far += int((_t(over_units, over_fits, by_unit, by_fit) >= found * (1 - 1e-9)).sum())
    return (1 + as_far) / (1 + resamples)


def _t(over_units: Floats, over_fits: Floats, by_unit: Floats, by_fit: Floats, *, whole: bool = False) -> Floats:
    r"""Return \|t\| of sums of signed means ``[n]``; the sum of squares is the same whatever the signs.

    Both sums of the difference that was found (``whole``) are that difference, once.
    """
    S, R = len(by_unit), len(by_fit)
    variance = (S * (by_unit**2).sum() - over_units**2) / (S - 1) if S > 1 else np.zeros_like(over_units)
    of_fits = over_fits * S / R  # a fit's mean is a speaker's share: S of them are the difference
    variance = variance + S**2 * ((by_fit**2).sum() - over_fits**2 / R) / (R - 1) / R
    above = np.abs(over_units if whole else over_units + of_fits)
    error = np.sqrt(np.maximum(variance, 0))
    return np.where(error > 1e-12, above / np.maximum(error, 1e-12), np.where(above > 1e-12, np.inf, 0.0))


def mcnemar_test(only_first: int, only_second: int) -> float:
    """Return the two-sided p of the exact McNemar test: a binomial test on the utterances that one system alone gets.

    It takes utterances as independent. Those of one speaker are not, so it is optimistic: where speakers differ in the
    system that suits them, it finds a difference between equal systems far more often than in 5 % of the cases.

    Args:
        only_first: Utterances that only the first system recognises.
        only_second: Utterances that only the second recognises.

    Examples:
        >>> mcnemar_test(1, 5)  # 2 · (1 + 6) / 2⁶
        0.21875
        >>> mcnemar_test(0, 0)
        1.0
    """
    discordant = only_first + only_second
    return float(binomtest(only_second, discordant).pvalue) if discordant else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values corrected for their number (Holm 1979, "A simple sequentially rejective multiple test").

    The i-th smallest of m is multiplied by m - i + 1, made no less than the one before it, and no more than 1. To claim
    a difference wherever the result is below 5 % makes one wrong claim or more in at most 5 % of such families.

    Args:
        p_values: In any order; the result keeps it.

    Raises:
        EvenvoiceError: Something that is not a p value.

    Examples:
        >>> holm([0.25, 0.01, 0.1])
        [0.25, 0.03, 0.2]
    """
    values = np.asarray(p_values, float)
    odd = values[~((values >= 0) & (values <= 1))]
    if len(odd):
        raise EvenvoiceError(f"p values: found {odd[0]}; expected numbers from 0 to 1, leave out what was not tested")
    order = np.argsort(values, kind="stable")
    corrected = np.empty_like(values)
    corrected[order] = np.minimum(np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1)), 1)
    return [float(value) for value in corrected]
