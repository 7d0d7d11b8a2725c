"""The one adapter to imbalanced-learn: its samplers behind our contract, their rows written as a plan.

Labels are numbered before they are handed over, so that any label works; features are flattened; a class that ends
without rows is an error; and what imbalanced-learn raises becomes one line with the sizes of the classes.
"""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.draw import check_plan
from evenvoice.imbalance.inputs import checked, class_counts, flat_features
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.sampler import BaseSampler

CleaningStrategy = str | Sequence[Any]
_CLEANING_WORDS = ("not minority", "not majority", "majority", "all")
_DISTANCES = "distances are between numbers"


@dataclass(repr=False)
class Reference(BaseSampler):
    """A sampler of imbalanced-learn; a subclass names it, and its fields are the options."""

    reference: ClassVar[str]

    def plan(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None, seed: int = 0) -> Plan:
        """Plan the rows that imbalanced-learn's sampler keeps and makes.

        Args:
            X: Features; float [n, …], finite.
            y: Labels; [n].
            groups: Ignored.
            seed: imbalanced-learn's ``random_state``, where the method draws.

        Raises:
            EvenvoiceError: X is not finite floating point; the method cannot be used on these classes, or leaves one of
                them without rows.
        """
        X, y, _ = checked(X, y, groups, seed)
        features, have = flat_features(X, _DISTANCES), class_counts(y)
        if len(have) < 2:
            return Plan.keep(np.arange(len(y)), labels=y[:0])
        numbers = {label: number for number, label in enumerate(have)}
        targets = np.array([numbers[label] for label in y.tolist()])
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                plan = self._planned(features, targets, y, have, int(seed))
        except EvenvoiceError:
            raise
        except (ValueError, RuntimeError) as error:
            sizes = ", ".join(f"{label} {count}" for label, count in have.items())
            raise EvenvoiceError(
                f"sampler {type(self).__name__}: {' '.join(str(error).split()).rstrip('.')} (rows of each class: "
                f"{sizes}); use fewer neighbours, another sampler, or over-sample small classes first"
            ) from error
        check_plan(plan, y, type(self).__name__)
        return plan

    @abstractmethod
    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        """Plan on features [n, d], class numbers [n] and labels [n]."""

    def _make(self, cls: Any, strategy: Any, seed: int) -> Any:
        """Return imbalanced-learn's object with our options."""
        options = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name not in ("sampling_strategy", "random_state")
        }
        made = cls(sampling_strategy=strategy, **options)
        if "random_state" in made.get_params():
            made.set_params(random_state=seed)
        return made


@dataclass(repr=False)
class Selecting(Reference):
    """A sampler of imbalanced-learn that keeps some of the rows and makes none."""

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        import imblearn.under_sampling

        made = self._make(getattr(imblearn.under_sampling, self.reference), self._strategy(have), seed)
        made.fit_resample(X, targets)
        return Plan.keep(np.sort(made.sample_indices_), labels=y[:0])

    @abstractmethod
    def _strategy(self, have: dict[Any, int]) -> Any:
        """Return imbalanced-learn's ``sampling_strategy``, in class numbers."""


def cleaned_classes(sampler: str, strategy: CleaningStrategy, have: dict[Any, int]) -> str | list[int]:
    """Return the classes that a cleaning method may take rows from, as imbalanced-learn wants them.

    Args:
        sampler: Whose strategy it is, for the message.
        strategy: ``"not minority"``, ``"not majority"``, ``"majority"``, ``"all"``, or a list of labels.
        have: Rows of each class.

    Raises:
        EvenvoiceError: A label is not there.
    """
    if isinstance(strategy, str):
        return strategy
    labels = list(have)
    for label in strategy:
        if label not in have:
            classes = ", ".join(map(repr, have))
            raise EvenvoiceError(f"{sampler} sampling_strategy: class {label!r} is not in y; the classes are {classes}")
    return [labels.index(label) for label in strategy]


def check_cleaning(sampler: str, strategy: Any) -> None:
    """Raise an `EvenvoiceError` unless a cleaning method's strategy is a known word or a list of labels."""
    if strategy in _CLEANING_WORDS if isinstance(strategy, str) else isinstance(strategy, list | tuple):
        return
    raise EvenvoiceError(
        f"{sampler} sampling_strategy: {strategy!r}; give {', '.join(map(repr, _CLEANING_WORDS))}, or a list of labels"
    )
