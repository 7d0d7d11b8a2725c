"""The contract of a loss."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import numpy as np
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import make_loss
from evenvoice.testing.watch import made, watched

_COUNTS = (60, 30, 10)
_EPOCHS = 10
_ROWS = 24


def check_loss(loss: Callable[..., Any] | str, **options: Any) -> None:
    """Check a loss of your own: a class, or a name as a recipe writes it.

    What is checked: it is made as ``Loss(class_counts, n_epochs, **options)`` and called as ``loss(logits [b, k],
    targets [b] or [b, k], epoch) -> scalar``; the scalar is finite, of the dtype and on the device of the logits, the
    same again, and differentiable with a gradient; the inputs and global random states are left alone, and nothing is
    printed; class numbers and their one-hot rows give the same loss;
    a batch's loss is the mean of its rows' losses; a sure right answer costs less than a sure wrong one; classes of 1,
    2 and 5 rows beside large ones, equal logits and huge ones keep it finite, in every epoch and with
    2 and 5 classes; NaN in the logits gives NaN, so that
    training can stop; odd class counts are refused with an `EvenvoiceError`.

    Args:
        loss: What to check.
        **options: Its options.

    Raises:
        AssertionError: The contract is broken; the message says what was expected and what was found.

    Examples:
        >>> check_loss("cross-entropy")
    """
    what = f"loss {loss if isinstance(loss, str) else getattr(loss, '__name__', repr(loss))}"

    def of(counts: Any = _COUNTS) -> Callable[..., torch.Tensor]:
        make = partial(make_loss, loss) if isinstance(loss, str) else loss
        return cast("Callable[..., torch.Tensor]", make(counts, _EPOCHS, **options))

    with watched(what):
        compute = made(what, of)
        for dtype in (torch.float32, torch.float64):
            for epoch in (0, _EPOCHS - 1):
                _check_values(compute, dtype, epoch)
        _check_counts(of)
        _check_epochs_and_classes(compute, of)


def _check_counts(of: Callable[..., Callable[..., torch.Tensor]]) -> None:
    """Small classes keep it finite, and odd counts are refused."""
    for small in ((1, 1, 1), (1, 2, 5), (1, 10**6, 5)):
        for epoch in (0, _EPOCHS - 1):
            _check_finite(of(small), f"class counts {small}, epoch {epoch}", epoch)
    for counts in ((), (5,), (5, 0, 3), (5, -1), (5, float("nan")), "ab", None):
        try:
            of(counts)
        except EvenvoiceError as error:
            _expect("\n" not in str(error), f"class counts {counts!r}: an error of several lines")
        except Exception as error:
            raise AssertionError(f"loss: class counts {counts!r}: {type(error).__name__}: {error}") from error
        else:
            _expect(False, f"class counts {counts!r} were accepted; raise an EvenvoiceError")


def _check_values(compute: Callable[..., torch.Tensor], dtype: torch.dtype, epoch: int) -> None:
    """What holds for every loss, at one precision and epoch."""
    random = np.random.default_rng(1)
    logits = torch.tensor(random.normal(size=(_ROWS, 3)), dtype=dtype, requires_grad=True)
    targets = torch.tensor([0, 1, 2, 0, 0, 1, 2, 0] * (_ROWS // 8))
    before = logits.detach().clone(), targets.clone()
    value = compute(logits, targets, epoch)
    tensor = isinstance(value, torch.Tensor)
    _expect(tensor, f"a {type(value).__name__}; expected a scalar tensor")
    _expect(value.shape == (), f"a loss of shape {tuple(value.shape)}; expected a scalar")
    _expect(value.dtype == dtype, f"a loss of {value.dtype}; expected {dtype}, as the logits")
    _expect(bool(torch.isfinite(value)), f"a loss of {value.item()}; expected a finite number")
    _expect(value.requires_grad, "no gradient reaches the logits; detach nothing, and leave NumPy out")
    value.backward()  # type: ignore[no-untyped-call]
    _expect(logits.grad is not None and bool(torch.isfinite(logits.grad).all()), "no finite gradient")
    _expect(bool(cast("torch.Tensor", logits.grad).any()), "the gradient is zero everywhere: nothing would be learned")
    _expect(bool((logits.detach() == before[0]).all()), "the logits were changed")
    _expect(bool((targets == before[1]).all()), "the targets were changed; work on a copy")
    _expect(bool(compute(logits, targets, epoch) == value), "the same input gave another loss")
    one_hot = torch.nn.functional.one_hot(targets, 3).to(dtype)
    rows_of_targets = one_hot.clone()
    close = torch.isclose(compute(logits, one_hot, epoch), value, rtol=1e-5)
    _expect(bool((one_hot == rows_of_targets).all()), "the targets were changed; work on a copy")
    _expect(bool(close), "one-hot targets gave another loss than class numbers")
    rows = torch.stack([compute(logits[i : i + 1], targets[i : i + 1], epoch) for i in range(_ROWS)])
    _expect(bool(torch.isclose(rows.mean(), value, rtol=1e-5)), "a batch's loss is not the mean of its rows' losses")
    sure = torch.eye(3, dtype=dtype) * 9
    right, wrong = compute(sure, torch.tensor([0, 1, 2]), epoch), compute(sure, torch.tensor([1, 2, 0]), epoch)
    _expect(bool(right < wrong), "sure right answers cost as much as sure wrong ones")
    elsewhere = compute(logits.detach().to("meta"), targets.to("meta"), epoch)
    _expect(elsewhere.device.type == "meta", f"a loss on {elsewhere.device}; expected the device of the logits")
    _expect(bool(compute(logits.detach() * np.nan, targets, epoch).isnan()), "NaN logits gave a number")
    mixed = torch.full((2, 3), 1 / 3, dtype=dtype)
    _expect(bool(torch.isfinite(compute(sure[:2], mixed, epoch))), "soft targets gave no finite loss")


def _check_epochs_and_classes(
    compute: Callable[..., torch.Tensor], of: Callable[..., Callable[..., torch.Tensor]]
) -> None:
    """Every epoch, and two or more than three classes, give a finite loss in which every class counts."""
    logits, targets = torch.eye(3), torch.tensor([0, 1, 2])
    for epoch in range(_EPOCHS):
        _expect(bool(torch.isfinite(compute(logits, targets, epoch))), f"epoch {epoch} of {_EPOCHS}: no finite loss")
    for counts in ((20, 10), (50, 40, 30, 20, 10)):
        wrong = torch.zeros(1, len(counts))
        wrong[0, 0] = 9
        answers = torch.tensor([0]), torch.tensor([len(counts) - 1])
        right, far = (float(of(counts)(wrong, answer, 0)) for answer in answers)
        finite = bool(np.isfinite([right, far]).all())
        _expect(
            finite and right < far, f"{len(counts)} classes: a wrong answer costs {far:.3g}, a right one {right:.3g}"
        )


def _check_finite(compute: Callable[..., torch.Tensor], what: str, epoch: int) -> None:
    """Neither classes of few rows nor equal, identical or huge logits give NaN or infinity."""
    targets = torch.tensor([0, 1, 2, 0])
    for name, values in (("equal", 0.0), ("huge", 1e4)):
        logits = (values * torch.eye(4)[:, :3]).requires_grad_()
        value = compute(logits, targets, epoch)
        value.backward()  # type: ignore[no-untyped-call]
        fine = torch.isfinite(value) and logits.grad is not None and torch.isfinite(logits.grad).all()
        _expect(bool(fine), f"{what}, {name} logits: no finite loss and gradient")


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(f"loss: {otherwise}")
