"""Cross entropy, plain and with smoothed labels."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import ClassVar, Literal

from torch import Tensor

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.losses.base import BaseLoss


class CrossEntropy(BaseLoss):
    """−Σ_c t_c log softmax(z)_c, with t the target: equation 10 of the SMOTE-2DCNN paper, with natural logarithms.

    Args:
        class_counts: See `BaseLoss`.
        n_epochs: See `BaseLoss`.
        smoothing: ε of label smoothing, from 0 up to 1: the target becomes (1 − ε) t + ε / k (Szegedy et al. 2016,
            section 7).
        base: Of the logarithm: ``"e"``, or 2 as equation 10 prints it. It changes nothing but the scale, 1 / ln 2: the
            loss is 1.44 times as large, so that a network's penalty weighs less beside it.

    Raises:
        EvenvoiceError: ``smoothing`` lies outside 0 to 1, ``base`` is another; and see `BaseLoss`.

    Examples:
        >>> import torch
        >>> round(CrossEntropy((30, 10))(torch.zeros(4, 2), torch.tensor([0, 1, 1, 0])).item(), 4)
        0.6931
    """

    uses_counts: ClassVar[bool] = False

    def __init__(
        self, class_counts: Sequence[float], n_epochs: int = 1, *, smoothing: float = 0.0, base: Literal["e", 2] = "e"
    ) -> None:
        super().__init__(class_counts, n_epochs)
        if not 0 <= smoothing < 1:
            raise EvenvoiceError(f"loss cross-entropy: smoothing {smoothing!r}; give a number from 0 and below 1")
        if isinstance(base, bool) or base not in ("e", 2):
            raise EvenvoiceError(f"loss cross-entropy: base {base!r}; give 'e' or 2")
        self.smoothing, self.base = smoothing, base

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        """See `BaseLoss.rows`."""
        if self.smoothing:
            targets = (1 - self.smoothing) * targets + self.smoothing / targets.shape[1]
        loss = -(targets * logits.log_softmax(dim=1)).sum(dim=1)
        return loss / log(2) if self.base == 2 else loss


class LabelSmoothing(CrossEntropy):
    """Cross entropy with smoothed labels by default; see `CrossEntropy`.

    Args:
        class_counts: See `BaseLoss`.
        n_epochs: See `BaseLoss`.
        smoothing: ε, from 0 and below 1.
    """

    def __init__(self, class_counts: Sequence[float], n_epochs: int = 1, *, smoothing: float = 0.1) -> None:
        super().__init__(class_counts, n_epochs, smoothing=smoothing)
