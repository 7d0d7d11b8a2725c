"""Memory of the process: pages that are kept between batches, and mapped files that are given back."""

from __future__ import annotations

import ctypes
import mmap
import sys
from typing import Any

import numpy as np
import numpy.typing as npt

MOST_READ = 1 << 24
"""Bytes to read here and there in a mapped file before `release`: the system maps up to twenty times as
much of a cached file, whole folios of it."""


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


def return_freed_memory() -> None:
    """Give pages that were freed, and are kept, back to the system: what comes next takes its own instead.

    No effect where the C library is not glibc.

    Examples:
        >>> return_freed_memory()
    """
    if sys.platform.startswith("linux"):
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def release(array: npt.NDArray[Any]) -> None:
    """Give back the memory of what was read of a file, where an array is mapped from one; it is read again if need be.

    The file should be read-only, or the array not written to: what was written is lost.

    Examples:
        >>> import tempfile
        >>> with tempfile.TemporaryFile() as file:
        ...     _ = file.write(bytes(range(5)))
        ...     file.flush()
        ...     mapped = np.memmap(file, np.uint8, "r")
        >>> release(mapped[1:3])
        >>> mapped[1:3].tolist()
        [1, 2]
    """
    owner: Any = array
    while isinstance(owner, np.ndarray | memoryview):
        owner = owner.base if isinstance(owner, np.ndarray) else owner.obj
    if isinstance(owner, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        owner.madvise(mmap.MADV_DONTNEED)
