"""Calls as bytes: what many of them share is not packed with each, and functions of a script travel as well."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

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

    Args:
        call: A function, its arguments and its keywords; a `Shared` may be anywhere in them.
    """
    file = io.BytesIO()
    packer = _packer()(file)
    packer.dump(call)
    return file.getvalue(), packer.futures


@cache
def _packer() -> Any:
    """Return the class that leaves a place for each shared value: cloudpickle comes with an extra."""
    import cloudpickle

    class Packer(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle has no types
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

    return Packer
