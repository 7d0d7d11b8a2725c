"""Faults of the machine: a full disk, a name too long, an output closed. One line each, no traceback."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from typing import TextIO

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_REMEDIES = {
    **dict.fromkeys(_FULL, "free some space, or choose another place"),
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EACCES: "check its permissions",
    errno.EPERM: "check its permissions",
    errno.EROFS: "choose another place",
    errno.EIO: "check the disk, or choose another place",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "close other programs",
    errno.ENOMEM: "free memory, or take fewer --jobs",
    errno.ENOENT: "check the path",
}


def as_line(error: BaseException) -> str | None:
    """Return what is wrong with the machine, where that is behind an error, and ``None`` where it is not.

    Examples:
        >>> as_line(OSError(errno.ENOSPC, "No space left on device"))
        'cannot write: No space left on device; free some space, or choose another place'
        >>> as_line(OSError(errno.ENAMETOOLONG, "File name too long", "aaa"))
        'aaa: File name too long; choose a shorter name'
        >>> as_line(MemoryError())
        'out of memory; free some, take fewer --jobs, or work on less at once'
        >>> as_line(KeyError("ours"))
    """
    for each in _causes(error):
        if isinstance(each, MemoryError):
            return "out of memory; free some, take fewer --jobs, or work on less at once"
        if isinstance(each, OSError) and (each is error or each.errno in _REMEDIES):
            return _of_system(each)
        # SQLite has its own words, and wraps no OSError.
        if type(each).__module__ == "sqlite3" and "full" in str(each):
            return f"cannot write: {each}; {_REMEDIES[errno.ENOSPC]}"
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error, and those that it was raised from."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__


def _of_system(error: OSError) -> str:
    name = error.filename if error.filename is not None else "cannot write" if error.errno in _FULL else "the system"
    what = error.strerror or str(error)  # numpy says how much was written, and no more
    return f"{name}: {what}; {_REMEDIES.get(error.errno or 0, 'check the path and the disk')}"


def open_standard_streams() -> bool:
    """See that the standard streams are there, so that no file of ours takes their place; return whether stdout was.

    A closed stdin is empty, and what is said on a closed stderr is lost.
    """
    was_open = sys.stdout is not None
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_RDWR)
            if handle != number:
                os.dup2(handle, number)
                os.close(handle)
            setattr(sys, name, open(number, mode, encoding="utf-8"))  # noqa: SIM115, PTH123  # to the process' end
    return was_open


def flush_stdout(stream: TextIO) -> str | None:
    """Write what is left for stdout; return why that failed, in one line, empty where its reader has gone (``| head``).

    Python would flush once more when it exits, and complain: what cannot be written is dropped.

    Args:
        stream: The one that Python opened; click puts a wrapper that says nothing in front of it.
    """
    try:
        stream.flush()
    except (OSError, ValueError) as error:  # ValueError: closed meanwhile
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return "" if isinstance(error, BrokenPipeError) else f"standard output: {as_line(error) or error}"
    return None
