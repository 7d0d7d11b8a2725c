"""Rows that are too many to be worked on as a whole: block by block, without a second copy of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy.typing as npt

from evenvoice.allocator import release

# Bytes of rows that are worked on as a whole; of more, sums are made block by block.
_MOST_AT_ONCE = 1 << 28
_BLOCK = 1 << 25


def are_many(rows: npt.NDArray[Any]) -> bool:
    """Return whether rows are worked on block by block."""
    return rows.nbytes > _MOST_AT_ONCE


def row_blocks(rows: npt.NDArray[Any]) -> Iterator[slice]:
    """Yield slices that cover all rows: one, or those of 32 MB where the rows have more than 256.

    What was read of rows that are mapped from a file, and that nobody may write to, is given back after each block.

    Examples:
        >>> import numpy as np
        >>> list(row_blocks(np.zeros((3, 2))))
        [slice(0, 3, None)]
    """
    step = max(1, _BLOCK // max(1, rows[:1].nbytes)) if are_many(rows) else max(1, len(rows))
    for start in range(0, len(rows), step):
        yield slice(start, min(start + step, len(rows)))
        if step < len(rows) and not rows.flags.writeable:
            release(rows)
