"""Files and folders that are being written: each is locked by its writer, so that only those of dead writers go.

The lock is ``flock`` on the file or folder itself: the kernel releases it when the writer ends, however it ends. It
needs no file beside it, and no process id, which another machine could not check and a later process may have again.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from evenvoice.errors import EvenvoiceError, StorageError

# Windows has none.
fcntl: Any = importlib.import_module("fcntl") if importlib.util.find_spec("fcntl") else None

PREFIX = ".writing-"
# In the system's folder, which is everybody's.
TEMPORARY = ".evenvoice-lease-"

# Where nothing can be locked (Windows, some network file systems), a folder this old is taken for abandoned.
_ABANDONED = 24 * 3600


@contextmanager
def leased_folder(parent: Path, prefix: str = PREFIX) -> Iterator[Path]:
    """Give a new temporary folder in ``parent``, locked until the block ends; remove it if it is still there then.

    Raises:
        OSError: ``parent`` cannot be written to.
    """
    _sweep_once(parent, prefix)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        lock = _lock(folder, wait=True)
        # Another process may have swept it in the moment before it was locked.
        if folder.exists():
            break
        _release(lock)
    _ours.add(folder)
    try:
        yield folder
    finally:
        _remove(folder)
        _ours.discard(folder)
        _release(lock)


@contextmanager
def leased_file(parent: Path, suffix: str) -> Iterator[Path]:
    """Give a new empty file in ``parent``, locked until the block ends; remove it if it is still there then.

    Args:
        parent: The folder.
        suffix: How the file's name ends.

    Raises:
        OSError: ``parent`` cannot be written to.
    """
    _sweep_once(parent, PREFIX)
    while True:
        handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=suffix, dir=parent)
        os.close(handle)
        file = Path(name)
        lock = _lock(file, wait=True)
        if file.exists():
            break
        _release(lock)
    _ours.add(file)
    try:
        yield file
    finally:
        _remove(file)
        _ours.discard(file)
        _release(lock)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a new folder in the system's folder for temporary files; remove it, and those of killed processes of ours.

    Raises:
        StorageError: No folder for temporary files can be written to.

    Examples:
        >>> with temporary_folder() as folder:
        ...     _ = (folder / "a").write_text("whole")
        >>> folder.exists()
        False
    """
    with leased_folder(temporary_place(), TEMPORARY) as folder:
        yield folder


@contextmanager
def named(aside: Path, name: Path | str) -> Iterator[None]:
    """Say in errors how a file or folder is called, or will be, where they name the temporary one that stands for it.

    Args:
        aside: The temporary file or folder.
        name: What the user knows.

    Raises:
        OSError: One of the block's, of the same kind.
        EvenvoiceError: One of the block's, of the same class.

    Examples:
        >>> with named(Path("/tmp/.writing-x4.csv"), "a.csv"):
        ...     raise EvenvoiceError("/tmp/.writing-x4.csv: no table; save it as CSV")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: a.csv: no table; save it as CSV
    """
    try:
        yield
    except OSError as error:
        what, file = str(error.strerror or error), str(error.filename or name)  # libraries write the name into both
        if str(aside) not in what + file:
            raise
        raise OSError(error.errno, *(text.replace(str(aside), str(name)) for text in (what, file))) from error
    except EvenvoiceError as error:
        if str(aside) not in str(error):
            raise
        raise type(error)(str(error).replace(str(aside), str(name))) from error


def temporary_place() -> Path:
    """Return the system's folder for temporary files: ``$TMPDIR``, else ``/tmp`` or another that can be written to.

    Raises:
        StorageError: There is none.
    """
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        raise StorageError(
            "no folder for temporary files can be written to (TMPDIR, /tmp, …); free some space there, or set TMPDIR "
            "to another folder"
        ) from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder that is there; without one where the file system has none.

    Examples:
        >>> with locked(Path(tempfile.mkdtemp())):
        ...     pass
    """
    lock = _lock(folder, wait=True)
    try:
        yield
    finally:
        _release(lock)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock of a file or folder that is there; without one where the file system has none.

    Raises:
        BlockingIOError: Another process holds it.

    Examples:
        >>> folder = Path(tempfile.mkdtemp())
        >>> with held(folder), held(folder):
        ...     pass
        Traceback (most recent call last):
        ...
        BlockingIOError: [Errno 11] Resource temporarily unavailable
    """
    lock = _lock(path, wait=False)
    try:
        yield
    finally:
        _release(lock)


def sweep(parent: Path, pattern: str = ".", prefix: str = PREFIX) -> None:
    """Remove the temporary files and folders that dead processes left; those of living ones, here and elsewhere, stay.

    Args:
        parent: Where to look.
        pattern: Of the folders under ``parent`` whose temporary files and folders are looked at: ``"*/*"``.
        prefix: How their names begin.

    Examples:
        >>> parent = Path(tempfile.mkdtemp())
        >>> left_over = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        >>> with leased_folder(parent) as living:
        ...     sweep(parent)
        ...     left_over.exists(), living.exists()
        (False, True)
    """
    for path in parent.glob(f"{pattern}/{prefix}*"):
        if fcntl is None:
            _remove_if_old(path)
            continue
        try:
            lock = _lock(path, wait=False)
        except OSError:
            continue  # its writer lives, or is another user; or it was renamed into place meanwhile
        if lock is None:
            _remove_if_old(path)
        else:
            _remove(path)
            _release(lock)


def remove_all() -> None:
    """Remove what this process is writing, whose writers are not asked: before it ends without a word to them.

    Examples:
        >>> with temporary_folder() as folder:
        ...     remove_all()
        ...     folder.exists()
        False
    """
    for path in tuple(_ours):
        _remove(path)


# What is being written here, and not in other processes.
_ours: set[Path] = set()
_swept: set[tuple[Path, str]] = set()


def _sweep_once(parent: Path, prefix: str) -> None:
    """Sweep a folder when this process first writes there: a cache is written to a thousand times."""
    if (parent, prefix) not in _swept:
        _swept.add((parent, prefix))
        sweep(parent, prefix=prefix)


def _lock(path: Path, *, wait: bool) -> int | None:
    """Lock a file or folder; ``None`` where the file system has no such locks.

    Raises:
        BlockingIOError: It is locked, and ``wait`` is false.
        OSError: It is not there, or another user's, and ``wait`` is false.
    """
    if fcntl is None:
        return None
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
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


def _remove_if_old(path: Path) -> None:
    try:
        age = time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return
    if age > _ABANDONED:
        _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)
