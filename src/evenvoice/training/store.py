"""Features of many utterances in one file: ragged, memory-mapped, and passed between processes by path."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from evenvoice.files import writing

Rows = npt.NDArray[np.float32]


class FeatureStore:
    """Arrays ``[n_rows, t]`` of different length t, one an utterance, side by side in one array.

    Pickling a store that was saved takes its path along, and no features.

    Args:
        flat: All values, utterance by utterance, each row by row; float32 ``[sum of n_rows · t]``.
        starts: Where each utterance begins in ``flat``, and where the last ends; int64 ``[n + 1]``.
        n_rows: Rows of each utterance.
        path: The ``.npy`` file that holds ``flat``, if any.

    Examples:
        >>> store = FeatureStore.of([np.zeros((2, 3), np.float32), np.ones((2, 1), np.float32)])
        >>> len(store), store[1].tolist()
        (2, [[1.0], [1.0]])
    """

    def __init__(
        self, flat: npt.NDArray[np.float32], starts: npt.NDArray[np.int64], n_rows: int, path: Path | None = None
    ) -> None:
        self.flat, self.starts, self.n_rows, self.path = flat, starts, n_rows, path

    @classmethod
    def of(cls, arrays: Sequence[Rows]) -> FeatureStore:
        """Put arrays side by side."""
        n_rows = arrays[0].shape[0] if len(arrays) else 0
        starts = np.cumsum([0, *(values.size for values in arrays)], dtype=np.int64)
        flat = np.empty(starts[-1], np.float32)
        for start, values in zip(starts, arrays, strict=False):
            flat[start : start + values.size] = values.ravel()
        flat.flags.writeable = False
        return cls(flat, starts, n_rows)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> Rows:
        """Return the array of one utterance, read-only."""
        values: Rows = self.flat[self.starts[row] : self.starts[row + 1]].reshape(self.n_rows, -1)
        return values

    def __iter__(self) -> Iterator[Rows]:
        return (self[row] for row in range(len(self)))

    def digest(self) -> str:
        """Return a SHA-256 of the features, utterance by utterance."""
        digest = hashlib.sha256(np.ascontiguousarray(self.starts).tobytes())
        block = 1 << 22
        for start in range(0, len(self.flat), block):
            digest.update(np.ascontiguousarray(self.flat[start : start + block]).tobytes())
        return digest.hexdigest()

    def saved(self, path: Path) -> FeatureStore:
        """Write the features to a ``.npy`` file, and return a store that reads from there what it is asked for."""
        with writing(path) as aside, aside.open("wb") as file:
            np.save(file, self.flat, allow_pickle=False)
        return _mapped(path.resolve(), self.starts, self.n_rows)

    def __reduce__(self) -> tuple[Any, ...]:
        if self.path is not None:
            return _mapped, (self.path, self.starts, self.n_rows)
        return FeatureStore, (self.flat, self.starts, self.n_rows)


def _mapped(path: Path, starts: npt.NDArray[np.int64], n_rows: int) -> FeatureStore:
    """Return the store whose features lie in a file."""
    if starts[-1] == 0:  # nothing to map
        return FeatureStore(np.empty(0, np.float32), starts, n_rows, path)
    return FeatureStore(np.load(path, mmap_mode="r", allow_pickle=False), starts, n_rows, path)
