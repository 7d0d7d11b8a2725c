"""The fixed arrays of a part of a corpus: in memory, or, where they are large, in a file that is mapped into it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from evenvoice.errors import StorageError

Images = npt.NDArray[np.float32]

# Bytes. Larger arrays go to a file in the temporary folder: a training part of 100,000 times 3 × 40 × 94 has 4.5 GB.
MOST_IN_MEMORY = 1 << 28


def gather(blocks: Iterable[Images], n: int, size: tuple[int, ...], arrays: int = 1) -> Images:
    """Put blocks of rows one behind the other.

    Args:
        blocks: float32 ``[some, *size]`` each, n rows in all.
        n: Number of rows.
        size: Of a row.
        arrays: How many such arrays are held at once: together they are large or not.

    Returns:
        float32 ``[n, *size]``. Where it is mapped from a file, that has no name any more and goes with the array;
        writing to the array changes the array alone.

    Raises:
        EvenvoiceError: The temporary folder is full or cannot be written to.

    Examples:
        >>> gather([np.zeros((2, 3), np.float32), np.ones((1, 3), np.float32)], 3, (3,)).sum(axis=1).tolist()
        [0.0, 0.0, 3.0]
    """
    if 4 * n * int(np.prod(size)) * arrays <= MOST_IN_MEMORY:
        images, start = np.empty((n, *size), np.float32), 0
        for block in blocks:
            images[start : start + len(block)] = block
            start += len(block)
        return images
    try:
        with tempfile.TemporaryFile(prefix="evenvoice-") as file:
            for block in blocks:
                file.write(np.ascontiguousarray(block).data)
            file.flush()
            return np.memmap(file, np.float32, "c", shape=(n, *size))
    except OSError as error:
        raise StorageError(
            f"{tempfile.gettempdir()}: a training part cannot be written ({error.strerror}); make room there, or set "
            "TMPDIR to another folder"
        ) from error
