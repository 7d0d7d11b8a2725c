"""Features that samplers and models may read and not change: one that writes to them would change what others see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from evenvoice.errors import EvenvoiceError

Kind = TypeVar("Kind", bound=np.generic)


@contextmanager
def read_only(X: npt.NDArray[Kind], what: str) -> Iterator[npt.NDArray[Kind]]:
    """Give a view of features that cannot be written to, without a copy.

    Args:
        X: Any shape and dtype; may be written to again afterwards.
        what: Who gets it, for the message: ``sampler 'mine'``.

    Raises:
        EvenvoiceError: What ran in the block wrote to the view.

    Examples:
        >>> X = np.zeros((2, 3))
        >>> with read_only(X, "sampler 'mine'") as seen:
        ...     seen += 1
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: sampler 'mine' writes to the features that it was given; copy them first \
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
        if isinstance(error, EvenvoiceError) or "read-only" not in str(error):
            raise
        raise EvenvoiceError(f"{what} writes to the features that it was given; copy them first (X = X.copy())") from (
            error
        )
