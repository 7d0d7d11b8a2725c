"""What all checks have in common: a line for what does not hold, and a watch on what a part must leave alone."""

from __future__ import annotations

import io
import pickle
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

import numpy as np
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.outside import in_words, left_alone


def expect(holds: object, message: str) -> None:
    """Raise an `AssertionError` unless something holds."""
    if not holds:
        raise AssertionError(message)


@contextmanager
def watched(what: str, *, draws: bool = False) -> Iterator[None]:
    """Raise an `AssertionError` for what every part must leave alone, and for errors that are not evenvoice's.

    Args:
        what: The part, as messages call it: ``sampler Mine``.
        draws: Whether it may draw from torch's generator: networks do, while they are made and trained.

    Raises:
        AssertionError: What ran in the block changed a global random state or torch's settings, printed to standard
            output, or raised something else than an `EvenvoiceError`; the line says where.

    Examples:
        >>> with watched("sampler Mine"):
        ...     np.random.seed(0)
        Traceback (most recent call last):
        ...
        AssertionError: sampler Mine: changes NumPy's global random state; use np.random.default_rng(seed)
    """
    modules, printed = len(sys.modules), io.StringIO()
    with _seeded():
        before = _states()
        try:
            with redirect_stdout(printed), left_alone():
                yield
        except (AssertionError, EvenvoiceError):
            raise
        except Exception as error:
            raise AssertionError(f"{what}: {in_words(error)}") from error
        after = _states()
    # Some libraries draw from Python's generator while they are imported.
    left_out = {_TORCH} if draws else set()
    left_out |= {_PYTHON} if len(sys.modules) > modules else set()
    for state, remedy in _REMEDIES.items():
        if state not in left_out:
            expect(before[state] == after[state], f"{what}: changes {state}; {remedy}")
    text = printed.getvalue().strip()
    expect(
        not text,
        f"{what}: prints to standard output ({text.partition(chr(10))[0][:40]!r}), where results stand; use logging or "
        "warnings.warn",
    )


def made(what: str, make: Callable[[], Any]) -> Any:
    """Return a part, or say that it cannot be made.

    Args:
        what: As messages call it.
        make: Makes it.

    Raises:
        AssertionError: It cannot be made of the options given.
    """
    try:
        return make()
    except TypeError as error:
        raise AssertionError(
            f"{what}: cannot be made ({error}); recipes give options alone: give each a default, or check it with its "
            "options"
        ) from error


def copies_of(part: Any, what: str) -> tuple[Any, Any]:
    """Return two copies of a part as worker processes get them.

    Raises:
        AssertionError: It cannot be pickled.

    Examples:
        >>> copies_of([1], "shape 'mine'")
        ([1], [1])
    """
    try:
        data = pickle.dumps(part)
        return pickle.loads(data), pickle.loads(data)
    except (pickle.PicklingError, AttributeError, TypeError, RuntimeError) as error:
        raise AssertionError(f"{what}: cannot be pickled ({error}); keep no lambdas, locks or open files") from error


_SEED = 2_026_113
_PYTHON, _TORCH = "Python's global random state", "torch's global random state"
# What is looked at, and what to do instead.
_REMEDIES = {
    "NumPy's global random state": "use np.random.default_rng(seed)",
    _PYTHON: "use random.Random(seed)",
    _TORCH: "use a torch.Generator",
    "torch's number of threads": "leave it: it is the caller's",
    "torch's default dtype": "give each tensor its dtype",
    "whether torch records gradients": "use a with block: torch.no_grad()",
}


@contextmanager
def _seeded() -> Iterator[None]:
    """Seed the global generators with what nobody else does, and put them back: one that is seeded again is seen."""
    saved: Any = random.getstate(), np.random.get_state(), torch.random.get_rng_state()
    random.seed(_SEED)
    np.random.seed(_SEED)
    torch.random.set_rng_state(torch.Generator().manual_seed(_SEED).get_state())
    try:
        yield
    finally:
        random.setstate(saved[0])
        np.random.set_state(saved[1])
        torch.random.set_rng_state(saved[2])


def _states() -> dict[str, object]:
    """Return what a part must leave alone, to compare."""
    state: Any = np.random.get_state(legacy=False)["state"]
    numpy_state = (state["key"].tobytes(), state["pos"])
    torch_state = torch.random.get_rng_state().numpy().tobytes()
    settings = (torch.get_num_threads(), torch.get_default_dtype(), torch.is_grad_enabled())
    return dict(zip(_REMEDIES, (numpy_state, random.getstate(), torch_state, *settings), strict=True))
