"""Intervals that name what they are about: this model, or this recipe; other speakers in either case.

Several fits of a recipe are crossed with speakers (`evenvoice.metrics.crossed`), so that an interval knows both. One
fit says nothing of other fits: its interval is about this model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import nan, sqrt

import numpy as np
import pandas as pd
from scipy.stats import t as student

from evenvoice.errors import EvenvoiceError, nearest
from evenvoice.metrics.coverage import recommended
from evenvoice.metrics.crossed import (
    FLAT,
    Floats,
    components_of,
    over_speakers,
    over_speakers_and_fits,
    training_factor,
)
from evenvoice.metrics.interval import Interval, Varies, repeats, target_name, target_words
from evenvoice.metrics.names import ByMeasure
from evenvoice.metrics.ratios import Ratios, confusion_ratios, score_ratios
from evenvoice.metrics.resampling import METHODS as RESAMPLED
from evenvoice.metrics.resampling import ends
from evenvoice.tables import count

METHODS = (*RESAMPLED, "crossed")
"""Bootstraps over speakers, Student's t over speakers, and Student's t over speakers and fits."""

CERTAIN = 1e-12
"""An interval so narrow would read as certainty."""


def intervals(
    tables: Sequence[pd.DataFrame] | pd.DataFrame,
    labels: Sequence[str],
    *,
    target: str | None = None,
    method: str | None = None,
    level: float = 0.95,
    folds: int | None = None,
    resamples: int = 2000,
    seed: int = 0,
    varies: Varies = "fits",
) -> dict[str, Interval]:
    """Measure a system with an interval for every measure.

    Args:
        tables: Predictions of one system, one table a fit (seed), or just one.
        labels: All emotions, in the order wanted.
        target: What the interval is about: ``model`` (this model, new speakers), ``recipe`` (new fits and new speakers)
            or ``corpus`` (a new training corpus of this size as well). ``recipe`` if there are two fits or more, or
            nothing in the recipe is random, else ``model``.
        method: One of `METHODS`: ``crossed`` for a recipe; for a model `recommended` for the number of speakers.
        level: The share of studies that should cover the truth.
        folds: Folds of the cross-validation; target ``corpus`` needs them.
        resamples: How many times the speakers are drawn; ``t`` and ``crossed`` draw none.
        seed: Of the draws.
        varies: What another seed changes. ``folds`` or ``nothing`` says that nothing in the recipe is random; then one
            table is enough for an interval about the recipe.

    Returns:
        ``ua``, ``wa``, ``macro_f1``; ``recall:<emotion>``, ``precision:<emotion>`` and ``f1:<emotion>``; and where the
        tables have the columns ``p:<emotion>``, ``log_loss`` (nats), ``brier`` (0 to 2) and ``ece`` (15 bins of equal
        width; Guo et al. 2017, "On calibration of modern neural networks", equation 3). Fractions. Indexing
        understands aliases: ``uar`` and ``balanced accuracy`` are ``ua``.

    Raises:
        EvenvoiceError: No rows, an emotion that is not among the labels, an unknown method or target, a recipe asked
            of one fit, an impossible level.

    Examples:
        >>> import numpy as np
        >>> from evenvoice.metrics.simulation import EMODB_4
        >>> tables = EMODB_4.draw(speakers=10, seeds=2, rng=np.random.default_rng(0))
        >>> ua = intervals(tables, EMODB_4.labels)["uar"]
        >>> ua.low < ua.estimate < ua.high, ua.method, ua.units, ua.fits, ua.target
        (True, 'crossed', 10, 2, 'this recipe, new fits and new speakers')
        >>> intervals(tables[:1], EMODB_4.labels)["ua"].target
        'this model, new speakers'
    """
    tables = [tables] if isinstance(tables, pd.DataFrame) else tables
    ratios = score_ratios(tables, labels)
    return intervals_of(
        ratios, target=target, method=method, level=level, folds=folds, resamples=resamples, seed=seed, varies=varies
    )


def intervals_of(
    ratios: Ratios,
    *,
    target: str | None = None,
    method: str | None = None,
    level: float = 0.95,
    folds: int | None = None,
    resamples: int = 2000,
    seed: int = 0,
    varies: Varies = "fits",
) -> dict[str, Interval]:
    """Do the work of `intervals` for measures that are already ratios of sums over units."""
    name, method = _checked(ratios, target, method, level, folds, resamples, varies)
    if method == "crossed":
        return ByMeasure(_crossed(ratios, name, level, folds, varies))
    contributing = ratios.contributing()
    whole, left = ratios.jackknife()
    found = {}
    for number, (measure, estimate, low, high) in enumerate(
        zip(ratios.measures, *ends(ratios, method, level, resamples, seed), strict=True)
    ):
        Z = pseudo_values(whole[:, number], left[..., number], contributing[:, number])
        interval = Interval(
            float(estimate), float(low), float(high), method, level, ratios.unit, Z.shape[0], Z.shape[1],
            target_words("model", ratios.unit), float(len(Z) - 1) if method == "t" else nan,
            components_of(Z) if Z.size else None, varies=varies,
        )  # fmt: skip
        found[measure] = _without_certainty(interval, Z, ratios.constant and _only_recalls(measure))
    return ByMeasure(found)


def confusion_intervals(
    tables: Sequence[pd.DataFrame],
    labels: Sequence[str],
    *,
    target: str | None = None,
    method: str | None = None,
    level: float = 0.95,
    folds: int | None = None,
    resamples: int = 2000,
    seed: int = 0,
    varies: Varies = "fits",
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the confusion matrix as shares of its rows, and the ends of their intervals.

    Args:
        tables: As for `intervals`, and so are the rest.
        labels: All emotions, in the order wanted.
        target: ``model``, ``recipe`` or ``corpus``.
        method: One of `METHODS`.
        level: The share of studies that should cover the truth.
        folds: Folds of the cross-validation; target ``corpus`` needs them.
        resamples: How many times the speakers are drawn.
        seed: Of the draws.
        varies: What another seed changes.

    Returns:
        Estimate, low and high; rows true, columns predicted; NaN in the row of an emotion that does not occur, and as
        ends of a cell that is the same for every speaker.

    Raises:
        EvenvoiceError: As `intervals`.

    Examples:
        >>> table = pd.DataFrame({"utterance": ["1", "2", "3"], "speaker": ["a", "b", "b"],
        ...                       "emotion": ["sad", "sad", "happy"], "predicted": ["sad", "happy", "happy"]})
        >>> confusion_intervals([table], ["happy", "sad"])[0].loc["sad"].to_dict()
        {'happy': 0.5, 'sad': 0.5}
    """
    ratios = confusion_ratios(tables, labels)
    found = list(
        intervals_of(
            ratios,
            target=target,
            method=method,
            level=level,
            folds=folds,
            resamples=resamples,
            seed=seed,
            varies=varies,
        ).values()
    )
    rows, columns = pd.Index(labels, name="true"), pd.Index(labels, name="predicted")
    shape = (len(labels), len(labels))
    estimate, low, high = (
        pd.DataFrame(np.reshape([getattr(cell, name) for cell in found], shape), index=rows, columns=columns)
        for name in ("estimate", "low", "high")
    )
    return estimate, low, high


def pseudo_values(whole: Floats, left: Floats, contributes: np.ndarray) -> Floats:
    """Return the table ``[speakers, fits]`` of S·M_r - (S - 1)·M_r(without s) of one measure.

    Speakers who contribute nothing, and fits in which the measure is not defined, are left out. Where it is not defined
    without a speaker, that speaker's influence is unknown, and counts as none.

    Args:
        whole: ``[fits]``, the measure of each fit.
        left: ``[speakers, fits]``, without each speaker.
        contributes: bool ``[speakers]``.
    """
    fits = np.isfinite(whole)
    whole, left = whole[fits], left[contributes][:, fits]
    S = len(left)
    gaps: Floats = np.where(np.isfinite(left), whole - left, 0)
    return whole + (S - 1) * gaps


def _crossed(ratios: Ratios, target: str, level: float, folds: int | None, varies: Varies) -> dict[str, Interval]:
    """Return the interval of every measure over speakers and fits; over speakers where only one fit defines it."""
    contributing = ratios.contributing()
    whole, left = ratios.jackknife()
    factor = training_factor(folds) if target == "corpus" and folds else 1.0
    found = {}
    for number, (name, measure) in enumerate(ratios.measures.items()):
        Z = pseudo_values(whole[:, number], left[..., number], contributing[:, number])
        estimate = float(whole[np.isfinite(whole[:, number]), number].mean()) if Z.shape[1] else nan
        S, R = Z.shape
        interval = Interval(
            estimate, nan, nan, "crossed", level, ratios.unit, S, R,
            target_words(target, ratios.unit, varies, ratios.fits), components=components_of(Z) if R else None,
            varies=varies,
        )  # fmt: skip
        if S > 1 and R > 0:
            error = over_speakers_and_fits(Z) if R > 1 else over_speakers(Z)
            df = float(error.df)
            reach = student.ppf((1 + level) / 2, df) * sqrt(factor * float(error.variance)) if df > 0 else 0.0
            interval = replace(
                interval,
                low=float(np.clip(estimate - reach, 0, measure.greatest)),
                high=float(np.clip(estimate + reach, 0, measure.greatest)),
                df=df,
            )
        if R == 1:
            random = varies == "fits"  # only one fit defines the measure
            interval = replace(
                interval, method="t", target=target_words("model", ratios.unit) if random else interval.target
            )
        found[name] = _without_certainty(interval, Z, ratios.constant and _only_recalls(name))
    return found


def _without_certainty(interval: Interval, Z: Floats, constant: bool) -> Interval:
    """Take the ends of an interval that would read as certainty, and say why."""
    S, R = Z.shape
    unit = interval.unit
    if not R:
        reason = "the measure is not defined here: nothing to divide by"
    elif S < 2:
        reason = f"{count(S, unit)} contribute{'s' if S == 1 else ''}; it takes two {unit}s or more"
    elif constant:
        reason = "the system gives the same answer everywhere, so the score is the same for every speaker"
    elif Z.var() <= FLAT:
        every = unit if R == 1 else f"{unit} and {repeats(interval.varies, 1)}"
        reason = f"the score is the same for every {every}, so its spread cannot be estimated"
    elif interval.high - interval.low <= CERTAIN:
        reason = f"too few {unit}s differ for an interval"
    else:
        return interval
    return replace(interval, low=nan, high=nan, df=nan, components=None, reason=reason)


def _only_recalls(measure: str) -> bool:
    return measure == "ua" or measure.startswith("recall:")


def _checked(
    ratios: Ratios,
    target: str | None,
    method: str | None,
    level: float,
    folds: int | None,
    resamples: int,
    varies: Varies,
) -> tuple[str, str]:
    """Return target and method, or raise an `EvenvoiceError` for what cannot be done."""
    if method is not None and method not in METHODS:
        raise EvenvoiceError(
            f"intervals: method {method!r} is unknown{nearest(method, list(METHODS))}; known are {', '.join(METHODS)}"
        )
    if not 0 < level < 1:
        raise EvenvoiceError(f"intervals: level {level:g}; expected a fraction between 0 and 1, such as 0.95")
    if resamples < 1:
        raise EvenvoiceError(f"intervals: {resamples} resamples; expected at least 1, better 2000")
    if target is None:
        crossed = method == "crossed" or (method is None and (ratios.fits > 1 or varies != "fits"))
        name = "recipe" if crossed else "model"
    else:
        name = target_name(target)
    if name == "model":
        if method == "crossed":
            raise EvenvoiceError("intervals: method 'crossed' is about a recipe; for target 'model' name another")
        return name, method or recommended(len(ratios.units))
    if method not in (None, "crossed"):
        raise EvenvoiceError(f"intervals: method {method!r} knows speakers alone; for target {name!r} use 'crossed'")
    if ratios.fits < 2 and varies == "fits":
        raise EvenvoiceError(
            f"intervals: one fit says nothing of other fits, so no interval for target {name!r}; "
            "evaluate with --seeds 3 or more, or ask for target 'model'"
        )
    if name == "corpus" and (folds is None or folds < 2):
        raise EvenvoiceError(f"intervals: target 'corpus' with folds={folds}; expected the number of folds, 2 or more")
    return name, "crossed"
