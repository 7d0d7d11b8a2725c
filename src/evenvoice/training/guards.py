"""What a model may not do: write to features, which would change what others see, or give logits of another shape."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from evenvoice.errors import EvenvoiceError
from evenvoice.models import SoftVote
from evenvoice.outside import is_outside, refused

if TYPE_CHECKING:
    import torch

Kind = TypeVar("Kind", bound=np.generic)


@contextmanager
def read_only(X: npt.NDArray[Kind], what: str) -> Iterator[npt.NDArray[Kind]]:
    """Give a view of features that cannot be written to, without a copy.

    Args:
        X: Any shape and dtype; may be written to again afterwards.
        what: Who gets it, for the message: ``model mine``.

    Raises:
        EvenvoiceError: What ran in the block wrote to the view.

    Examples:
        >>> X = np.zeros((2, 3))
        >>> with read_only(X, "model mine") as seen:
        ...     seen += 1
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: model mine writes to the features that it was given; copy them first \
(X = X.copy())
        >>> X.flags.writeable
        True
    """
    view = X.view()
    view.flags.writeable = False
    try:
        yield view
    except ValueError as error:
        # NumPy has no class of its own for this: "assignment destination is read-only", "output array is read-only".
        raised = error.__cause__ if isinstance(error, EvenvoiceError) else error  # a part from outside raised it
        if not isinstance(raised, ValueError) or "read-only" not in str(raised):
            raise
        raise EvenvoiceError(f"{what} writes to the features that it was given; copy them first (X = X.copy())") from (
            error
        )


def part_of(network: torch.nn.Module) -> torch.nn.Module:
    """Return whose class a network is of: of an ensemble that of its members."""
    return network.members[0] if isinstance(network, SoftVote) else network


def check_logits(network: torch.nn.Module, logits: Any, rows: int, n_classes: int | None = None) -> None:
    """Raise unless a network from outside gave logits of so many rows and classes.

    Raises:
        EvenvoiceError: It gave something else, or of another shape.
    """
    part = part_of(network)
    if not is_outside(part):
        return
    size = tuple(getattr(logits, "shape", ()))
    if len(size) != 2 or size[0] != rows or (n_classes is not None and size[1] != n_classes):
        found = f"logits {list(size)}" if size else f"a {type(logits).__name__}"
        expected = f"[{rows}, {n_classes or 'classes'}]: one for each row and class"
        raise refused("model", part, f"gives {found}; expected {expected}")
