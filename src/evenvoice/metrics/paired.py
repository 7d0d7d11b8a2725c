"""Is one system better than another on the same utterances, and of what does the answer hold?

With several fits of each, or where nothing in a recipe is random, the answer is about the recipes. With one fit of a
random recipe, it is about two models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isnan, nan, sqrt

import numpy as np
import pandas as pd
from scipy.stats import t as student

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics.comparison import Comparison
from evenvoice.metrics.counts import unit_counts
from evenvoice.metrics.crossed import (
    FEW,
    FLAT,
    Floats,
    components_of,
    over_paired_fits,
    over_speakers,
    over_unpaired_fits,
    training_factor,
    unpaired_components,
)
from evenvoice.metrics.interval import Components, Interval, Varies, repeats, target_name, target_words
from evenvoice.metrics.intervals import pseudo_values
from evenvoice.metrics.matching import matched
from evenvoice.metrics.names import ByMeasure, measure_name
from evenvoice.metrics.pairing import most_of
from evenvoice.metrics.permutation import MOST_UNITS, contributions, crossed_exchange_test, mcnemar_test
from evenvoice.metrics.planning import minimum_detectable_difference
from evenvoice.metrics.ratios import Ratios, score_ratios
from evenvoice.tables import count


def compare_systems(
    first: Sequence[pd.DataFrame] | pd.DataFrame,
    second: Sequence[pd.DataFrame] | pd.DataFrame,
    labels: Sequence[str],
    *,
    measure: str = "ua",
    target: str | None = None,
    paired_fits: bool | None = None,
    folds: int | None = None,
    level: float = 0.95,
    resamples: int = 9999,
    seed: int = 0,
    varies: tuple[Varies, Varies] = ("fits", "fits"),
) -> Comparison:
    """Compare two systems on the same test utterances.

    Args:
        first: Predictions of one system, one table a fit (seed), or just one.
        second: Predictions of the other.
        labels: All emotions.
        measure: The one to conclude about: any that `intervals` gives, or an alias.
        target: ``model``, ``recipe`` or ``corpus``, as in `intervals`. ``recipe`` if both have two fits or more, or
            nothing in them is random.
        paired_fits: Whether fit i of both belong together (the same seed). If not given: yes for equal numbers. If so,
            table i of both must hold the same utterances; else all tables must. Two fits are too few to estimate how
            far the seeds of both agree, and count as unpaired ones: docs/paired-tests.md.
        folds: Folds of the cross-validation; target ``corpus`` needs them.
        level: Of the intervals.
        resamples: Random exchanges of the permutation test.
        seed: Of the random numbers.
        varies: What another seed changes of each system: the fits, the folds alone, or nothing. A system in which
            nothing varies needs one table, which stands beside each fit of the other.

    Raises:
        EvenvoiceError: The tables do not hold the same utterances, emotions and speakers; recipes are asked for where a
            system has one fit.

    Examples:
        >>> first = pd.DataFrame({"utterance": [*"123456"], "speaker": [*"aabbcc"], "emotion": ["sad", "happy"] * 3,
        ...                       "predicted": ["sad", "sad"] * 3})
        >>> second = first.assign(predicted=["sad", "happy", "sad", "happy", "sad", "sad"])
        >>> found = compare_systems(first, second, ["happy", "sad"])
        >>> round(found.difference, 3), found.discordant, round(found.p, 3), found.p_permutation
        (0.333, (0, 2), 0.184, 0.5)
        >>> found.target, found.words[:63]
        ('this model, new speakers', 'There is one fit, so the recipes cannot be compared; 3 fits of ')
    """
    first = [first] if isinstance(first, pd.DataFrame) else list(first)
    second = [second] if isinstance(second, pd.DataFrame) else list(second)
    first, second = _repeated(first, second, varies)
    paired = len(first) == len(second) if paired_fits is None else paired_fits
    first, second = matched(first, second, paired=paired)
    hits = [(table["predicted"] == table["emotion"]).to_numpy() for table in (first[0], second[0])]
    discordant = int((hits[0] & ~hits[1]).sum()), int((hits[1] & ~hits[0]).sum())
    counts = unit_counts(first, labels).counts, unit_counts(second, labels).counts
    return compare_ratios(
        score_ratios(first, labels), score_ratios(second, labels), counts, discordant, measure=measure, target=target,
        paired_fits=paired, folds=folds, level=level, resamples=resamples, seed=seed, varies=varies,
    )  # fmt: skip


def compare_ratios(
    ours: Ratios,
    theirs: Ratios,
    counts: tuple[Floats, Floats],
    discordant: tuple[int, int],
    *,
    measure: str = "ua",
    target: str | None = None,
    paired_fits: bool = True,
    folds: int | None = None,
    level: float = 0.95,
    resamples: int = 9999,
    seed: int = 0,
    varies: tuple[Varies, Varies] = ("fits", "fits"),
) -> Comparison:
    """Do the work of `compare_systems` for predictions that are already counted.

    Args:
        ours: The first system's, of the same units and utterances as the second's.
        theirs: The second system's.
        counts: The confusion matrices ``[units, fits, emotions, emotions]`` of both, for the permutation test.
        discordant: Utterances of the first fit that only the first system recognises, and only the second.
        measure: As in `compare_systems`, and so are the rest.
        target: ``model``, ``recipe`` or ``corpus``.
        paired_fits: Whether fit i of both belong together.
        folds: Folds of the cross-validation.
        level: Of the intervals.
        resamples: Random exchanges.
        seed: Of the random numbers.
        varies: What another seed changes of each.
    """
    fits = ours.fits, theirs.fits
    most = most_of(varies)
    name = _checked(target, fits, folds, most)
    measure = measure_name(measure)
    parts = contributions(*counts)[0] if paired_fits else _mean_contributions(*counts)
    if name == "model":
        parts = parts.mean(axis=1, keepdims=True)
    p_permutation = crossed_exchange_test(parts, resamples=resamples, seed=seed)
    units = len(ours.units)
    least = max(2 / 2**units, 1 / (resamples + 1)) if units <= MOST_UNITS else 1 / (resamples + 1)
    differences: ByMeasure[Interval] = ByMeasure()
    p_values: ByMeasure[float] = ByMeasure()
    for each, (interval, p) in _differences(ours, theirs, name, paired_fits, folds, level, most).items():
        differences[each] = interval
        # Without spread there is no t: the exchange of speakers that all agree, or of one speaker.
        p_values[each] = p if not isnan(p) or isnan(interval.estimate) else least if interval.estimate else 1.0
    chosen = differences[measure]
    every = units <= MOST_UNITS and parts.shape[1] == 1
    return Comparison(
        differences=differences,
        p_values=p_values,
        measure=measure,
        fits=fits,
        varies=varies,
        paired_fits=paired_fits,
        p_permutation=p_permutation,
        exchanges=2**units if every else resamples,
        smallest_p=least,
        p_mcnemar=mcnemar_test(*discordant),
        discordant=discordant,
        detectable=_detectable(chosen, fits, name, level),
    )


def _differences(
    ours: Ratios, theirs: Ratios, target: str, paired: bool, folds: int | None, level: float, varies: Varies
) -> dict[str, tuple[Interval, float]]:
    """Return the difference in each measure that both have, with its interval and its p (NaN without interval)."""
    contributing = ours.contributing(), theirs.contributing()
    jackknives = ours.jackknife(), theirs.jackknife()
    factor = training_factor(folds) if target == "corpus" and folds else 1.0
    found = {}
    for name, measure in ours.measures.items():
        if name not in theirs.measures:
            continue
        columns = [list(ratios.measures).index(name) for ratios in (ours, theirs)]
        say = contributing[0][:, columns[0]] | contributing[1][:, columns[1]]
        both = list(zip(jackknives, columns, strict=True))
        wholes, lefts = [whole[:, n] for (whole, _), n in both], [left[..., n] for (_, left), n in both]
        if paired:
            known = np.isfinite(wholes[0]) & np.isfinite(wholes[1])
            wholes, lefts = [whole[known] for whole in wholes], [left[:, known] for left in lefts]
        tables = [pseudo_values(whole, left, say) for whole, left in zip(wholes, lefts, strict=True)]
        estimates = [whole[np.isfinite(whole)].mean() if np.isfinite(whole).any() else nan for whole in wholes]
        one = target == "model" or (varies != "fits" and min(ours.fits, theirs.fits) == 1)
        words = target_words(target, ours.unit, varies, min(ours.fits, theirs.fits))
        interval = Interval(
            float(estimates[1] - estimates[0]), nan, nan, "t" if one else "crossed", level, ours.unit,
            len(tables[0]), min(table.shape[1] for table in tables), words, varies=varies,
        )  # fmt: skip
        found[name] = _with_ends(interval, tables[0], tables[1], paired, factor, measure.greatest)
    return found


def _with_ends(
    interval: Interval, first: Floats, second: Floats, paired: bool, factor: float, greatest: float
) -> tuple[Interval, float]:
    """Give the difference its interval and its p, or the reason why it has none."""
    reason = ""
    if not interval.fits:
        reason = "the measure is not defined here: nothing to divide by"
    elif interval.units < 2:
        reason = f"{count(interval.units, interval.unit)}; it takes two {interval.unit}s or more"
    elif interval.method == "crossed" and interval.fits < 2:
        reason = f"only one {repeats(interval.varies, 1)} defines the measure"
    if reason:
        return replace(interval, reason=reason), nan
    if interval.method == "t":
        means = second.mean(axis=1, keepdims=True) - first.mean(axis=1, keepdims=True)
        error, parts = over_speakers(means), components_of(second - first if paired else means)
    elif paired:
        error = over_paired_fits(first, second)
        parts = components_of(second - first) if interval.fits > FEW else unpaired_components(first, second)
    else:
        error, parts = over_unpaired_fits(first, second), unpaired_components(first, second)
    if float(error.variance) <= FLAT:
        reason = f"the difference is the same for every {interval.unit}, so its spread cannot be estimated"
        return replace(interval, reason=reason), nan
    df, se = float(error.df), sqrt(factor * float(error.variance))
    reach = student.ppf((1 + interval.level) / 2, df) * se
    low, high = np.clip([interval.estimate - reach, interval.estimate + reach], -greatest, greatest)
    p = float(2 * student.sf(abs(interval.estimate) / se, df))
    return replace(interval, low=float(low), high=float(high), df=df, components=parts), p


def _mean_contributions(first: Floats, second: Floats) -> Floats:
    """Return what each unit adds to the difference of UA, ``[units, 1]``, where fits do not correspond."""
    return contributions(first.mean(axis=1, keepdims=True), second.mean(axis=1, keepdims=True))[0]


def _detectable(interval: Interval, fits: tuple[int, int], target: str, level: float) -> float:
    """Return the least difference that such a comparison finds with 80 % power; NaN where it is not known."""
    parts, R = interval.components, min(fits)
    if parts is None or interval.units < 2:
        return nan
    if target == "model" or interval.method == "t":
        both = 0.0 if isnan(parts.both) else parts.both / R
        return minimum_detectable_difference(Components(parts.speakers + both), interval.units, 1, level=level)
    return minimum_detectable_difference(parts, interval.units, R, level=level)


def _repeated(
    first: list[pd.DataFrame], second: list[pd.DataFrame], varies: tuple[Varies, Varies]
) -> tuple[list[pd.DataFrame], list[pd.DataFrame]]:
    """Set the one table of a system in which nothing varies beside each fit of the other."""
    if varies[0] == "nothing" and len(first) == 1:
        first = first * len(second)
    if varies[1] == "nothing" and len(second) == 1:
        second = second * len(first)
    return first, second


def _checked(target: str | None, fits: tuple[int, int], folds: int | None, varies: Varies) -> str:
    """Return the target's short name, or raise an `EvenvoiceError` where the fits do not allow it."""
    if target is None:
        return "recipe" if min(fits) > 1 or varies != "fits" else "model"
    name = target_name(target)
    if name != "model" and min(fits) < 2 and varies == "fits":
        raise EvenvoiceError(
            f"compare: found {fits[0]} and {fits[1]} fits; recipes take two fits or more of each to be compared: "
            "evaluate with --seeds 3 or more, or compare the models (target 'model')"
        )
    if name == "corpus" and (folds is None or folds < 2):
        raise EvenvoiceError(f"compare: target 'corpus' with folds={folds}; expected the number of folds, 2 or more")
    return name
