"""How large a difference can a study find, and how many speakers or fits does a difference take?

With variance components σ²_s (speakers), σ²_r (fits) and σ²_e (both), S speakers and R fits, a mean has the variance
σ²_s/S + σ²_r/R + σ²_e/(S·R). The minimum detectable difference is (t_{1-α/2} + t_{power}) standard errors (Bloom 1995,
"Minimum detectable effects: a simple way to report the statistical power of experimental designs", Evaluation Review
19).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import isfinite, isnan, nan, sqrt
from typing import Any

from scipy.stats import t as student

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics.interval import Components, Varies, repeats

MOST_FITS, MOST_SPEAKERS = 200, 100_000
"""Where a search ends: a study that takes more is not going to be made."""

TYPICAL_FIT_SD = 0.02
"""Standard deviation of UA over the fits of a recipe where it is not known: docs/results.md has 0.007 to 0.046."""

FEWEST_FITS = 3

# And no more: where speakers hardly differ, each further fit helps a little, and advice of a hundred is none.
_MOST_ADVISED = 10


def minimum_detectable_difference(
    components: Components, speakers: int, fits: int, *, power: float = 0.8, level: float = 0.95
) -> float:
    """Return the least true difference that a study finds with this probability, as a fraction.

    Args:
        components: Variance components of the difference between two systems: `Comparison.components`, or stated ones.
        speakers: Number of speakers, 2 or more.
        fits: Fits of each system. With one, the difference is between two models, and fits count for nothing.
        power: Probability of finding it.
        level: Of the interval.

    Raises:
        EvenvoiceError: Fewer than two speakers or one fit, several fits without their component, an impossible power or
            level, a negative variance.

    Examples:
        >>> components = Components(speakers=0.05**2, fits=0.02**2, both=0.03**2)
        >>> round(minimum_detectable_difference(components, speakers=10, fits=3), 3)
        0.065
        >>> round(minimum_detectable_difference(components, speakers=90, fits=20), 3)
        0.02
    """
    _check(components, speakers, fits, power, level)
    if fits == 1:
        variance = (components.speakers + (0.0 if isnan(components.both) else components.both)) / speakers
        df = speakers - 1.0
    else:
        of_speakers = fits * components.speakers + components.both
        of_fits = speakers * components.fits + components.both
        total = of_speakers + of_fits - components.both
        variance = total / (speakers * fits)
        spread = of_speakers**2 / (speakers - 1) + of_fits**2 / (fits - 1)
        spread += components.both**2 / ((speakers - 1) * (fits - 1))
        df = total**2 / spread if spread > 0 else nan
    if variance == 0:
        return 0.0
    return float(student.ppf((1 + level) / 2, df) + student.ppf(power, df)) * sqrt(variance)


@dataclass(frozen=True)
class StudyPlan:
    """What a study of some size can find, and what a difference takes.

    Attributes:
        difference: The difference wanted, a fraction.
        speakers: Number of speakers there are.
        fits: Number of fits there are.
        power: Probability of finding a difference.
        detectable: The minimum detectable difference of this study, a fraction.
        fits_needed: The least number of fits with these speakers; ``None`` where no number would do.
        speakers_needed: The least number of speakers with these fits; ``None`` where no number would do.
        components: Variance components of the difference.
        varies: What another seed changes, so what `fits` counts.
    """

    difference: float
    speakers: int
    fits: int
    power: float
    detectable: float
    fits_needed: int | None
    speakers_needed: int | None
    components: Components
    varies: Varies = "fits"

    @property
    def enough(self) -> bool:
        """Whether the study as it is finds the difference."""
        return self.detectable <= self.difference

    @property
    def words(self) -> str:
        """The plan in sentences."""
        wanted = f"a difference of {100 * self.difference:g} points with {100 * self.power:g} % power"
        several = repeats(self.varies)
        one_or_more = f"{self.fits:,} {repeats(self.varies, self.fits)}"
        size = f"{self.speakers:,} speakers and {one_or_more} of each system"
        least = f"of {100 * self.detectable:.1f} points" if self.detectable < 1 else "of no size that there is"
        now = f"{size} find a difference {least} with {100 * self.power:g} % power"
        if self.enough:
            return f"{now}: enough for {100 * self.difference:g} points."
        ways = []
        if self.fits_needed:
            ways.append(f"{self.fits_needed} {several} of each with these {self.speakers:,} speakers")
        if self.speakers_needed:
            ways.append(f"{self.speakers_needed:,} speakers with {one_or_more} of each")
        if not ways:
            return f"{now}. For {wanted} both must grow: neither more {several} nor more speakers alone will do."
        alone = "" if self.fits_needed else f" More {several} alone will not do."
        alone += "" if self.speakers_needed else " More speakers alone will not do."
        return f"{now}. For {wanted}: {', or '.join(ways)}.{alone}"

    def to_json(self) -> dict[str, Any]:
        """Return the attributes, and the sentences."""
        return asdict(self) | {"components": self.components.to_json(), "enough": self.enough, "words": self.words}


def plan_study(
    components: Components,
    difference: float,
    *,
    speakers: int,
    fits: int,
    power: float = 0.8,
    level: float = 0.95,
    varies: Varies = "fits",
) -> StudyPlan:
    """Say what a study of this size can find, and how many fits or speakers the difference takes.

    Args:
        components: Variance components of the difference, of a pilot study or stated.
        difference: The difference wanted, as a fraction: 0.03 for 3 points.
        speakers: Number of speakers there are.
        fits: Number of fits of each system there are.
        power: Probability of finding it.
        level: Of the interval.
        varies: What another seed changes; ``folds`` of systems without randomness.

    Raises:
        EvenvoiceError: As `minimum_detectable_difference`; a difference that is not above 0.

    Examples:
        >>> plan = plan_study(Components(0.03**2, 0.02**2, 0.03**2), 0.03, speakers=24, fits=3)
        >>> plan.enough, plan.fits_needed, plan.speakers_needed
        (False, 8, None)
    """
    if not 0 < difference <= 1:
        raise EvenvoiceError(
            f"power: difference {difference:g}; expected a fraction above 0, such as 0.03 for 3 points"
        )

    def detectable(speakers: int, fits: int) -> float:
        return minimum_detectable_difference(components, speakers, fits, power=power, level=level)

    several = max(fits, 2) if not isnan(components.fits) else 1  # a difference between recipes takes two fits
    return StudyPlan(
        difference,
        speakers,
        fits,
        power,
        detectable(speakers, fits),
        _least(lambda n: detectable(speakers, n) <= difference, 2, MOST_FITS) if several > 1 else None,
        _least(lambda n: detectable(n, several) <= difference, 2, MOST_SPEAKERS),
        components,
        varies,
    )


def fits_that_would_do(components: Components, speakers: int) -> int:
    """Return a number of fits that is worth its time: 25 % from what any number would find, from 3 to 10.

    Args:
        components: Of a difference; the fits' may be unknown, then `TYPICAL_FIT_SD` stands in for each system's.
        speakers: Number of speakers.

    Examples:
        >>> fits_that_would_do(Components(0.12**2), speakers=10), fits_that_would_do(Components(0.05**2), speakers=24)
        (3, 10)
    """
    if isnan(components.fits):
        components = Components(components.speakers, 2 * TYPICAL_FIT_SD**2, 0.0)
    if speakers < 2:
        return FEWEST_FITS
    goal = 1.25 * minimum_detectable_difference(components, speakers, MOST_FITS)
    found = _least(
        lambda fits: minimum_detectable_difference(components, speakers, fits) <= goal, FEWEST_FITS, _MOST_ADVISED
    )
    return found or _MOST_ADVISED


def _least(holds: Callable[[int], bool], first: int, last: int) -> int | None:
    """Return the least number from ``first`` to ``last`` for which it holds, given that it goes on holding."""
    if not holds(last):
        return None
    while first < last:
        middle = (first + last) // 2
        first, last = (first, middle) if holds(middle) else (middle + 1, last)
    return first


def _check(components: Components, speakers: int, fits: int, power: float, level: float) -> None:
    if speakers < 2:
        raise EvenvoiceError(f"power: {_count(speakers, 'speaker')}; expected two or more: one says nothing of others")
    if fits < 1:
        raise EvenvoiceError(f"power: {fits} fits; expected one or more")
    if not 0 < power < 1 or not 0 < level < 1:
        raise EvenvoiceError(f"power: power {power:g}, level {level:g}; expected fractions between 0 and 1, as 0.8")
    if power <= 1 - level:
        raise EvenvoiceError(
            f"power: power {power:g} at level {level:g}; chance alone finds a difference as often: expected more than "
            f"{1 - level:.2g}, as 0.8"
        )
    known = [components.speakers] if fits == 1 else [components.speakers, components.fits, components.both]
    if not all(isfinite(value) and value >= 0 for value in known):
        raise EvenvoiceError(
            f"power: components {components.to_json()}; expected variances of 0 or more, and with several fits "
            "all three: take them from a study with two fits or more, or state them"
        )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
