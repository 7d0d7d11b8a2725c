"""What all losses have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from evenvoice.errors import EvenvoiceError


class BaseLoss:
    """A loss that sees the class counts and the epoch; write `rows`, and options as keyword arguments.

    A batch's loss is the sum of its rows' losses over the number of rows, as Keras divides, and not over the sum of
    the weights, as torch does: a row counts the same in whatever batch it stands.

    Args:
        class_counts: Rows of each class of the training set, in the order of the logits; [k], each 1 or more.
        n_epochs: How many epochs the training lasts.

    Raises:
        EvenvoiceError: Fewer than two classes, or a class without rows.

    Attributes:
        uses_counts: Whether two losses that differ in their class counts alone differ; where not, the batches of many
            fits may be put into one call of `rows`.
    """

    uses_counts: ClassVar[bool] = True

    def __init__(self, class_counts: Sequence[float], n_epochs: int = 1) -> None:
        try:
            counts = np.asarray(class_counts, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise EvenvoiceError(f"loss: class_counts {class_counts!r}; give the rows of each class [k]") from error
        if counts.ndim != 1 or len(counts) < 2 or not (np.isfinite(counts).all() and (counts >= 1).all()):
            raise EvenvoiceError(
                f"loss: class_counts {counts.tolist()}; give two classes at least, each with 1 row or more"
            )
        if isinstance(n_epochs, bool) or not isinstance(n_epochs, int | np.integer) or n_epochs < 1:
            raise EvenvoiceError(f"loss: n_epochs {n_epochs!r}; give an integer of 1 or more")
        self.class_counts, self.n_epochs = counts, int(n_epochs)

    def __call__(self, logits: Tensor, targets: Tensor, epoch: int = 0) -> Tensor:
        """Return the mean loss of a batch.

        Args:
            logits: Floating point [b, k].
            targets: Class numbers, int64 [b]; or a probability for each class, [b, k] (mixup, soft labels).
            epoch: From 0.

        Returns:
            A scalar of the dtype and on the device of the logits; NaN where a logit is, so that training stops.

        Raises:
            EvenvoiceError: Shapes do not fit together, or a class number is impossible.
        """
        k = len(self.class_counts)
        if logits.ndim != 2 or logits.shape[1] != k or targets.shape not in (logits.shape, logits.shape[:1]):
            raise EvenvoiceError(
                f"loss: logits of shape {tuple(logits.shape)} and targets of shape {tuple(targets.shape)}; give logits "
                f"[b, {k}], and targets [b] or [b, {k}]"
            )
        if targets.ndim == 1:
            try:
                targets = torch.nn.functional.one_hot(targets, k)
            except RuntimeError as error:
                raise EvenvoiceError(
                    f"loss: {str(error).rstrip('.')}; give class numbers from 0 to {k - 1}, as int64"
                ) from error
        return self.rows(logits, targets.to(logits.dtype), epoch).mean()

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        """Return the loss of each row; [b] from logits [b, k] and probabilities [b, k]."""
        raise NotImplementedError(f"{type(self).__name__}.rows")

    def per_class(self, values: Sequence[float] | np.ndarray, like: Tensor) -> Tensor:
        """Return one number a class as a tensor on the device and of the dtype of another."""
        return torch.as_tensor(np.asarray(values), dtype=like.dtype, device=like.device)
