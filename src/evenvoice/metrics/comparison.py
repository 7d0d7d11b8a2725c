"""What the comparison of two systems found, and what can be concluded from it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

from evenvoice.metrics.interval import Components, Interval, Unit, Varies, repeats
from evenvoice.metrics.pairing import most_of
from evenvoice.metrics.planning import fits_that_would_do

ALPHA = 0.05
"""A difference is claimed where p is below."""

LOWER_IS_BETTER = ("log_loss", "brier", "ece")


@dataclass(frozen=True)
class Comparison:
    """Two systems on the same test utterances; differences are second minus first, as fractions.

    Attributes:
        differences: By measure, with 95 % intervals: ``ua``, ``wa``, ``macro_f1``, ``recall:<emotion>``, ….
        p_values: By measure, two-sided, of the t test that the interval inverts; where the difference is the same for
            every speaker and fit, or there is one speaker, of the permutation test.
        measure: The one that `difference`, `low`, `high`, `p` and `words` are about.
        fits: Number of fits of the first system and of the second.
        varies: What another seed changes of each: the fits, the folds alone, or nothing.
        paired_fits: Whether fit i of both belong together (the same seed, so the same folds).
        p_permutation: Permutation test of UA: systems exchanged within whole speakers, and within fits where there are
            several. The t test is printed, because it keeps its size and finds more: docs/paired-tests.md.
        exchanges: How many exchanges the permutation test made.
        smallest_p: The least p that its exchanges of speakers can give.
        p_mcnemar: Exact McNemar test on the first fit: see `mcnemar_test`. It takes utterances as independent, which
            those of one speaker are not, and is therefore optimistic: it goes below 5 % too often.
        discordant: Utterances of the first fit that only the first system recognises, and only the second.
        detectable: The least difference that such a comparison finds with 80 % power; NaN where it is not known.
    """

    differences: Mapping[str, Interval]
    p_values: Mapping[str, float]
    measure: str
    fits: tuple[int, int]
    varies: tuple[Varies, Varies]
    paired_fits: bool
    p_permutation: float
    exchanges: int
    smallest_p: float
    p_mcnemar: float
    discordant: tuple[int, int]
    detectable: float

    @property
    def interval(self) -> Interval:
        """The difference in the measure, with its interval."""
        return self.differences[self.measure]

    @property
    def difference(self) -> float:
        """The second system's measure minus the first's."""
        return self.interval.estimate

    @property
    def low(self) -> float:
        """Lower end; NaN where there is no interval."""
        return self.interval.low

    @property
    def high(self) -> float:
        """Upper end; NaN where there is no interval."""
        return self.interval.high

    @property
    def p(self) -> float:
        """Two-sided p of the difference."""
        return self.p_values[self.measure]

    @property
    def target(self) -> str:
        """What the answer is about, in words."""
        return self.interval.target

    @property
    def components(self) -> Components | None:
        """Variance components of the difference; ``None`` where they cannot be estimated."""
        return self.interval.components

    @property
    def n_speakers(self) -> int:
        """Number of speakers (utterances, where speakers are not known)."""
        return self.interval.units

    @property
    def n_fits(self) -> int:
        """Number of fits of the system that has fewer."""
        return min(self.fits)

    @property
    def about_recipes(self) -> bool:
        """Whether the answer is about recipes; with one fit of a random recipe it is about models."""
        return not self.target.startswith("this model")

    @property
    def claims(self) -> bool:
        """Whether p may be taken for a claim.

        It may not where a random recipe with two fits stands beside one without randomness: two fits of one recipe can
        agree by chance, and p would be below 5 % in up to 12 % of the comparisons of equal recipes.
        """
        return not (self.about_recipes and self.n_fits == 2 and len({*self.varies}) > 1)

    @property
    def units(self) -> int:
        """As `n_speakers`."""
        return self.n_speakers

    @property
    def unit(self) -> Unit:
        """``speaker``, or ``utterance`` where a speaker is not known (then all of this is optimistic)."""
        return self.interval.unit

    @property
    def difference_ua(self) -> Interval:
        """The difference in UA."""
        return self.differences["ua"]

    @property
    def difference_wa(self) -> Interval:
        """The difference in WA."""
        return self.differences["wa"]

    @property
    def p_ua(self) -> float:
        """Two-sided p of the difference in UA."""
        return self.p_values["ua"]

    @property
    def p_wa(self) -> float:
        """Two-sided p of the difference in WA."""
        return self.p_values["wa"]

    @property
    def words(self) -> str:
        """What can be concluded, in sentences."""
        return self.conclusion()

    def conclusion(self, first: str = "the first", second: str = "the second", p: float | None = None) -> str:
        """Return what can be concluded, in sentences.

        Args:
            first: Name of the first system.
            second: Name of the second.
            p: Corrected for several comparisons, if there are.
        """
        p = self.p if p is None else p
        name = self.measure.upper() if self.measure in ("ua", "wa") else self.measure
        if isnan(self.difference):
            return f"Nothing can be concluded: {self.interval.reason}."
        size = f"{abs(100 * self.difference):.1f} points of {name}"
        better = (self.difference > 0) != (self.measure in LOWER_IS_BETTER)
        winner, loser = (second, first) if better else (first, second)
        if not isnan(self.low):
            size += f" (95 % interval of {second} minus {first}: {100 * self.low:+.1f} to {100 * self.high:+.1f})"
        elif self.difference:
            size += f" (no interval: {self.interval.reason})"
        found = p < ALPHA
        if not self.about_recipes:
            models = (
                f"Of these two models, {winner} is better than {loser} on new {self.unit}s, by {size}."
                if found
                else f"No difference is shown between these two models on new {self.unit}s: {size}."
            )
            return models if self.n_fits > 1 else f"{self._one_fit(first, second)} {models}"
        if found and not self.claims:
            random = first if self.varies[0] == most_of(self.varies) else second
            return (
                f"Two fits of {random} can agree by chance, and no claim is made from them: take three or more "
                f"(--seeds 3). {_capital(winner)} is ahead of {loser} by {size}."
            )
        if found:
            return f"{_capital(winner)} is better than {loser} by {size}, {self._scope()}."
        return f"No difference is shown between {first} and {second}: {size}.{self._advice()}"

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON has it; fractions, and ``None`` for what is not known."""
        names = ("measure", "difference", "low", "high", "p", "target", "n_speakers", "n_fits", "paired_fits",
                 "p_ua", "p_wa", "p_permutation", "exchanges", "smallest_p", "p_mcnemar", "unit", "units",
                 "detectable", "words")  # fmt: skip
        values = {name: getattr(self, name) for name in names}
        values = {name: None if isinstance(value, float) and isnan(value) else value for name, value in values.items()}
        return values | {
            "components": self.components.to_json() if self.components else None,
            "differences": {name: found.to_json() for name, found in self.differences.items()},
            "difference_ua": self.difference_ua.to_json(),
            "difference_wa": self.difference_wa.to_json(),
            "fits": list(self.fits),
            "varies": list(self.varies),
            "discordant": list(self.discordant),
        }

    def _one_fit(self, first: str, second: str) -> str:
        """Say why recipes cannot be compared, and what it takes."""
        enough = fits_that_would_do(self.components or Components(0.0), self.n_speakers)
        random = [name for name, varies in zip((first, second), self.varies, strict=True) if varies == "fits"]
        if len(random) == 1:
            return (
                f"There is one fit of {random[0]}, so the recipes cannot be compared; {enough} fits of it would do "
                f"(--seeds {enough}), for nothing in the other is random."
            )
        why = "There is one fit" if max(self.fits) == 1 else "One system has one fit"
        return f"{why}, so the recipes cannot be compared; {enough} fits of each would do (--seeds {enough})."

    def _scope(self) -> str:
        """Say of what the answer holds."""
        most, new = most_of(self.varies), f"new {self.unit}s"
        if most == "fits":
            return f"for new fits and {new}"
        if most == "folds":
            return f"for new folds and {new}" if self.n_fits > 1 else f"for {new} on these folds"
        return f"for {new} (nothing in the two is random)"

    def _advice(self) -> str:
        """Say what this comparison could have found, and what would help."""
        if isnan(self.detectable) or self.components is None:
            return ""
        parts, S, R = self.components, self.n_speakers, self.n_fits
        size, more = f"{S:,} {self.unit}s", f"{self.unit}s"
        if not isnan(parts.fits):
            several = repeats(most_of(self.varies))
            size += f" and {R} {several}"
            more = several if parts.fits / R > parts.speakers / S else more
        least = f"{100 * self.detectable:.1f} points"
        return f" {size} find a difference of {least} with 80 % power; more {more} would help most."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:] if text.startswith("the ") else text
