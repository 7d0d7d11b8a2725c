"""Decisions that correct for the class frequencies of the training part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.decisions.base import Shift, checked_validation, mean_recall

_TAUS = np.arange(0, 31) / 10  # 0 to 3 in tenths


@dataclass(frozen=True)
class LogitAdjustment:
    """z − τ log π, with π the class frequencies of the training part (Menon et al. 2021, equation 9).

    Attributes:
        tau: τ, 0 or more; or ``"fit"``: the τ of 0, 0.1, … 3 with the highest UA on the validation rows (of equal ones
            the smallest).

    Raises:
        EvenvoiceError: ``tau`` is negative.

    Examples:
        >>> LogitAdjustment().fit([[2.0, 1.0]], [0], (30, 10)).bias.round(4)  # −ln ¾, −ln ¼
        array([0.2877, 1.3863])
    """

    tau: float | Literal["fit"] = 1.0

    @property
    def needs_validation(self) -> bool:
        """Whether τ is fitted on validation rows."""
        return self.tau == "fit"

    def __post_init__(self) -> None:
        if self.tau != "fit" and not (isinstance(self.tau, int | float) and 0 <= self.tau < float("inf")):
            raise EvenvoiceError(f"decision logit-adjustment: tau {self.tau!r}; give a number of 0 or more, or 'fit'")

    def fit(self, logits: ArrayLike, y: ArrayLike, class_counts: Sequence[float]) -> Shift:
        """See `Decision.fit`."""
        z, numbers, counts = checked_validation(logits, y, class_counts, least=int(self.needs_validation))
        log_prior = np.log(counts / counts.sum())
        if self.tau != "fit":
            return Shift(1.0, -float(self.tau) * log_prior)
        best = max(_TAUS, key=lambda tau: (mean_recall(z - tau * log_prior, numbers), -tau))
        return Shift(1.0, -float(best) * log_prior)


@dataclass(frozen=True)
class PriorShift:
    """z + log(π' / π): the posterior where classes are as frequent as π' says.

    Source: Saerens, Latinne & Decaestecker 2002, equation 2.4.

    Attributes:
        target: π', one number above 0 for each class in the order of the labels; or ``"even"``. They need not add up
            to 1.

    Raises:
        EvenvoiceError: A number is not above 0, or there is not one for each class.

    Examples:
        >>> PriorShift((1, 1)).fit([[2.0, 1.0]], [0], (30, 10)).bias.round(4)  # ln ½/¾, ln ½/¼
        array([-0.4055,  0.6931])
    """

    needs_validation: ClassVar[bool] = False
    target: Literal["even"] | Sequence[float] = "even"

    def __post_init__(self) -> None:
        if self.target == "even":
            return
        try:
            target = np.asarray(self.target, dtype=np.float64)
        except (TypeError, ValueError):
            target = np.array([np.nan])
        if target.ndim != 1 or not (np.isfinite(target) & (target > 0)).all():
            raise EvenvoiceError(
                f"decision prior-shift: target {self.target!r}; give 'even', or a number above 0 for each class"
            )

    def fit(self, logits: ArrayLike, y: ArrayLike, class_counts: Sequence[float]) -> Shift:
        """See `Decision.fit`."""
        _, _, counts = checked_validation(logits, y, class_counts, least=0)
        wanted = np.ones(len(counts)) if isinstance(self.target, str) else np.asarray(self.target, dtype=np.float64)
        if len(wanted) != len(counts):
            raise EvenvoiceError(
                f"decision prior-shift: target has {len(wanted)} numbers, and there are {len(counts)} classes; "
                "give one for each, in the order of the labels"
            )
        return Shift(1.0, np.log(wanted / wanted.sum()) - np.log(counts / counts.sum()))
