"""Over-sampling by perturbed waveforms: a small class grows by recordings that are played faster, noisier, …."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.inputs import checked, class_counts
from evenvoice.imbalance.makers import WAVEFORM
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.sampler import BaseSampler
from evenvoice.imbalance.strategy import OverStrategy, check_strategy, rows_to_add


@dataclass(repr=False)
class WaveformOverSampler(BaseSampler):
    """Add rows of perturbed waveforms until the classes are even; all rows of X are kept.

    Each added row has one parent and one perturbation. Every pair of the two is used once before any is used again, in
    an order that is drawn. The features of the perturbed waveforms are not made here: pass them as
    ``Plan.take(X, rows, variants={name: features})``.

    Attributes:
        perturbations: Their names, as the features of the perturbed waveforms are kept: ``"speed:0.9"``.
        sampling_strategy: See `SMOTE`.

    Raises:
        EvenvoiceError: There is no perturbation, or ``sampling_strategy`` has an impossible value.

    Examples:
        >>> X, y = np.array([[0.0], [1.0], [9.0]]), np.array(["neutral", "neutral", "sad"])
        >>> plan = WaveformOverSampler(("speed:0.9",)).plan(X, y)
        >>> plan.maker, plan.take(X, [3], variants={"speed:0.9": X + 0.5})
        ('waveform:speed:0.9', array([[9.5]]))
    """

    perturbations: tuple[str, ...] = ("speed:0.9", "speed:1.1")
    sampling_strategy: OverStrategy = "not majority"

    def __post_init__(self) -> None:
        check_strategy("WaveformOverSampler", self.sampling_strategy, "not majority")
        names: Any = self.perturbations
        if isinstance(names, str) or not names or not all(isinstance(name, str) and name for name in names):
            raise EvenvoiceError(f"WaveformOverSampler perturbations: {names!r}; give a list of names, one at least")

    def plan(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None, seed: int = 0) -> Plan:
        """Plan the rows of X as they are, then the perturbed ones, class by class.

        Args:
            X: Features; [n, …].
            y: Labels; [n].
            groups: Ignored.
            seed: Chooses parents and perturbations.

        Raises:
            EvenvoiceError: The input is inconsistent, or ``sampling_strategy`` does not fit the classes.
        """
        _, labels, _ = checked(X, y, groups, seed)
        random = np.random.RandomState(seed)
        parents, makers, made = [np.empty(0, dtype=np.int64)], [], [labels[:0]]
        for label, count in rows_to_add("WaveformOverSampler", self.sampling_strategy, class_counts(labels)).items():
            rows = np.flatnonzero(labels == label)
            pairs = len(rows) * len(self.perturbations)
            drawn = np.concatenate([random.permutation(pairs) for _ in range(-(-count // pairs))])[:count]
            parents.append(rows[drawn // len(self.perturbations)])
            makers += [WAVEFORM + self.perturbations[which] for which in (drawn % len(self.perturbations)).tolist()]
            made.append(np.full(count, label, dtype=labels.dtype))
        column = np.concatenate(parents)[:, None]
        return Plan(np.arange(len(labels)), column, np.ones(column.shape), np.concatenate(made), makers)
