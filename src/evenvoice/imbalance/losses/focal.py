"""Focal loss: rows that are easy already count less."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from torch import Tensor

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.losses.base import BaseLoss


class Focal(BaseLoss):
    """−Σ_c t_c (1 − p_c)^γ log p_c with p = softmax(z) (Lin, Goyal, Girshick, He & Dollár 2017, equation 4).

    The multi-class form, without their α.

    Args:
        class_counts: See `BaseLoss`; not used.
        n_epochs: See `BaseLoss`.
        gamma: γ, 0 or more; 0 is cross entropy.

    Raises:
        EvenvoiceError: ``gamma`` is negative; and see `BaseLoss`.

    Examples:
        >>> import torch
        >>> round(Focal((30, 10))(torch.zeros(1, 2), torch.tensor([0])).item(), 4)  # ln 2 / 4
        0.1733
    """

    uses_counts: ClassVar[bool] = False

    def __init__(self, class_counts: Sequence[float], n_epochs: int = 1, *, gamma: float = 2.0) -> None:
        super().__init__(class_counts, n_epochs)
        if not 0 <= gamma < float("inf"):
            raise EvenvoiceError(f"loss focal: gamma {gamma!r}; give a number of 0 or more")
        self.gamma = gamma

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        """See `BaseLoss.rows`."""
        log_p = logits.log_softmax(dim=1)
        # Not quite 0, where the gradient of a power below 1 would be infinite.
        rest = (1 - log_p.exp()).clamp_min(1e-12)
        return -(targets * rest**self.gamma * log_p).sum(dim=1)
