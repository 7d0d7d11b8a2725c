"""Cross entropy with a weight for each class: balanced, or by the effective number of rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.losses.base import BaseLoss


class WeightedCrossEntropy(BaseLoss):
    """−Σ_c w_c t_c log softmax(z)_c with w_c = n / (k·n_c), as scikit-learn's ``"balanced"`` (King & Zeng 2001).

    A batch is divided by the number of its rows (Keras), and not by the sum of their weights (torch).

    Args:
        class_counts: n_c; [k].
        n_epochs: See `BaseLoss`.

    Examples:
        >>> WeightedCrossEntropy((30, 10)).weights.round(4).tolist()
        [0.6667, 2.0]
    """

    def __init__(self, class_counts: Sequence[float], n_epochs: int = 1) -> None:
        super().__init__(class_counts, n_epochs)
        self.weights = self._weights()

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        """See `BaseLoss.rows`."""
        return -(self.per_class(self.weights, logits) * targets * logits.log_softmax(dim=1)).sum(dim=1)

    def _weights(self) -> NDArray[np.float64]:
        return np.asarray(self.class_counts.sum() / (len(self.class_counts) * self.class_counts))


class EffectiveNumber(WeightedCrossEntropy):
    """Class-balanced loss: w_c = (1 − β) / (1 − β^{n_c}), scaled to a mean of 1 (Cui, Jia, Lin, Song & Belongie 2019).

    Their equation 8, with their code's Σ_c w_c = k.

    Args:
        class_counts: n_c; [k].
        n_epochs: See `BaseLoss`.
        beta: β, from 0 (no weights) up to 1 (balanced weights).

    Raises:
        EvenvoiceError: ``beta`` lies outside 0 to 1; and see `BaseLoss`.

    Examples:
        >>> EffectiveNumber((2, 1), beta=0.5).weights.round(4).tolist()
        [0.8, 1.2]
    """

    def __init__(self, class_counts: Sequence[float], n_epochs: int = 1, *, beta: float = 0.999) -> None:
        if not 0 <= beta < 1:
            raise EvenvoiceError(f"loss effective-number: beta {beta!r}; give a number from 0 and below 1")
        self.beta = beta
        super().__init__(class_counts, n_epochs)

    def _weights(self) -> NDArray[np.float64]:
        return effective_weights(self.class_counts, self.beta)


def effective_weights(class_counts: NDArray[np.float64], beta: float) -> NDArray[np.float64]:
    """Return (1 − β) / (1 − β^{n_c}) scaled to a mean of 1; [k]."""
    weights = (1 - beta) / (1 - beta**class_counts)
    return np.asarray(weights * len(weights) / weights.sum())
