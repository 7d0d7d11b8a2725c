"""How far an interval over so few speakers can be trusted: what intervals covered in simulated studies.

The figures are in ``coverage.csv`` beside this file, written by ``scripts/interval_coverage.py``; docs/coverage.md says
how.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log
from typing import Literal

import pandas as pd

from evenvoice.metrics.interval import Interval, repeats

BAND = (0.92, 0.98)
"""Where the coverage of a 95 % interval has to lie for a method to be recommended."""

UTTERANCES_OF = 20
"""Number of speakers whose utterances speak for intervals over utterances."""

_SIMPLEST_FIRST = ("t", "percentile", "bca", "bootstrap-t")


@dataclass(frozen=True)
class Coverage:
    """What the 95 % intervals of one method covered, at one number of speakers.

    Attributes:
        studies: How many were simulated.
        covered: In how many of them the true UA lay in the interval.
    """

    studies: int
    covered: int

    @property
    def share(self) -> float:
        """``covered / studies``."""
        return self.covered / self.studies


@cache
def measured() -> dict[tuple[str, int, str], Coverage]:
    """Return what was covered, by unit, number of speakers and method, over the populations that are like real corpora.

    Examples:
        >>> measured()["utterance", 20, "percentile"].share < 0.9 < measured()["speaker", 20, "t"].share
        True
    """
    with files("evenvoice.metrics").joinpath("coverage.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file)
    groups = table[table["like"] == "real"].groupby(["unit", "speakers", "method"])[["studies", "ua_covered"]].sum()
    keys = groups.index.to_list()
    numbers = zip(groups["studies"], groups["ua_covered"], strict=True)
    return {key: Coverage(int(studies), int(covered)) for key, (studies, covered) in zip(keys, numbers, strict=True)}


def recommended(units: int) -> str:
    """Return the method to take for a number of speakers.

    Of the methods whose 95 % interval covered the true UA in 92 to 98 % of the simulated studies with the nearest
    number of speakers, it is the simplest; ``t`` draws nothing, so that everyone gets the same interval. Where none
    is in that band, it is the one that covered most.

    Examples:
        >>> recommended(10)
        't'
    """
    share = {method: measured()["speaker", _nearest(units), method].share for method in _SIMPLEST_FIRST}
    good = [method for method in _SIMPLEST_FIRST if BAND[0] <= share[method] <= BAND[1]]
    return good[0] if good else max(share, key=share.__getitem__)


def trust(interval_or_units: Interval | int, unit: Literal["speaker", "utterance"] = "speaker") -> str:
    """Say in a sentence how far an interval can be trusted.

    Args:
        interval_or_units: The interval, or the number of units of one made by the recommended method.
        unit: What the units are; an interval knows.

    Examples:
        >>> trust(1)
        '1 speaker: no interval can be given; it takes at least two.'
    """
    if isinstance(interval_or_units, int):
        units, method = interval_or_units, None
    else:
        units, method, unit = interval_or_units.units, interval_or_units.method, interval_or_units.unit
    counted = f"{units:,} {unit}{'' if units == 1 else 's'}"
    if units < 2:
        return f"{counted}: no interval can be given; it takes at least two."
    if unit == "utterance":
        found = _covered("utterance", UTTERANCES_OF, "percentile")
        return (
            f"{counted}, speakers not known: the interval is too narrow, because utterances of one speaker are alike; "
            f"95 % intervals over utterances covered the true UA in only {found} of {UTTERANCES_OF} speakers."
        )
    if method == "crossed" and not isinstance(interval_or_units, int):
        return _trust_crossed(counted, interval_or_units)
    if units < _simulated()[0]:
        return f"{counted}: so few were not simulated, and how often such an interval covers the truth is not known."
    found = _covered("speaker", _nearest(units), method or recommended(units))
    return f"{counted}: 95 % intervals of this kind covered the true UA in {found} of {_nearest(units)} speakers."


def _trust_crossed(counted: str, interval: Interval) -> str:
    """Say how far an interval over speakers and fits can be trusted."""
    size = f"{counted} and {interval.fits} {repeats(interval.varies, interval.fits)}"
    speakers, fits = (
        min(sorted({key[place] for key in crossed()}), key=lambda number: abs(log(number / own)))
        for place, own in ((0, interval.units), (1, interval.fits))
    )
    found = crossed()[speakers, fits]
    share = f"{100 * found.share:.1f} % of {found.studies:,} simulated studies"
    return (
        f"{size}: 95 % intervals of this kind held the recipe's UA in {share} of {speakers} speakers and {fits} fits."
    )


@cache
def crossed() -> dict[tuple[int, int], Coverage]:
    """Return what crossed intervals covered, by number of speakers and of fits, over all settings.

    Examples:
        >>> 0.93 < crossed()[10, 5].share < 0.98
        True
    """
    with files("evenvoice.metrics").joinpath("crossed_coverage.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file)
    table = table[table["fits"] > 1].assign(covered=lambda rows: rows["crossed"] * rows["studies"])
    groups = table.groupby(["speakers", "fits"])[["studies", "covered"]].sum()
    numbers = zip(groups.index.to_list(), groups["studies"], groups["covered"], strict=True)
    return {key: Coverage(int(studies), round(covered)) for key, studies, covered in numbers}


def _simulated() -> list[int]:
    """Numbers of speakers that were simulated."""
    return sorted({number for unit, number, _ in measured() if unit == "speaker"})


def _nearest(speakers: int) -> int:
    """The nearest number of speakers that was simulated, by ratio: 40 is nearer to 60 than to 20."""
    return min(_simulated(), key=lambda number: abs(log(number / max(speakers, 1))))


def _covered(unit: str, speakers: int, method: str) -> str:
    """``94.9 % of 1,500 simulated studies``."""
    found = measured()[unit, speakers, method]
    return f"{100 * found.share:.1f} % of {found.studies:,} simulated studies"
