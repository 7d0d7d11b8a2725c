"""Variance components of a difference from a study that exists, or from what is typical: the basis of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import isnan, nan
from typing import Any, Protocol

import pandas as pd

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics.interval import Components, Unit, Varies, repeats
from evenvoice.metrics.intervals import intervals
from evenvoice.metrics.paired import compare_systems
from evenvoice.metrics.pairing import common_fits, distinct, most_of
from evenvoice.metrics.planning import (
    TYPICAL_FIT_SD,
    fits_that_would_do,
    minimum_detectable_difference,
)
from evenvoice.tables import count

ALIKE = 0.8
"""Correlation over speakers of two systems' UA where it is not known: who is hard for one is hard for the other."""

TYPICAL_SPEAKER_SD, TYPICAL_BOTH_SD = 0.12, 0.05
"""Standard deviations of UA where nothing is known: EmoDB's and RAVDESS' speakers have 0.10 to 0.14."""


_PARTS = ("speakers", "fits", "both")


class Pooled(Protocol):
    """What is asked of a study's result."""

    @property
    def labels(self) -> Sequence[str]:
        """All emotions."""

    @property
    def pooled(self) -> Mapping[Any, pd.DataFrame]:
        """Predictions by seed."""

    @property
    def varies(self) -> Varies:
        """What another seed changes."""


@dataclass(frozen=True)
class Pilot:
    """What a study tells of the difference between two systems.

    Attributes:
        components: Variance components of the difference in UA.
        speakers: Number of speakers (or utterances, where speakers are not known).
        fits: Number of fits of each system.
        basis: Where the components come from, in words.
        unit: ``speaker``, or ``utterance``.
        random: Whether fits or folds differ from seed to seed; if not, one fit of each is all there is.
        varies: What another seed changes, so what `fits` counts.
    """

    components: Components
    speakers: int
    fits: int
    basis: str
    unit: Unit = "speaker"
    random: bool = True
    varies: Varies = "fits"


@dataclass(frozen=True)
class Detectable:
    """The least difference in UA that a comparison in a study finds with 80 % power.

    Attributes:
        difference: As a fraction; NaN where a study of one speaker finds none.
        pilot: What it was computed from; ``None`` where speakers do not differ.
        words: In a sentence or two.
    """

    difference: float
    pilot: Pilot | None
    words: str

    def to_json(self) -> dict[str, Any]:
        """Return all of it; ``None`` for NaN."""
        found: dict[str, Any] = {"difference": None if isnan(self.difference) else self.difference, "words": self.words}
        if self.pilot is None:
            return found
        return found | vars(self.pilot) | {"components": self.pilot.components.to_json()}


def typical_components(
    speaker_sd: float = TYPICAL_SPEAKER_SD,
    fit_sd: float = TYPICAL_FIT_SD,
    both_sd: float = TYPICAL_BOTH_SD,
    alike: float = ALIKE,
) -> Components:
    """Return the components of a difference between two systems of which each has these.

    Args:
        speaker_sd: Standard deviation of a system's UA over speakers, a fraction.
        fit_sd: Over fits.
        both_sd: Of the rest: a speaker in a fit.
        alike: Correlation over speakers of the two systems' UA.

    Examples:
        >>> typical_components(0.1, 0.02, 0.0, alike=0.5)
        Components(speakers=0.010000000000000002, fits=0.0008, both=0.0)
    """
    return Components(2 * speaker_sd**2 * (1 - alike), 2 * fit_sd**2, 2 * both_sd**2)


def pilot_of(results: Sequence[Pooled]) -> Pilot:
    """Return the components of the difference between two systems, as a study has them.

    Measured on every two results that were tested on the same utterances in two common seeds or more, and averaged;
    from one result, two systems are taken to be alike in their speakers (`ALIKE`) and independent in their fits.

    Args:
        results: Of one corpus, each with `labels` and `pooled` predictions by seed.

    Raises:
        EvenvoiceError: No result, or none in which speakers differ.
    """
    if not results:
        raise EvenvoiceError("power: no result; expected a study with at least one finished run")
    pairs = [pair for first, second in combinations(results, 2) if (pair := _pair(first, second)) is not None]
    found = [pair for pair in pairs if pair.random] or pairs
    if found:
        mean = (sum(getattr(pair.components, name) for pair in found) / len(found) for name in _PARTS)
        basis = f"measured on {count(len(found), 'pair')} of systems of this study"
        return replace(found[0], components=Components(*mean), basis=basis)
    result = max(results, key=lambda each: len(each.pooled))
    tables = distinct(result.pooled, result.varies)
    ua = intervals(list(tables.values()), result.labels, varies=result.varies)["ua"]
    if ua.components is None:
        raise EvenvoiceError(f"power: no variance components: {ua.reason}")
    parts = ua.components
    basis = f"speakers' spread of one system; two systems taken to correlate by {ALIKE:g} over speakers"
    if result.varies != "fits" and len(tables) == 1:
        alone = Components(typical_components(parts.speakers**0.5, 0.0, 0.0).speakers)
        return Pilot(alone, ua.units, 1, basis, ua.unit, random=False, varies=result.varies)
    fit_sd = TYPICAL_FIT_SD if isnan(parts.fits) else parts.fits**0.5
    both_sd = 0.0 if isnan(parts.both) else parts.both**0.5
    basis += f", {repeats(result.varies)} to vary by {100 * TYPICAL_FIT_SD:g} points" if isnan(parts.fits) else ""
    components = typical_components(parts.speakers**0.5, fit_sd, both_sd)
    return Pilot(components, ua.units, ua.fits, basis, ua.unit, varies=result.varies)


def mdd_of(results: Sequence[Pooled]) -> Detectable:
    """Return the least difference in UA that a comparison of two recipes in this study finds with 80 % power.

    Args:
        results: As for `pilot_of`.

    Raises:
        EvenvoiceError: No result.

    Examples:
        >>> import numpy as np
        >>> from types import SimpleNamespace
        >>> from evenvoice.metrics.simulation import EMODB_4
        >>> tables = dict(enumerate(EMODB_4.draw(10, 3, np.random.default_rng(0))))
        >>> mdd_of([SimpleNamespace(labels=EMODB_4.labels, pooled=tables, varies="fits")]).words[:66]
        '10 speakers and 3 fits find a difference between two recipes of 8.'
    """
    try:
        pilot = pilot_of(results)
    except EvenvoiceError as error:
        if not results:
            raise
        # A study of one speaker, or of constant answers, is what it is: the reason is the answer.
        words = f"No difference can be found: {str(error).removeprefix('power: no variance components: ')}."
        return Detectable(nan, None, words)
    if not pilot.random:
        least = minimum_detectable_difference(pilot.components, pilot.speakers, 1)
        words = (
            f"{pilot.speakers:,} {pilot.unit}s find a difference between two recipes without randomness of "
            f"{100 * least:.1f} points of UA or more with 80 % power; only more {pilot.unit}s would help "
            f"({pilot.basis})."
        )
        return Detectable(least, pilot, words)
    size = f"{pilot.speakers:,} {pilot.unit}s and {pilot.fits} {repeats(pilot.varies, pilot.fits)}"
    if pilot.fits < 2:
        enough = fits_that_would_do(pilot.components, pilot.speakers)
        least = minimum_detectable_difference(pilot.components, pilot.speakers, enough)
        words = (
            f"One fit of each recipe: they cannot be compared. {enough} fits (--seeds {enough}) of each would find a "
            f"difference of {100 * least:.1f} points of UA with 80 % power ({pilot.basis})."
        )
        return Detectable(nan, pilot, words)
    parts = pilot.components
    least = minimum_detectable_difference(parts, pilot.speakers, pilot.fits)
    more = repeats(pilot.varies) if parts.fits / pilot.fits > parts.speakers / pilot.speakers else f"{pilot.unit}s"
    words = (
        f"{size} find a difference between two recipes of {100 * least:.1f} points of UA or more with 80 % power; more "
        f"{more} would help most ({pilot.basis})."
    )
    return Detectable(least, pilot, words)


def _pair(first: Pooled, second: Pooled) -> Pilot | None:
    """Return components, speakers and fits of the difference of two results; ``None`` where they cannot be compared."""
    varies = first.varies, second.varies
    tables = common_fits(first.pooled, second.pooled, varies)
    most = most_of(varies)
    random = most == "fits" or len(tables) > 1
    if not tables or (random and len(tables) < 2) or set(first.labels) != set(second.labels):
        return None
    if any(set(a["utterance"]) != set(b["utterance"]) for a, b in tables):
        return None
    ours, theirs = [a for a, _ in tables], [b for _, b in tables]
    found = compare_systems(ours, theirs, first.labels, resamples=1, varies=varies)
    if not found.components:
        return None
    return Pilot(found.components, found.n_speakers, found.n_fits, "", found.unit, random, most)
