"""An allocator that keeps its pages between batches."""

from __future__ import annotations

import ctypes
import sys


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
