"""Every measure as a mean of ratios of sums over units, so that resampling speakers needs no rows.

Recall is a ratio of two sums over speakers (recognised, spoken), UA is a mean of recalls, and so on down to the
expected calibration error, a sum of absolute gaps. Weights on the speakers then give all measures of all resamples by
one product of matrices, and the derivative of a ratio, the linearised value of each speaker, gives standard errors
(Woodruff 1971, "A simple method for approximating the variance of a complicated estimate", JASA 66).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from evenvoice.metrics.calibration import TINY
from evenvoice.metrics.counts import UnitCounts, mean_of_known, positions, unit_counts
from evenvoice.metrics.interval import Unit
from evenvoice.metrics.predictions import PROBABILITY

Floats = npt.NDArray[np.float64]

BINS = 15
"""Bins of the calibration error, as Guo et al. 2017 have them."""


@dataclass(frozen=True)
class Measure:
    """Which ratios a measure is made of.

    Attributes:
        columns: The ratios.
        gaps: True where their absolute values are added (calibration error); else their mean over what is known.
        greatest: Upper end of its range; the lower end is 0.
    """

    columns: slice
    gaps: bool = False
    greatest: float = 1.0


@dataclass(frozen=True)
class Ratios:
    """The sums that the measures of one system are made of.

    Attributes:
        units: Names of the speakers (or utterances).
        unit: Which of the two.
        above: Numerators, float64 ``[units, seeds, ratios]``.
        below: Denominators, of the same shape: never negative.
        gate: int ``[ratios]``: the ratio is unknown (NaN) where the denominator of this other ratio is 0. Where only
            its own is 0, the ratio is 0: the precision of an emotion that is never answered.
        measures: By name.
        constant: The system gives the same answer everywhere: its recalls are 0 and 1 for every speaker.
    """

    units: tuple[str, ...]
    unit: Unit
    above: Floats
    below: Floats
    gate: npt.NDArray[np.intp]
    measures: Mapping[str, Measure]
    constant: bool = False

    @property
    def fits(self) -> int:
        """Number of fits (seeds)."""
        return int(self.above.shape[1])

    def only(self, name: str) -> Ratios:
        """Return the same with one measure alone."""
        return replace(self, measures={name: self.measures[name]})

    def values(self, above: Floats, below: Floats) -> Floats:
        """Return the measures of sums ``[b, seeds, ratios]``, the mean over seeds: ``[b, measures]``."""
        return np.stack([mean_of_known(column) for column in self._columns(above, below)], axis=-1)

    def by_fit(self, above: Floats, below: Floats) -> Floats:
        """Return the measures of sums ``[b, seeds, ratios]``, each seed's by itself: ``[b, seeds, measures]``."""
        return np.stack(list(self._columns(above, below)), axis=-1)

    def jackknife(self) -> tuple[Floats, Floats]:
        """Return each seed's measures ``[seeds, measures]``, and without each unit ``[units, seeds, measures]``."""
        above, below = self.above.sum(axis=0), self.below.sum(axis=0)
        return self.by_fit(above[None], below[None])[0], self.by_fit(above - self.above, below - self.below)

    def of_weights(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return the sums ``[b, seeds, ratios]``, above and below, of units that count ``weights [b, units]`` times."""
        shape = (len(weights), *self.above.shape[1:])
        flat = (self.above.reshape(len(self.units), -1), self.below.reshape(len(self.units), -1))
        return (weights @ flat[0]).reshape(shape), (weights @ flat[1]).reshape(shape)

    def errors(self, weights: Floats) -> Floats:
        """Return the linearised standard errors of the measures: ``[b, measures]``.

        With θ = f(sums), speaker *i* has the linearised value u_i = Σ ∂f/∂sum · (its part of the sum); for a ratio
        r = A/B that is (a_i - r·b_i) / B. The values add up to nothing over speakers, so that the standard error is
        sqrt(n / (n - 1) · Σ u_i²), n being the number of speakers who have a say.
        """
        above, below = self.of_weights(weights)
        quotients = self._quotients(above, below)
        n = self.contributing().sum(axis=0)
        columns = []
        for number, measure in enumerate(self.measures.values()):
            part = quotients[..., measure.columns]
            known = np.isfinite(part) & (below[..., measure.columns] > 0)
            slopes = np.divide(
                _shares(part, measure), below[..., measure.columns], out=np.zeros(part.shape), where=known
            )
            a, b = self.above[..., measure.columns], self.below[..., measure.columns]
            values = np.einsum("bsr,usr->bu", slopes, a, optimize=True)
            values -= np.einsum("bsr,usr->bu", slopes * np.nan_to_num(part), b, optimize=True)
            scale = n[number] / (n[number] - 1) if n[number] > 1 else np.nan
            columns.append(np.sqrt(scale * (weights * values**2).sum(axis=1)))
        return np.stack(columns, axis=-1)

    def left_out(self) -> Floats:
        """Return the measures without each unit in turn (jackknife): ``[units, measures]``."""
        return self.values(self.above.sum(axis=0) - self.above, self.below.sum(axis=0) - self.below)

    def contributing(self) -> npt.NDArray[np.bool_]:
        """Return ``[units, measures]``: has it a say? A speaker without disgust has none in disgust's recall."""
        spoken = [(self.below[..., measure.columns] > 0).any(axis=(1, 2)) for measure in self.measures.values()]
        return np.stack(spoken, axis=-1)

    def _columns(self, above: Floats, below: Floats) -> Iterator[Floats]:
        """Each measure in turn, ``[b, seeds]``."""
        quotients = self._quotients(above, below)
        for measure in self.measures.values():
            part = quotients[..., measure.columns]
            yield np.abs(part).sum(axis=-1) if measure.gaps else mean_of_known(part)

    def _quotients(self, above: Floats, below: Floats) -> Floats:
        quotients = np.divide(above, below, out=np.zeros(above.shape), where=below > 0)
        quotients[below[..., self.gate] <= 0] = np.nan
        return quotients


def score_ratios(tables: Sequence[pd.DataFrame], labels: Sequence[str]) -> Ratios:
    """Return UA, WA, macro F1, each emotion's recall, precision and F1, and calibration where there are probabilities.

    Args:
        tables: Predictions of one system, one table a seed.
        labels: All emotions.

    Raises:
        EvenvoiceError: As `unit_counts`.
    """
    cells = unit_counts(tables, labels)
    ratios = count_ratios(cells, labels)
    if not all(PROBABILITY + label in table for table in tables for label in labels):
        return ratios
    sums = _calibration_sums(tables, labels, cells)
    total = ratios.measures["wa"].columns.start
    first = ratios.above.shape[-1]
    return replace(
        ratios,
        above=np.concatenate([ratios.above, sums], axis=-1),
        below=np.concatenate(
            [ratios.below, np.repeat(ratios.below[..., total, None], sums.shape[-1], axis=-1)], axis=-1
        ),
        gate=np.concatenate([ratios.gate, np.full(sums.shape[-1], total)]),
        measures={
            **ratios.measures,
            "log_loss": Measure(slice(first, first + 1), greatest=np.inf),
            "brier": Measure(slice(first + 1, first + 2), greatest=2.0),
            "ece": Measure(slice(first + 2, first + 2 + BINS), gaps=True),
        },
    )


def count_ratios(cells: UnitCounts, labels: Sequence[str]) -> Ratios:
    """Return UA, WA, macro F1, and each emotion's recall, precision and F1, of predictions that are counted.

    Args:
        cells: Counts by unit.
        labels: All emotions, in the order of the counts.
    """
    k = len(labels)
    right = np.diagonal(cells.counts, axis1=-2, axis2=-1)
    truth, answers = cells.counts.sum(axis=-1), cells.counts.sum(axis=-2)
    n = truth.sum(axis=-1, keepdims=True)
    above = [right, right, 2 * right, right.sum(axis=-1, keepdims=True)]
    below = [truth, answers, truth + answers, n]
    of_recall = np.arange(k)
    gate = [of_recall, np.full(k, 3 * k), of_recall, np.array([3 * k])]
    measures = {
        "ua": Measure(slice(0, k)),
        "wa": Measure(slice(3 * k, 3 * k + 1)),
        "macro_f1": Measure(slice(2 * k, 3 * k)),
    }
    for row, name in enumerate(("recall", "precision", "f1")):
        measures |= {f"{name}:{label}": _single(row * k + column) for column, label in enumerate(labels)}
    return _ratios(
        cells, np.concatenate(above, axis=-1), np.concatenate(below, axis=-1), np.concatenate(gate), measures
    )


def confusion_ratios(tables: Sequence[pd.DataFrame], labels: Sequence[str]) -> Ratios:
    """Return the shares of each emotion's utterances that get each answer, row by row.

    Raises:
        EvenvoiceError: As `unit_counts`.
    """
    cells = unit_counts(tables, labels)
    k = len(labels)
    above = cells.counts.reshape(*cells.counts.shape[:2], k * k)
    below = np.repeat(cells.counts.sum(axis=-1), k, axis=-1)
    measures = {
        f"{true}>{predicted}": _single(i * k + j) for i, true in enumerate(labels) for j, predicted in enumerate(labels)
    }
    return _ratios(cells, above, below, np.arange(k * k), measures)


def _calibration_sums(tables: Sequence[pd.DataFrame], labels: Sequence[str], cells: UnitCounts) -> Floats:
    """Sums for log loss, Brier score and the bins' gaps (confidence - correctness): ``[units, seeds, 2 + BINS]``."""
    sums = np.zeros((*cells.counts.shape[:2], 2 + BINS))
    row_of = {name: row for row, name in enumerate(cells.units)}
    for seed, table in enumerate(tables):
        probabilities = table[[PROBABILITY + label for label in labels]].to_numpy(float)
        truth = positions(table, "emotion", labels)
        rows = table[cells.unit].astype(str).map(row_of).to_numpy(int)
        confidence = probabilities.max(axis=1)
        right = truth == positions(table, "predicted", labels)
        bin_of = np.searchsorted(np.arange(1, BINS) / BINS, confidence, side="left")  # a bin owns its right edge
        loss = -np.log(np.maximum(probabilities[np.arange(len(truth)), truth], TINY))
        np.add.at(sums[:, seed, 0], rows, loss)
        np.add.at(sums[:, seed, 1], rows, ((probabilities - np.eye(len(labels))[truth]) ** 2).sum(axis=1))
        np.add.at(sums[:, seed, 2:], (rows, bin_of), confidence - right)
    return sums


def _ratios(
    cells: UnitCounts, above: Floats, below: Floats, gate: npt.NDArray[np.intp], measures: dict[str, Measure]
) -> Ratios:
    constant = (cells.counts.sum(axis=(0, 1, 2)) > 0).sum() == 1
    return Ratios(cells.units, cells.unit, above, below, gate, measures, bool(constant))


def _single(column: int) -> Measure:
    return Measure(slice(column, column + 1))


def _shares(part: Floats, measure: Measure) -> Floats:
    """How much a measure moves with each of its ratios: ``[b, seeds, ratios]``, 0 for what is unknown."""
    known = np.isfinite(part)
    seeds = np.maximum(known.any(axis=-1, keepdims=True).sum(axis=1, keepdims=True), 1)
    of_seed: Floats = np.where(known, np.sign(part), 0.0)
    if not measure.gaps:
        of_seed = known / np.maximum(known.sum(axis=-1, keepdims=True), 1)
    shares: Floats = of_seed / seeds
    return shares
