"""Folders that are being written: each is locked by its writer, so that only those of dead writers are removed.

The lock is ``flock`` on the folder itself: the kernel releases it when the writer ends, however it ends. It needs no
file inside the folder, and no process id, which another machine could not check and a later process may have again.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Windows has none.
fcntl: Any = importlib.import_module("fcntl") if importlib.util.find_spec("fcntl") else None

PREFIX = ".writing-"

# Where nothing can be locked (Windows, some network file systems), a folder this old is taken for abandoned.
_ABANDONED = 24 * 3600


@contextmanager
def leased_folder(parent: Path) -> Iterator[Path]:
    """Give a new temporary folder in ``parent``, locked until the block ends; remove it if it is still there then.

    Raises:
        OSError: ``parent`` cannot be written to.
    """
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        lock = _lock(folder, wait=True)
        # Another process may have swept it in the moment before it was locked.
        if folder.exists():
            break
        _release(lock)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _release(lock)


def sweep(parent: Path, pattern: str = ".") -> None:
    """Remove the temporary folders that dead processes left; those of living ones, here and elsewhere, stay.

    Args:
        parent: Where to look.
        pattern: Of the folders under ``parent`` whose temporary folders are looked at: ``"*/*"``.

    Examples:
        >>> parent = Path(tempfile.mkdtemp())
        >>> left_over = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        >>> with leased_folder(parent) as living:
        ...     sweep(parent)
        ...     left_over.exists(), living.exists()
        (False, True)
    """
    for folder in parent.glob(f"{pattern}/{PREFIX}*"):
        if fcntl is None:
            _remove_if_old(folder)
            continue
        try:
            lock = _lock(folder, wait=False)
        except BlockingIOError:
            continue  # its writer lives
        except FileNotFoundError:
            continue  # renamed into place meanwhile
        if lock is None:
            _remove_if_old(folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)
            _release(lock)


def _lock(folder: Path, *, wait: bool) -> int | None:
    """Lock a folder; ``None`` where the file system has no such locks.

    Raises:
        BlockingIOError: It is locked, and ``wait`` is false.
        FileNotFoundError: It is not there, and ``wait`` is false.
    """
    if fcntl is None:
        return None
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        if wait:
            return None
        raise
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(handle)
        raise
    except OSError:
        os.close(handle)
        return None
    return handle


def _release(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)


def _remove_if_old(folder: Path) -> None:
    try:
        age = time.time() - folder.stat().st_mtime
    except FileNotFoundError:
        return
    if age > _ABANDONED:
        shutil.rmtree(folder, ignore_errors=True)
