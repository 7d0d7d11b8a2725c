"""One thread for torch and NumPy: sums are then added in one order, whatever the number of cores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from evenvoice.cores import one_blas_thread


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch, and the BLAS that NumPy calls, compute on one thread inside the block.

    Examples:
        >>> with one_thread():
        ...     torch.get_num_threads()
        1
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with one_blas_thread():
            yield
    finally:
        torch.set_num_threads(before)
