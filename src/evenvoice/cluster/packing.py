"""Calls as bytes: what many of them share is not packed with each, and functions of a script travel as well."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cloudpickle

if TYPE_CHECKING:
    from evenvoice.parallel import Call


@dataclass(frozen=True, eq=False)
class Shared:
    """Stands for a value that workers have already.

    Attributes:
        future: Dask's, of the value; the scheduler can have it made again where all workers that had it are gone.
    """

    future: Any


def pack(call: Call) -> tuple[bytes, list[Any]]:
    """Return a call as bytes, and the futures of what it shares with others, in their places.

    Examples:
        >>> packed, futures = pack((max, (Shared("a future"), 1), {}))
        >>> futures
        ['a future']
    """
    file = io.BytesIO()
    packer = _Pickler(file)
    packer.dump(call)
    return file.getvalue(), packer.futures


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle has no types
    """Leaves a place for each shared value."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.futures: list[Any] = []

    def persistent_id(self, value: Any) -> int | None:
        """Return the place of a shared value, ``None`` for all else."""
        if not isinstance(value, Shared):
            return None
        if value.future not in self.futures:
            self.futures.append(value.future)
        return self.futures.index(value.future)
