"""Every loss that ships keeps the public contract, and the check notices one that does not."""

from __future__ import annotations

from typing import Any

import pytest
from torch import Tensor

from evenvoice.imbalance import LOSSES
from evenvoice.imbalance.losses.cross_entropy import CrossEntropy
from evenvoice.testing import check_loss


@pytest.mark.parametrize("name", LOSSES.shipped)
def test_every_loss_keeps_the_contract(name: str) -> None:
    check_loss(name)


class Summed(CrossEntropy):
    """A loss that grows with its batch."""

    def __call__(self, logits: Tensor, targets: Tensor, epoch: int = 0) -> Tensor:
        return super().__call__(logits, targets, epoch) * len(logits)


class Careless(CrossEntropy):
    """A loss that takes any class counts."""

    def __init__(self, class_counts: Any, n_epochs: int = 1) -> None:
        super().__init__((1, 1, 1))


class Double(CrossEntropy):
    """A loss of another precision."""

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        return super().rows(logits.double(), targets.double(), epoch)


class Inverted(CrossEntropy):
    """A loss that rewards wrong answers."""

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        return super().rows(-logits, targets, epoch)


class Detached(CrossEntropy):
    """A loss that no network learns from."""

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        return super().rows(logits.detach(), targets, epoch)


class Flat(CrossEntropy):
    """A loss with a gradient of zeros."""

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        return super().rows(logits.detach(), targets, epoch) + 0 * logits.sum(dim=1)


class NoMiddle(CrossEntropy):
    """A loss that fails between the first epoch and the last."""

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        return super().rows(logits, targets, epoch) / (epoch != 5)


class ThreeClasses(CrossEntropy):
    """A loss that looks at the first three classes."""

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        return super().rows(logits[:, :3], targets[:, :3], epoch)


class WritesTargets(CrossEntropy):
    """A loss that smooths the labels in place."""

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        return super().rows(logits, targets.mul_(0.9).add_(0.1 / 3), epoch)


class LargeBatches(CrossEntropy):
    """A loss that treats larger batches otherwise."""

    def __call__(self, logits: Tensor, targets: Tensor, epoch: int = 0) -> Tensor:
        return super().__call__(logits, targets, epoch) * (1 + (len(logits) > 16))


class APlainNumber(CrossEntropy):
    """A loss that is no tensor."""

    def __call__(self, logits: Tensor, targets: Tensor, epoch: int = 0) -> Any:
        return super().__call__(logits, targets, epoch).item()


class Demands(CrossEntropy):
    """A loss that cannot be made without options."""

    def __init__(self, class_counts: Any, n_epochs: int, margin: float) -> None:
        super().__init__(class_counts)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (Summed, "not the mean of its rows' losses"),
        (Careless, r"class counts \(\) were accepted"),
        (Double, r"a loss of torch\.float64; expected torch\.float32"),
        (Inverted, "sure right answers cost as much"),
        (Detached, "no gradient reaches the logits; detach nothing"),
        (Flat, "the gradient is zero everywhere: nothing would be learned"),
        (NoMiddle, "epoch 5 of 10: no finite loss"),
        (ThreeClasses, "2 classes: |RuntimeError|5 classes: a wrong answer costs"),
        (WritesTargets, "the targets were changed; work on a copy"),
        (LargeBatches, "not the mean of its rows' losses"),
        (APlainNumber, "a float; expected a scalar tensor"),
        (Demands, "cannot be made .*'margin'"),
        (int, "cannot be made"),
    ],
)
def test_a_loss_that_breaks_its_promise_is_found_out(loss: type, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_loss(loss)
