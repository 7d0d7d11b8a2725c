"""A network applied to many rows, a block at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from evenvoice.allocator import MOST_READ, release
from evenvoice.training.images import Images

# Convolutions hold some fifty times the bytes of a block while they work; fewer rows take more time for each.
_BYTES, _LEAST_ROWS, _MOST_ROWS = 2**22, 64, 256


def rows_at_once(images: Images) -> int:
    """Return how many rows of images make a block of predictions.

    Examples:
        >>> rows_at_once(np.empty((9, 1, 16, 8), np.float32)), rows_at_once(np.empty((9, 3, 40, 94), np.float32))
        (256, 92)
    """
    return min(_MOST_ROWS, max(_LEAST_ROWS, _BYTES // max(1, images[:1].nbytes)))


def by_blocks(call: Callable[[Images], npt.NDArray[Any]], images: Images, rows: int) -> npt.NDArray[Any]:
    """Return what a function gives for blocks of rows, one behind the other.

    The results go into one array: small ones that outlive their block would split the memory that it leaves. What was
    read of mapped images is given back.

    Args:
        call: Takes float32 ``[b, c, h, w]``, returns ``[b, …]``.
        images: float32 ``[n, c, h, w]``, one row at least.
        rows: How many make a block.

    Examples:
        >>> by_blocks(lambda block: block.sum(axis=(1, 2)), np.ones((5, 2, 3), np.float32), rows=2).tolist()
        [6.0, 6.0, 6.0, 6.0, 6.0]
    """
    found: npt.NDArray[Any] | None = None
    read = 0
    for start in range(0, len(images), rows):
        block = images[start : start + rows]
        made = call(block)
        if found is None:
            found = np.empty((len(images), *made.shape[1:]), made.dtype)
        found[start : start + rows] = made
        read += block.nbytes
        if read > MOST_READ:
            release(images)
            read = 0
    assert found is not None
    return found
