"""Base of samplers that work on flattened features and class numbers."""

from __future__ import annotations

import re
import warnings
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.draw import check_plan
from evenvoice.imbalance.inputs import checked, class_counts, flat_features
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.sampler import BaseSampler

_DISTANCES = "distances are between numbers"


@dataclass(repr=False)
class Planned(BaseSampler):
    """A sampler that writes `_planned`; the input is checked, flattened and numbered before, the plan checked after.

    What scikit-learn or imbalanced-learn raises becomes one line with the sizes of the classes.
    """

    def plan(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None, seed: int = 0) -> Plan:
        """Plan a training set by the method of the class.

        Args:
            X: Features; float [n, …], finite.
            y: Labels; [n].
            groups: Ignored.
            seed: Of everything that the method draws.

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
            raise EvenvoiceError(_refused(type(self).__name__, str(error), have)) from error
        check_plan(plan, y, type(self).__name__)
        return plan

    @abstractmethod
    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        """Plan on features [n, d], class numbers [n] and labels [n]."""


def _refused(sampler: str, why: str, have: dict[Any, int]) -> str:
    """Say which sampler cannot be used on classes of which sizes; class numbers in ``why`` become labels."""
    labels = list(have)
    why = re.sub(
        r"\bclass (\d+)", lambda found: f"class {labels[int(found[1])]!r}" if int(found[1]) < len(labels) else found[0],
        " ".join(why.split()).rstrip("."),
    )  # fmt: skip
    rarest = min(have, key=lambda label: have[label])
    sizes = ", ".join(f"{label} {count}" for label, count in have.items())
    return (
        f"sampler {sampler}: it cannot be used on these rows, {have[rarest]} of the smallest class {rarest!r} (rows of "
        f"each class: {sizes}; {why}); use fewer neighbours, another sampler, or over-sample small classes first"
    )
