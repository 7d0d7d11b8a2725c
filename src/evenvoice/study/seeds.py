"""The two seeds of a run: one divides the corpus, the other initialises and trains the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from operator import index
from typing import Any

from evenvoice.errors import EvenvoiceError, shown

Seeds = int | Iterable[int]
"""How many seeds (3 means 0, 1 and 2), or which: ``range(5, 8)``, ``[0, 1]``."""

# numpy's RandomState and scikit-learn take no larger ones.
_LARGEST = 2**32 - 1
_MOST = 100_000


@dataclass(frozen=True, order=True)
class Seed:
    """The seeds of one repetition of an experiment.

    Attributes:
        split: Of the folds and of the validation part that a fit cuts off.
        fit: Of everything random in a fit: initial weights, shuffling, dropout, sampler.

    Examples:
        >>> Seed(3, 3).folder, Seed(0, 1).folder
        ('seed-3', 'split-0-fit-1')
        >>> str(Seed(3, 3)), str(Seed(0, 1))
        ('3', 'split 0 fit 1')
    """

    split: int
    fit: int

    @property
    def folder(self) -> str:
        """Name of the folder that holds its folds."""
        return f"seed-{self.fit}" if self.split == self.fit else f"split-{self.split}-fit-{self.fit}"

    def __str__(self) -> str:
        return str(self.fit) if self.split == self.fit else f"split {self.split} fit {self.fit}"

    def to_json(self) -> int | list[int]:
        """Return one number where both seeds are equal, else ``[split, fit]``."""
        return self.fit if self.split == self.fit else [self.split, self.fit]

    @classmethod
    def of(cls, value: Seed | int | Sequence[int]) -> Seed:
        """Return what `to_json` was made from.

        Examples:
            >>> Seed.of(2), Seed.of([0, 1])
            (Seed(split=2, fit=2), Seed(split=0, fit=1))
        """
        if isinstance(value, Seed):
            return value
        return cls(value, value) if isinstance(value, int) else cls(*value)


def seed_list(seeds: Any, name: str = "seeds") -> list[int]:
    """Return seeds as a list: a number n means 0 to n - 1.

    Raises:
        EvenvoiceError: No seed, one twice, or something that is not a seed.

    Examples:
        >>> seed_list(3), seed_list(range(5, 7)), seed_list([4])
        ([0, 1, 2], [5, 6], [4])
    """
    expected = f"expected a number of seeds up to {_MOST} (3 means 0, 1, 2) or the seeds themselves: range(5), [0, 1]"
    try:
        if isinstance(seeds, bool | str | bytes):
            raise TypeError
        found = list(_numbers(seeds))
    except TypeError as error:
        raise EvenvoiceError(f"{name}: found {shown(seeds)}; {expected}") from error
    if not 0 < len(found) <= _MOST or any(not 0 <= seed <= _LARGEST for seed in found):
        raise EvenvoiceError(f"{name}: found {shown(seeds)}; {expected}, each from 0 to {_LARGEST}")
    if len(set(found)) < len(found):
        raise EvenvoiceError(f"{name}: found {shown(seeds)}, with a seed twice; name each once")
    return found


def _numbers(seeds: Any) -> Iterator[int]:
    """Yield the seeds, one more than are allowed at most."""
    try:
        yield from range(min(index(seeds), _MOST + 1))
    except TypeError:
        for seed in islice(seeds, _MOST + 1):
            if isinstance(seed, bool):
                raise
            yield index(seed)


def make_seeds(
    seeds: Seeds | None = None, split_seeds: Seeds | None = None, fit_seeds: Seeds | None = None
) -> list[Seed]:
    """Return the repetitions asked for: ``seeds`` varies both, or every split seed meets every fit seed.

    Args:
        seeds: Split and fit with the same seed each time; seed 0 if nothing is given.
        split_seeds: Of the splits; 0 if only ``fit_seeds`` are given.
        fit_seeds: Of the fits; 0 if only ``split_seeds`` are given.

    Raises:
        EvenvoiceError: ``seeds`` beside one of the others, or something that is not a seed.

    Examples:
        >>> make_seeds(2)
        [Seed(split=0, fit=0), Seed(split=1, fit=1)]
        >>> make_seeds(fit_seeds=2)
        [Seed(split=0, fit=0), Seed(split=0, fit=1)]
    """
    if split_seeds is None and fit_seeds is None:
        return [Seed(seed, seed) for seed in seed_list(1 if seeds is None else seeds)]
    if seeds is not None:
        raise EvenvoiceError(
            f"seeds: {shown(seeds)} varies the split and the fit together, so it excludes split_seeds and fit_seeds; "
            "leave one out"
        )
    splits = seed_list(1 if split_seeds is None else split_seeds, "split_seeds")
    fits = seed_list(1 if fit_seeds is None else fit_seeds, "fit_seeds")
    return [Seed(split, fit) for split, fit in product(splits, fits)]
