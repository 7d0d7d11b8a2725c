"""An interval around a measure: what it is about, how it was made, and what its width consists of."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import isfinite, isnan, nan, sqrt
from typing import Any, Literal

from evenvoice.errors import EvenvoiceError, nearest

Unit = Literal["speaker", "utterance"]

Varies = Literal["nothing", "folds", "fits"]
"""What another seed changes: the fits (and the folds); of a recipe without randomness the folds alone; or nothing."""

MODEL = "this model, new speakers"
"""The fits are the ones at hand; only speakers are a sample."""

RECIPE = "this recipe, new fits and new speakers"
"""Fits and speakers are samples: what someone gets who trains the recipe again and tests other speakers."""

CORPUS = "this recipe, a new training corpus of this size and new speakers"
"""As `RECIPE`, with another training corpus as well (Nadeau and Bengio 2003)."""

FOLDS = "this recipe, new folds and new speakers"
"""A `RECIPE` without randomness: only the division into folds differs from seed to seed."""

THESE_FOLDS = "this recipe on these folds, new speakers"
"""A `RECIPE` without randomness, on one division into folds."""

FIXED = "this recipe, new speakers"
"""A `RECIPE` without randomness under a protocol that draws no folds: one fit is all there is."""

TARGETS = {"model": MODEL, "recipe": RECIPE, "corpus": CORPUS}
"""Short names of what an interval can be about."""


@dataclass(frozen=True)
class Components:
    """Variance of a measure (or of a difference) over speakers and fits; squares of fractions.

    Attributes:
        speakers: Between speakers, the same in all fits.
        fits: Between fits, the same for all speakers; NaN with one fit.
        both: What is left: a fit that suits some speakers better, and chance in single answers; NaN with one fit, where
            it is part of ``speakers``.
    """

    speakers: float
    fits: float = nan
    both: float = nan

    def to_json(self) -> dict[str, float | None]:
        """Return the attributes; ``None`` for NaN."""
        return {name: value if isfinite(value) else None for name, value in asdict(self).items()}

    def words(self, varies: Varies = "fits") -> str:
        """Write the standard deviations in points.

        Args:
            varies: What another seed changes.

        Examples:
            >>> Components(0.0144, 0.0004, 0.0025).words()
            'standard deviation between speakers 12.0 points, between fits 2.0, both together 5.0'
            >>> Components(0.0144).words()
            'standard deviation between speakers 12.0 points; between fits unknown (one fit)'
            >>> Components(0.0144).words("nothing")
            'standard deviation between speakers 12.0 points'
        """
        speakers = f"standard deviation between speakers {100 * sqrt(self.speakers):.1f} points"
        if varies == "nothing":
            return speakers
        several = repeats(varies)
        if isnan(self.fits):
            return f"{speakers}; between {several} unknown (one {repeats(varies, 1)})"
        return f"{speakers}, between {several} {100 * sqrt(self.fits):.1f}, both together {100 * sqrt(self.both):.1f}"


@dataclass(frozen=True)
class Interval:
    """A measure and the interval around it.

    Attributes:
        estimate: The mean over fits of the measure on a fit's pooled predictions; NaN where it is not defined.
        low: Lower end; NaN (``None`` in JSON) where there is no interval, and then `reason` says why.
        high: Upper end.
        method: One of `METHODS`.
        level: 0.95 for a 95 % interval.
        unit: What was sampled. Utterances stand in where a speaker is not known; such intervals are too narrow.
        units: How many contribute to this measure: a speaker without disgust contributes nothing to its recall.
        fits: How many fits (seeds); of a recipe without randomness, divisions into folds.
        target: What the interval is about, in words: one of `TARGETS`.
        df: Degrees of freedom of Student's t; NaN for a bootstrap.
        components: Variance between speakers, between fits, and both; ``None`` where it cannot be estimated.
        reason: Why there is no interval; empty where there is one.
        varies: What another seed changes, so what `fits` counts.
    """

    estimate: float
    low: float
    high: float
    method: str
    level: float
    unit: Unit
    units: int
    fits: int = 1
    target: str = MODEL
    df: float = nan
    components: Components | None = None
    reason: str = ""
    varies: Varies = "fits"

    @property
    def over(self) -> str:
        """What the interval, and a test that belongs to it, is over, in words.

        Examples:
            >>> Interval(0.5, 0.4, 0.6, "crossed", 0.95, "speaker", 9, 5, varies="folds").over
            'speakers and divisions into folds'
            >>> Interval(0.5, 0.4, 0.6, "t", 0.95, "speaker", 9).over
            'speakers'
        """
        return f"{self.unit}s" + (f" and {repeats(self.varies)}" if self.method == "crossed" else "")

    def to_json(self) -> dict[str, Any]:
        """Return the attributes; ``None`` for NaN, which JSON does not have.

        Examples:
            >>> Interval(0.5, float("nan"), float("nan"), "t", 0.95, "speaker", 1).to_json()["low"] is None
            True
        """
        values = {
            name: None if isinstance(value, float) and not isfinite(value) else value
            for name, value in asdict(self).items()
        }
        return values | {"components": self.components.to_json() if self.components else None}


def repeats(varies: Varies, number: int = 2) -> str:
    """Return what several seeds give several of: fits, or divisions into folds where nothing else varies.

    Examples:
        >>> repeats("fits"), repeats("folds", 1)
        ('fits', 'division into folds')
    """
    one, many = ("division into folds", "divisions into folds") if varies == "folds" else ("fit", "fits")
    return one if number == 1 else many


def target_name(target: str) -> str:
    """Return the short name of a target: ``model``, ``recipe`` or ``corpus``.

    Raises:
        EvenvoiceError: Something else.

    Examples:
        >>> target_name("recipe"), target_name("this model, new speakers")
        ('recipe', 'model')
    """
    if target in (FOLDS, THESE_FOLDS, FIXED):
        return "recipe"
    for name, words in TARGETS.items():
        if target in (name, words):
            return name
    raise EvenvoiceError(
        f"intervals: target {target!r} is unknown{nearest(target, list(TARGETS))}; expected one of "
        + ", ".join(f"{name!r} ({words})" for name, words in TARGETS.items())
    )


def target_words(name: str, unit: Unit, varies: Varies = "fits", tables: int = 2) -> str:
    """Return a target in words; where speakers are not known, it is about other utterances.

    Args:
        name: Of `TARGETS`.
        unit: What stands for speakers.
        varies: What another seed changes.
        tables: How many fits, or divisions into folds, there are.

    Examples:
        >>> target_words("model", "utterance")
        'this model, new utterances'
        >>> target_words("recipe", "speaker", "folds", 1), target_words("recipe", "speaker", "nothing", 1)
        ('this recipe on these folds, new speakers', 'this recipe, new speakers')
    """
    words = TARGETS[name]
    if name == "recipe" and varies != "fits":
        words = FIXED if varies == "nothing" else FOLDS if tables > 1 else THESE_FOLDS
    return words if unit == "speaker" else words.replace("new speakers", "new utterances")
