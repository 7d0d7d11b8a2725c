"""Decisions that change no answer: none, and temperature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from numpy.typing import ArrayLike

from evenvoice.imbalance.decisions.base import Shift, checked_validation


@dataclass(frozen=True)
class NoDecision:
    """The largest logit, as it is.

    Examples:
        >>> NoDecision().fit([[2.0, 1.0]], [0], (30, 10)).temperature
        1.0
    """

    needs_validation: ClassVar[bool] = False

    def fit(self, logits: ArrayLike, y: ArrayLike, class_counts: Sequence[float]) -> Shift:
        """See `Decision.fit`."""
        checked_validation(logits, y, class_counts, least=0)
        return Shift()


@dataclass(frozen=True)
class Temperature:
    """Logits over the temperature that makes the log loss least (Guo, Pleiss, Sun & Weinberger 2017, section 4.2)."""

    needs_validation: ClassVar[bool] = True

    def fit(self, logits: ArrayLike, y: ArrayLike, class_counts: Sequence[float]) -> Shift:
        """See `Decision.fit`."""
        from evenvoice.metrics import temperature_of_logits

        z, numbers, _ = checked_validation(logits, y, class_counts)
        return Shift(temperature_of_logits(z, numbers))
