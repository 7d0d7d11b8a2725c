"""Pairs in the order of their errors, more than memory should hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from evenvoice.audit.aside import Aside

# Errors are shares of at most 24 · 128 bits: two that differ do so by more than a float32 can tell, 24 / (24 · 128)².
_PAIR = np.dtype([("errors", np.float32), ("first", np.int32), ("second", np.int32), ("lag", np.int32)])

# Pairs are put aside in so many parts by their errors, of which one at a time is sorted. Of each part so many bytes
# stay in memory, 32 MB in all.
_PARTS = 64
_MOST_IN_MEMORY = 1 << 19

# How many pairs are handed on at once.
_AT_ONCE = 8192


class NearestFirst:
    """Takes pairs in any order of their errors, and gives them back sorted; those of equal errors as they came.

    Args:
        limit: More than any error.

    Examples:
        >>> with NearestFirst(0.5) as pairs:
        ...     pairs.put(np.array([0.2, 0.1]), np.array([0, 0]), np.array([1, 2]), np.array([7, 0]))
        ...     pairs.put(np.array([0.2]), np.array([1]), np.array([3]), np.array([-7]))
        ...     [[column.tolist() for column in block] for block in pairs]
        [[[0], [2], [0]], [[0, 1], [1, 3], [7, -7]]]
    """

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._stack = ExitStack()
        self._parts = [self._stack.enter_context(Aside(_PAIR, most=_MOST_IN_MEMORY)) for _ in range(_PARTS)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def put(
        self,
        errors: npt.NDArray[np.float64],
        first: npt.NDArray[np.signedinteger],
        second: npt.NDArray[np.signedinteger],
        lag: npt.NDArray[np.signedinteger],
    ) -> None:
        """Take some pairs.

        Args:
            errors: From 0 to below the limit: ``[n]``.
            first: One of each pair: ``[n]``.
            second: The other: ``[n]``.
            lag: Between them, in frames: ``[n]``.

        Raises:
            StorageError: The temporary folder is full or cannot be written to.
        """
        pairs = np.empty(len(errors), _PAIR)
        pairs["errors"], pairs["first"], pairs["second"], pairs["lag"] = errors, first, second, lag
        part = np.minimum(pairs["errors"] * (_PARTS / self._limit), _PARTS - 1).astype(np.intp)
        for each in np.unique(part).tolist():
            self._parts[each].put(pairs[part == each])

    def __iter__(self) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32]]]:
        """Give first, second and lag of all pairs, in blocks."""
        for part in self._parts:
            pairs: npt.NDArray[Any] = part.whole()
            order = np.argsort(pairs["errors"], kind="stable")
            for start in range(0, len(order), _AT_ONCE):
                block = pairs[order[start : start + _AT_ONCE]]
                yield block["first"], block["second"], block["lag"]
