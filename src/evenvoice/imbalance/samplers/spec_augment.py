"""SpecAugment of rare classes: copies of their rows with bands of time and of coefficients blanked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenvoice.imbalance.inputs import checked, class_counts, flat_features
from evenvoice.imbalance.options import check_integers, check_numbers
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.sampler import BaseSampler
from evenvoice.imbalance.strategy import OverStrategy, check_strategy, rows_to_add


@dataclass(repr=False)
class SpecAugment(BaseSampler):
    """Raise small classes with copies of their rows in which bands are blanked, over time and over coefficients.

    Source: Park et al. 2019, "SpecAugment: a simple data augmentation method for automatic speech recognition", which
    masks all training rows anew each epoch (``redrawn`` does that to any sampler). Known: bands of a width drawn from 0
    to a greatest one, at a place drawn, are set to the mean. Assumed: widths are fractions of an axis; the mean is 0,
    as it is of normalised features; no warping of time. The last axis is time, the one before it coefficients; a row
    of one axis has one kind of band. Every row of a class is copied once before any is copied again.

    Attributes:
        sampling_strategy: See `SMOTE`.
        bands: Bands of each kind.
        time: Greatest width of a band of frames, as a fraction of all frames, from 0 to 1.
        coefficients: Greatest width of a band of coefficients, as a fraction of all, from 0 to 1.

    Raises:
        EvenvoiceError: An option has an impossible value.

    Examples:
        >>> X, y = np.ones((3, 4, 10)), np.array(["neutral", "neutral", "sad"])
        >>> plan = SpecAugment().plan(X, y, seed=3)
        >>> plan.parents([3]).tolist(), bool((plan.take(X, [3]) == 0).any())
        ([[2]], True)
    """

    sampling_strategy: OverStrategy = "not majority"
    bands: int = 1
    time: float = 0.2
    coefficients: float = 0.2

    between_parents: ClassVar[bool] = False
    copies: ClassVar[float] = 0.7

    def __post_init__(self) -> None:
        check_strategy("SpecAugment", self.sampling_strategy, "not majority")
        check_integers("SpecAugment", bands=self.bands)
        check_numbers("SpecAugment", 0, 1, time=self.time, coefficients=self.coefficients)

    def plan(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None, seed: int = 0) -> Plan:
        """Plan the rows of X as they are, then the masked ones, class by class.

        Args:
            X: Normalised features; float [n, …, coefficients, frames], finite.
            y: Labels; [n].
            groups: Ignored.
            seed: Chooses rows and bands.

        Raises:
            EvenvoiceError: The input is inconsistent, or ``sampling_strategy`` does not fit the classes.
        """
        X, y, _ = checked(X, y, groups, seed)
        flat_features(X, "a blanked value is a number")
        random, parents = np.random.RandomState(seed), [np.empty(0, dtype=np.int64)]
        for label, count in rows_to_add("SpecAugment", self.sampling_strategy, class_counts(y)).items():
            rows = np.flatnonzero(y == label)
            passes = -(-count // len(rows))
            parents.append(np.concatenate([random.permutation(rows) for _ in range(passes)])[:count])
        base = np.concatenate(parents)
        values = X[base]
        for row in values:
            for axis, widest in ((-1, self.time), (-2, self.coefficients))[: row.ndim]:
                for _ in range(self.bands):
                    blank(row, axis, widest, random)
        values.flags.writeable = False
        return Plan.stored(np.arange(len(y)), values, y[base], made_from=base[:, None])


def blank(row: NDArray[Any], axis: int, widest: float, random: np.random.RandomState) -> None:
    """Set a band along an axis to 0, in place; its width is from 0 to ``widest`` of the axis.

    Examples:
        >>> row = np.ones((2, 5))
        >>> blank(row, -1, 1.0, np.random.RandomState(1))
        >>> row.tolist()
        [[0.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0]]
    """
    size = row.shape[axis]
    width = random.randint(int(widest * size) + 1)
    start = random.randint(size - width + 1)
    band = [slice(None)] * row.ndim
    band[axis] = slice(start, start + width)
    row[tuple(band)] = 0
