"""One thread a fit, and an allocator that keeps its pages: the same results on any machine, and faster."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread inside the block: sums are then added in one order, whatever the number of cores.

    Examples:
        >>> with one_thread():
        ...     torch.get_num_threads()
        1
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def keep_freed_memory() -> None:
    """Tell glibc to keep freed pages in this process instead of returning them after every batch.

    Each batch of a convolution frees and takes the same tens of megabytes again; without the page faults a fit is about
    a quarter faster (``benchmarks/training.md``). It changes the whole process, so only our own command line and
    workers call it, never the library. No effect where the C library is not glibc.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mmap_threshold, trim_threshold, largest = -3, -1, 2**31 - 1
        mallopt(mmap_threshold, largest)
        mallopt(trim_threshold, largest)
