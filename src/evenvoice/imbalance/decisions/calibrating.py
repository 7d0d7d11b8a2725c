"""Decisions that change no answer: none, and temperature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evenvoice.imbalance.decisions.base import Shift, checked_validation


@dataclass(frozen=True)
class NoDecision:
    """The largest logit, as it is.

    Examples:
        >>> NoDecision().fit([[2.0, 1.0]], [0], (30, 10)).scale
        1.0
    """

    def fit(self, logits: ArrayLike, y: ArrayLike, class_counts: Sequence[float]) -> Shift:
        """See `Decision.fit`."""
        z, _, _ = checked_validation(logits, y, class_counts)
        return Shift(1.0, np.zeros(z.shape[1]))


@dataclass(frozen=True)
class Temperature:
    """Logits over the temperature that makes the log loss least (Guo, Pleiss, Sun & Weinberger 2017, section 4.2)."""

    def fit(self, logits: ArrayLike, y: ArrayLike, class_counts: Sequence[float]) -> Shift:
        """See `Decision.fit`."""
        from scipy.special import softmax

        from evenvoice.metrics import fit_temperature

        z, numbers, _ = checked_validation(logits, y, class_counts)
        return Shift(1 / fit_temperature(softmax(z, axis=1), numbers), np.zeros(z.shape[1]))
