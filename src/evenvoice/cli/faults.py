"""Faults of the machine: a full disk, a name too long, an output closed. One line each, no traceback."""

from __future__ import annotations

import _thread
import errno
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TextIO

# Until the destructor that was interrupted has ended, in seconds; if it has not, it is sent once more.
_SOON = 0.05
# For how long a signal waits for imports to end, in seconds.
_PATIENCE = 4.0

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


@contextmanager
def interrupts_kept(number: Callable[[], signal.Signals]) -> Iterator[None]:
    """Send Ctrl-C again where it came in a destructor or a weak reference's callback.

    Python cannot raise there: it prints a traceback, and the program goes on as if nobody had stopped it.

    Args:
        number: Says which signal came.
    """
    before = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        if unraisable.exc_type is not None and issubclass(unraisable.exc_type, KeyboardInterrupt):
            again = threading.Timer(_SOON, _send, [number()])
            again.daemon = True
            again.start()
        else:
            before(unraisable)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


class Interrupts:
    """Handles Ctrl-C and SIGTERM: a ``KeyboardInterrupt``, but not before an import has ended.

    Extensions call Python while they are imported (soxr makes its enums), and C++ aborts the process where that raises.

    Attributes:
        terminated: Whether SIGTERM came.
    """

    def __init__(self) -> None:
        self.terminated = False
        self._since: float | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Raise, or send the signal again soon."""
        self.terminated = self.terminated or number == signal.SIGTERM
        if self._since is None:
            self._since = time.monotonic()
        if _imports(frame) and time.monotonic() - self._since < _PATIENCE:
            again = threading.Timer(_SOON, _send, [signal.Signals(number)])
            again.daemon = True
            again.start()
        else:
            raise KeyboardInterrupt

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Handle both signals here; Ctrl-C only where Python would, and nothing but in the main thread.

        Afterwards they do what the system does: a program that ends waits for its threads, and Python would print a
        traceback of that.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = [signal.SIGTERM]
        if signal.getsignal(signal.SIGINT) in (signal.default_int_handler, signal.SIG_DFL):
            numbers.append(signal.SIGINT)
        for number in numbers:
            signal.signal(number, self)
        try:
            with interrupts_kept(lambda: signal.SIGTERM if self.terminated else signal.SIGINT):
                yield
        finally:
            for number in numbers:
                signal.signal(number, signal.SIG_DFL)


def _imports(frame: FrameType | None) -> bool:
    """True where a module is being imported."""
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


def _send(number: signal.Signals) -> None:
    """Send a signal to the main thread; a real one, where there are any, for it ends a sleep or a wait."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    else:
        _thread.interrupt_main(number)


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
