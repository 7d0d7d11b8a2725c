"""The one adapter to imbalanced-learn: its samplers behind our contract, their rows written as a plan.

See `Planned` for what is done before and after: any label works, a class that ends without rows is an error.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.planned import Planned

CleaningStrategy = str | Sequence[Any]
_CLEANING_WORDS = ("not minority", "not majority", "majority", "all")


@dataclass(repr=False)
class Reference(Planned):
    """A sampler of imbalanced-learn; a subclass names it, and its fields are the options."""

    reference: ClassVar[str]

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
