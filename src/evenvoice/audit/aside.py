"""Arrays of one kind, one behind the other: in memory while they are few, then in a temporary file."""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from evenvoice.errors import StorageError

# Bytes. Of 100,000 utterances the waveforms that are compared take 0.9 GB.
MOST_IN_MEMORY = 1 << 26


class Aside:
    """Where arrays are put as they are made, and where they are read from when all are there.

    The file has no name, and goes with the arrays. What is not read of it takes no memory.

    Args:
        dtype: Of each array.
        most: Bytes that stay in memory; `MOST_IN_MEMORY` if ``None``.

    Examples:
        >>> with Aside(np.dtype(np.int8)) as aside:
        ...     for values in ([1, 2], [], [3]):
        ...         aside.put(np.array(values, np.int8))
        ...     [array.tolist() for array in aside.arrays()]
        [[1, 2], [], [3]]
    """

    def __init__(self, dtype: np.dtype[Any], *, most: int | None = None) -> None:
        self._dtype = dtype
        self._most = MOST_IN_MEMORY if most is None else most
        self._lengths: list[int] = []
        self._file = tempfile.SpooledTemporaryFile(self._most, prefix="evenvoice-")  # noqa: SIM115  # closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def put(self, array: npt.NDArray[Any]) -> None:
        """Put one more.

        Args:
            array: ``[n]``.

        Raises:
            EvenvoiceError: The temporary folder is full or cannot be written to.
        """
        try:
            self._file.write(np.ascontiguousarray(array, self._dtype).data)
        except OSError as error:
            raise StorageError(
                f"{tempfile.gettempdir()}: what is compared of the recordings cannot be written ({error.strerror}); "
                "make room there, or set TMPDIR to another folder"
            ) from error
        self._lengths.append(len(array))

    def arrays(self) -> Sequence[npt.NDArray[Any]]:
        """Return them in their order, read-only; they stay when this is closed."""
        ends = np.cumsum(self._lengths, dtype=np.int64)
        return np.split(self.whole(), ends[:-1]) if self._lengths else []

    def whole(self) -> npt.NDArray[Any]:
        """Return all of them as one array ``[sum of n]``, mapped where it is in a file."""
        self._file.flush()
        if sum(self._lengths) * self._dtype.itemsize <= self._most:
            self._file.seek(0)
            return np.frombuffer(self._file.read(), self._dtype)
        return np.frombuffer(mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ), self._dtype)
