"""Cross entropy of logits that are shifted by the class frequencies: logit adjustment and balanced softmax."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.losses.base import BaseLoss


class LogitAdjusted(BaseLoss):
    """Cross entropy of z + τ log π, with π_c = n_c / n (Menon et al. 2021, equation 10).

    The network learns logits whose largest is the answer for even classes; at prediction nothing is added.

    Args:
        class_counts: n_c; [k].
        n_epochs: See `BaseLoss`.
        tau: τ, 0 or more; 0 is cross entropy.

    Raises:
        EvenvoiceError: ``tau`` is negative; and see `BaseLoss`.

    Examples:
        >>> import torch
        >>> round(LogitAdjusted((30, 10))(torch.zeros(1, 2), torch.tensor([1])).item(), 4)  # −ln ¼
        1.3863
    """

    def __init__(self, class_counts: Sequence[float], n_epochs: int = 1, *, tau: float = 1.0) -> None:
        super().__init__(class_counts, n_epochs)
        if not 0 <= tau < float("inf"):
            raise EvenvoiceError(f"loss logit-adjusted: tau {tau!r}; give a number of 0 or more")
        self.shift = tau * np.log(self.class_counts / self.class_counts.sum())

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        """See `BaseLoss.rows`."""
        return -(targets * (logits + self.per_class(self.shift, logits)).log_softmax(dim=1)).sum(dim=1)


class BalancedSoftmax(LogitAdjusted):
    """−log(n_y e^{z_y} / Σ_c n_c e^{z_c}) (Ren et al. 2020, equation 4): logit adjustment with τ = 1.

    Args:
        class_counts: n_c; [k].
        n_epochs: See `BaseLoss`.
    """

    def __init__(self, class_counts: Sequence[float], n_epochs: int = 1) -> None:
        super().__init__(class_counts, n_epochs, tau=1.0)
