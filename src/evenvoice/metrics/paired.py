"""Is one system better than another on the same utterances? The difference, its interval, and three tests.

A system is liked by some voices and not by others, so that utterances of one speaker fall the same way. What is
exchanged and resampled here is therefore the speaker. With few speakers little can be shown: `Comparison.smallest_p`
says how little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binomtest

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics.counts import Counts, UnitCounts, unit_counts
from evenvoice.metrics.intervals import Interval, intervals_of
from evenvoice.metrics.matching import matched
from evenvoice.metrics.ratios import Measure, Ratios

Floats = npt.NDArray[np.float64]

LEVEL = 0.95
"""Of the intervals."""

MOST_UNITS = 14
"""With up to so many speakers, all 2^units exchanges are made; with more, random ones."""

AT_ONCE = 1_000_000
"""Signs held at once: where speakers are not known, units are many thousand utterances."""


@dataclass(frozen=True)
class Comparison:
    """Two systems on the same test utterances; differences are second minus first, as fractions.

    Attributes:
        difference_ua: Difference of the mean-over-seeds UA, with a 95 % interval over units.
        difference_wa: The same for WA.
        p_ua: Two-sided permutation test of the difference in UA: see `exchange_test`.
        p_wa: The same for WA.
        p_mcnemar: Exact McNemar test on the first seed: see `mcnemar_test`. It takes utterances as independent, which
            those of one speaker are not, and is therefore optimistic: it goes below 5 % too often.
        discordant: Utterances of the first seed that only the first system recognises, and only the second.
        units: Number of units.
        unit: ``speaker``, or ``utterance`` where a speaker is not known (then all of this is optimistic).
        exchanges: How many exchanges the permutation test made: all, or random ones.
        smallest_p: The least that it can give, whatever the systems do.
    """

    difference_ua: Interval
    difference_wa: Interval
    p_ua: float
    p_wa: float
    p_mcnemar: float
    discordant: tuple[int, int]
    units: int
    unit: Literal["speaker", "utterance"]
    exchanges: int
    smallest_p: float

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON has it; fractions, and ``None`` for the ends of an interval that has none."""
        return vars(self) | {
            "difference_ua": self.difference_ua.to_json(),
            "difference_wa": self.difference_wa.to_json(),
            "discordant": list(self.discordant),
        }


def compare_systems(
    first: Sequence[pd.DataFrame],
    second: Sequence[pd.DataFrame],
    labels: Sequence[str],
    *,
    method: str | None = None,
    resamples: int = 9999,
    seed: int = 0,
) -> Comparison:
    """Compare two systems on the same test utterances.

    Args:
        first: Predictions of one system, one table a seed.
        second: Predictions of the other; table i of both holds the same utterances.
        labels: All emotions.
        method: Of the intervals, as in `intervals`.
        resamples: Random exchanges (above 14 speakers), and draws of speakers for the intervals.
        seed: Of the random numbers.

    Raises:
        EvenvoiceError: The tables do not hold the same utterances, emotions and speakers.

    Examples:
        >>> first = pd.DataFrame({"utterance": [*"123456"], "speaker": [*"aabbcc"], "emotion": ["sad", "happy"] * 3,
        ...                       "predicted": ["sad", "sad"] * 3})
        >>> second = first.assign(predicted=["sad", "happy", "sad", "happy", "sad", "sad"])
        >>> found = compare_systems([first], [second], ["happy", "sad"])
        >>> round(found.difference_ua.estimate, 3), found.discordant, found.p_ua, found.smallest_p
        (0.333, (0, 2), 0.5, 0.25)
    """
    first, second = matched(first, second)
    counts = unit_counts(first, labels), unit_counts(second, labels)
    return compare_counts(*counts, _discordant(first[0], second[0]), method=method, resamples=resamples, seed=seed)


def compare_counts(
    ours: UnitCounts,
    theirs: UnitCounts,
    discordant: tuple[int, int],
    *,
    method: str | None = None,
    resamples: int = 9999,
    seed: int = 0,
) -> Comparison:
    """Do the work of `compare_systems` for predictions that are already counted.

    Args:
        ours: The first system's, of the same units, seeds and utterances as the second's.
        theirs: The second system's.
        discordant: Utterances of the first seed that only the first system recognises, and only the second.
        method: As in `compare_systems`, and so are the rest.
        resamples: Random exchanges, and draws of speakers.
        seed: Of the random numbers.
    """
    units = len(ours)
    all_of_them = units <= MOST_UNITS
    difference_ua, difference_wa = _differences(ours, theirs, method, resamples, seed)
    p_ua, p_wa = (
        exchange_test(part, resamples=resamples, seed=seed) for part in contributions(ours.counts, theirs.counts)
    )
    return Comparison(
        difference_ua=difference_ua,
        difference_wa=difference_wa,
        p_ua=p_ua,
        p_wa=p_wa,
        p_mcnemar=mcnemar_test(*discordant),
        discordant=discordant,
        units=units,
        unit=ours.unit,
        exchanges=2**units if all_of_them else resamples,
        smallest_p=2 / 2**units if all_of_them else 1 / (resamples + 1),
    )


def contributions(first: Counts, second: Counts) -> tuple[Floats, Floats]:
    """Return what each unit adds to the differences of UA and of WA, float64 ``[units]`` each.

    The systems heard the same utterances, so their confusion matrices have the same row sums n_e, and a difference is a
    sum over units: mean over seeds of Σ_e Δhits_ue / n_e / (number of emotions that occur), and of Σ_e Δhits_ue / n. To
    exchange the systems within a unit is to change the sign of its term.

    Args:
        first: ``[units, seeds, emotions, emotions]``, as `UnitCounts` has them.
        second: The same of the other system.

    Examples:
        >>> first = np.array([[[[1, 0], [1, 0]]], [[[1, 0], [1, 0]]]], float)
        >>> second = np.array([[[[1, 0], [0, 1]]], [[[0, 1], [1, 0]]]], float)
        >>> ua, wa = contributions(first, second)
        >>> ua.tolist(), wa.tolist()
        ([0.25, -0.25], [0.25, -0.25])
    """
    more_hits = np.diagonal(second - first, axis1=2, axis2=3)
    heard = first.sum(axis=(0, 3))
    shares = np.divide(1.0, heard, out=np.zeros_like(heard), where=heard > 0)
    shares /= (heard > 0).sum(axis=1, keepdims=True)
    ua = (more_hits * shares).sum(axis=2).mean(axis=1)
    wa = (more_hits.sum(axis=2) / heard.sum(axis=1)).mean(axis=1)
    return ua, wa


def exchange_test(parts: Floats, *, resamples: int = 9999, seed: int = 0) -> float:
    """Return the two-sided p of a sum over units, were the two systems exchangeable within each unit.

    The share of exchanges whose sum is as far from zero as the one found, or farther: of all 2^units exchanges with up
    to 14 units, else of ``resamples`` random ones and the one found (Phipson & Smyth 2010, "Permutation p-values should
    never be zero"). Two systems that are equally good but not exchangeable (one a little better for most speakers, the
    other much better for a few) are told apart somewhat too often where speakers are few: docs/paired-tests.md.

    Args:
        parts: float ``[units]``: see `contributions`.
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
        EvenvoiceError: Something that is no p value.

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


def _differences(
    first: UnitCounts, second: UnitCounts, method: str | None, resamples: int, seed: int
) -> list[Interval]:
    """Return the differences of UA and WA with their intervals.

    Per emotion, the difference d of recalls is a ratio of sums over speakers, as a recall is. The measures of `Ratios`
    begin at 0, so (1 + d) / 2 takes the difference's place: every method follows such a change of scale.
    """
    truth = first.counts.sum(axis=-1)
    more_hits = np.diagonal(second.counts - first.counts, axis1=-2, axis2=-1)
    k = truth.shape[-1]
    above, below = (np.concatenate([part, part.sum(axis=-1, keepdims=True)], axis=-1) for part in (more_hits, truth))
    measures = {"ua": Measure(slice(0, k)), "wa": Measure(slice(k, k + 1))}
    ratios = Ratios(first.units, first.unit, (below + above) / 2, below, np.arange(k + 1), measures)
    return [
        replace(halved, estimate=2 * halved.estimate - 1, low=2 * halved.low - 1, high=2 * halved.high - 1)
        for halved in intervals_of(ratios, method=method, level=LEVEL, resamples=resamples, seed=seed).values()
    ]


def _discordant(first: pd.DataFrame, second: pd.DataFrame) -> tuple[int, int]:
    """Count what one system alone recognises; the rows are the same utterances."""
    hits = [(table["predicted"] == table["emotion"]).to_numpy() for table in (first, second)]
    return int((hits[0] & ~hits[1]).sum()), int((hits[1] & ~hits[0]).sum())
