"""Features of many utterances in one file: ragged, read when asked for, and passed between processes by path."""

from __future__ import annotations

import hashlib
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, overload

import numpy as np
import numpy.typing as npt

from evenvoice.errors import EvenvoiceError, StorageError
from evenvoice.features import feature_digest
from evenvoice.leases import temporary_folder

Rows = npt.NDArray[np.float32]
Positions = npt.NDArray[np.int64]

# Vectors are copied from a file by so many bytes at once: what is mapped counts as memory of the process.
_BLOCK = 1 << 24


class FeatureStore(Sequence[Rows]):
    """Arrays ``[n_rows, t]`` of different length t, one an utterance, side by side in memory or in a file.

    Pickling a store in a file takes its path along, and no features. The file is deleted with the store that wrote it.

    Args:
        flat: All values, utterance by utterance, each row by row, float32 ``[sum of n_rows · t]``; or their file.
        starts: Where each utterance begins in ``flat``, and where the last ends; int64 ``[n + 1]``.
        n_rows: Rows of each utterance.
        digests: SHA-256 of each array, where known.

    Examples:
        >>> store = FeatureStore.of([np.zeros((2, 3), np.float32), np.ones((2, 1), np.float32)])
        >>> len(store), store[1].tolist()
        (2, [[1.0], [1.0]])
    """

    def __init__(
        self, flat: npt.NDArray[np.float32] | Path, starts: Positions, n_rows: int, digests: Sequence[bytes] = ()
    ) -> None:
        self.flat, self.starts, self.n_rows, self.digests = flat, starts, n_rows, digests

    @classmethod
    def of(cls, arrays: Sequence[Rows]) -> FeatureStore:
        """Put arrays side by side in memory."""
        n_rows = arrays[0].shape[0] if len(arrays) else 0
        starts = np.cumsum([0, *(values.size for values in arrays)], dtype=np.int64)
        flat = np.empty(starts[-1], np.float32)
        for start, values in zip(starts, arrays, strict=False):
            flat[start : start + values.size] = values.ravel()
        flat.flags.writeable = False
        return cls(flat, starts, n_rows)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, row: int) -> Rows: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Rows]: ...
    def __getitem__(self, row: int | slice) -> Rows | Sequence[Rows]:
        """Return the array of one utterance, read-only."""
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(len(self)))]
        row = range(len(self))[row]  # from the end where it is negative; out of range, it ends an iteration
        start, end = self.starts[row], self.starts[row + 1]
        if isinstance(self.flat, np.ndarray):
            values = self.flat[start:end]
        else:
            values = np.fromfile(self.flat, np.float32, end - start, offset=4 * start)
            values.flags.writeable = False
        return values.reshape(self.n_rows, -1)

    @property
    def nbytes(self) -> int:
        """Size of all features."""
        return int(4 * self.starts[-1])

    def vectors(self, positions: Positions | None = None) -> npt.NDArray[np.float32]:
        """Return the arrays of some utterances as a new array ``[n, n_rows, 1]``, where each has one frame."""
        if not len(self):
            return np.empty((0, self.n_rows, 1), np.float32)
        if isinstance(self.flat, np.ndarray):
            matrix = self.flat.reshape(len(self), self.n_rows, 1)
            return matrix.copy() if positions is None else matrix[positions]
        if positions is None:
            return np.fromfile(self.flat, np.float32).reshape(len(self), self.n_rows, 1)
        found = np.empty((len(positions), self.n_rows, 1), np.float32)
        block = max(1, _BLOCK // (4 * self.n_rows))
        for start in range(0, len(positions), block):
            mapped = np.memmap(self.flat, np.float32, "r", shape=(len(self), self.n_rows, 1))
            found[start : start + block] = mapped[positions[start : start + block]]
        return found

    def digest(self) -> str:
        """Return a SHA-256 of the features, utterance by utterance."""
        digests = self.digests or map(feature_digest, self)
        return hashlib.sha256(b"".join(digests)).hexdigest()

    def in_file(self) -> FeatureStore:
        """Return the store with its features in a file, from which other processes read."""
        if isinstance(self.flat, Path):
            return self
        with StoreWriter() as writer:
            for values in self:
                writer.append(values)
            store = writer.store(self.n_rows)
            store.digests = self.digests
            return store

    def in_memory(self) -> FeatureStore:
        """Return the store with its features in memory: pickling it takes them along."""
        if not isinstance(self.flat, Path):
            return self
        flat = np.fromfile(self.flat, np.float32)
        flat.flags.writeable = False
        return FeatureStore(flat, self.starts, self.n_rows, self.digests)

    def without_arrays(self) -> FeatureStore:
        """Return a store of as many utterances that knows their digests and nothing else."""
        return Absent(len(self), self.n_rows, self.digests or list(map(feature_digest, self)))

    def __reduce__(self) -> tuple[Any, ...]:
        return FeatureStore, (self.flat, self.starts, self.n_rows)


class Vectors:
    """Some arrays of a store in which each has one frame, read when they are asked for.

    Args:
        store: Where they are.
        positions: Which, in order ``[n]``.

    Examples:
        >>> store = FeatureStore.of([np.zeros((2, 1), np.float32), np.ones((2, 1), np.float32)])
        >>> Vectors(store, np.array([1, 0]))[:1].shape
        (1, 2, 1)
    """

    def __init__(self, store: FeatureStore, positions: Positions) -> None:
        self._store, self._positions = store, positions

    def __len__(self) -> int:
        return len(self._positions)

    def __getitem__(self, row: int | slice) -> Rows:
        """Return one as ``[n_rows, 1]``, or several as a new array ``[n, n_rows, 1]``."""
        if isinstance(row, slice):
            return self._store.vectors(self._positions[row])
        return self._store[int(self._positions[row])]

    def __iter__(self) -> Iterator[Rows]:
        return map(self.__getitem__, range(len(self)))


class Absent(FeatureStore):
    """Features that were left where they were, as only the rows of shapes are wanted.

    Args:
        n: Number of utterances.
        n_rows: Rows of each.
        digests: SHA-256 of the features of each.
    """

    def __init__(self, n: int, n_rows: int, digests: Sequence[bytes] = ()) -> None:
        super().__init__(np.empty(0, np.float32), np.zeros(n + 1, np.int64), n_rows, digests)

    def __getitem__(self, row: int | slice) -> Any:
        """Raise: there are none.

        Raises:
            EvenvoiceError: Always.
        """
        raise EvenvoiceError(
            "dataset: loaded for shapes of one frame, without the features themselves; load it without shapes"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return Absent, (len(self), self.n_rows)


class StoreWriter:
    """Writes a store to a temporary file, array by array: the corpus need not fit into memory.

    Raises:
        StorageError: The temporary folder is full or cannot be written to.

    Examples:
        >>> with StoreWriter() as writer:
        ...     writer.append(np.ones((2, 3), np.float32))
        ...     store = writer.store(2)
        >>> store[0].shape, store.nbytes
        ((2, 3), 24)
    """

    def __init__(self) -> None:
        self._sizes = [0]
        self._digests: list[bytes] = []
        self._place = ExitStack()
        self._file: IO[bytes] | None = None

    def __enter__(self) -> StoreWriter:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._place.close()
        except OSError as error:  # what was left in the buffer
            raise _full(error) from error

    def append(self, values: Rows, digest: bytes | None = None) -> None:
        """Add the array of one utterance, and its `feature_digest` where it is known."""
        try:
            if self._file is None:
                folder = self._place.enter_context(temporary_folder())
                self._file = self._place.enter_context((folder / "features.f32").open("wb"))
            self._file.write(np.ascontiguousarray(values).data)
        except OSError as error:
            raise _full(error) from error
        self._sizes.append(values.size)
        if digest is not None:
            self._digests.append(digest)

    def store(self, n_rows: int) -> FeatureStore:
        """Return the store, which the file now belongs to."""
        starts = np.cumsum(self._sizes, dtype=np.int64)
        if self._file is None or not starts[-1]:
            return FeatureStore(np.empty(0, np.float32), starts, n_rows, self._digests)
        try:
            self._file.flush()
        except OSError as error:
            raise _full(error) from error
        store = FeatureStore(Path(self._file.name).resolve(), starts, n_rows, self._digests)
        weakref.finalize(store, self._place.pop_all().close)
        return store


def _full(error: OSError) -> StorageError:
    return StorageError(
        f"{tempfile.gettempdir()}: features cannot be written ({error.strerror}); make room there, or set TMPDIR to "
        "another folder"
    )
