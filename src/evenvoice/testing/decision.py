"""The contract of a decision."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import Decision, Shift, make_decision
from evenvoice.testing.watch import made, watched

_COUNTS = (60, 30, 10)


def check_decision(decision: type[Decision] | Decision | str, **options: Any) -> None:
    """Check a decision of your own: a class, an object, or a name as a recipe writes it.

    What is checked: ``needs_validation`` is true or false; ``fit(logits [n, k], class numbers [n], class counts [k])``
    returns a `Shift` with a temperature above 0 and one finite number for each class (or none); the same again from the
    same rows, whatever it was fitted to in between; the inputs and global random states are left alone, and nothing is
    printed; its module computes what it computes, in the dtype and on the device of the
    logits; rows of one class, one row, equal logits and classes of few training rows give a `Shift`, and NaN, class
    numbers out of range, a length or class counts that do not fit are refused with an `EvenvoiceError`; and where it
    needs no validation rows, it can be fitted without any.

    Args:
        decision: What to check.
        **options: Its options, where it is a class or a name.

    Raises:
        AssertionError: The contract is broken; the message says what was expected and what was found.

    Examples:
        >>> check_decision("logit-adjustment", tau="fit")
    """
    name = decision if isinstance(decision, str) else getattr(decision, "__name__", type(decision).__name__)
    what = f"decision {name}"
    built: Any = make_decision(decision, **options) if isinstance(decision, str) else decision
    if isinstance(decision, type):
        built = made(what, lambda: decision(**options))
    needs = getattr(built, "needs_validation", None)
    _expect(isinstance(needs, bool), f"needs_validation: found {needs!r}, expected True or False")
    with watched(what):
        random = np.random.default_rng(0)
        y = random.choice(3, size=300, p=np.array(_COUNTS) / sum(_COUNTS))
        logits = random.normal(size=(300, 3)) + 1.5 * np.eye(3)[y]
        before = logits.copy(), y.copy()
        fitted, again = built.fit(logits, y, _COUNTS), built.fit(logits, y, _COUNTS)
        _expect(np.array_equal(logits, before[0]) and np.array_equal(y, before[1]), "fit changed its inputs")
        _check_shift(fitted, logits)
        _expect(_same(fitted, again), "two fits to the same rows differ")
        _check_odd_rows(built, logits, y)
        _expect(_same(fitted, built.fit(logits, y, _COUNTS)), "a fit depends on those before it; keep no state")
        if not needs:
            _check_shift(built.fit(np.empty((0, 3)), np.empty(0, np.int64), _COUNTS), logits)


def _check_odd_rows(decision: Decision, logits: np.ndarray, y: np.ndarray) -> None:
    """What can be fitted on gives a shift; what cannot is refused in one line."""
    one_class = y == 0
    for rows, numbers, counts in (
        (logits[:1], y[:1], _COUNTS),
        (logits[one_class], y[one_class], _COUNTS),
        (np.zeros_like(logits), y, _COUNTS),
        (logits, y, (1, 2, 5)),
    ):
        _check_shift(decision.fit(rows, numbers, counts), rows)
    spoilt = logits.copy()
    spoilt[3, 1] = np.nan
    wrong: dict[str, tuple[Any, Any, Any]] = {
        "NaN in the logits": (spoilt, y, _COUNTS),
        "class numbers of more classes": (logits, y + 1, _COUNTS),
        "y too short": (logits, y[:-1], _COUNTS),
        "a class without training rows": (logits, y, (60, 0, 10)),
        "counts of other classes": (logits, y, (60, 30)),
    }
    for name, arguments in wrong.items():
        try:
            decision.fit(*arguments)
        except EvenvoiceError as error:
            _expect("\n" not in str(error), f"{name}: an error of several lines")
        except Exception as error:  # of whatever kind: it breaks the contract
            raise AssertionError(f"decision: {name}: {type(error).__name__}: {error}") from error
        else:
            _expect(False, f"{name}: accepted; raise an EvenvoiceError that says what is wrong")


def _check_shift(fitted: Any, logits: np.ndarray) -> None:
    """What holds for what was fitted."""
    _expect(isinstance(fitted, Shift), f"fit returned {type(fitted).__name__}, expected an evenvoice.imbalance.Shift")
    _expect(fitted.temperature > 0, f"temperature {fitted.temperature}, expected a number above 0")
    bias = np.asarray(fitted.bias)
    _expect(
        bias.shape in ((0,), (3,)) and bool(np.isfinite(bias).all()),
        f"bias {bias}, expected a finite number for each of 3 classes, or an empty array",
    )
    for dtype in (torch.float32, torch.float64):
        out = fitted.module()(torch.from_numpy(logits).to(dtype))
        _expect(out.dtype == dtype, f"the module's logits are of {out.dtype}; expected {dtype}, as given")
    elsewhere = fitted.module().to("meta")(torch.from_numpy(logits).to("meta"))
    _expect(elsewhere.device.type == "meta", f"the module's logits are on {elsewhere.device}; expected where it is")
    found = fitted.module()(torch.from_numpy(logits)).numpy()
    _expect(np.allclose(found, fitted(logits), atol=1e-5), "the module computes other logits than the decision")


def _same(one: Shift, other: Shift) -> bool:
    """Return whether two fits gave the same."""
    return one.temperature == other.temperature and np.array_equal(one.bias, other.bias)


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(f"decision: {otherwise}")
