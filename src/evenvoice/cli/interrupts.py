"""Ctrl-C and SIGTERM: the command ends within seconds, with its exit code, whatever it is at."""

from __future__ import annotations

import _thread
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from evenvoice.leases import remove_all

# What typer exits with after Ctrl-C, and what a shell has for a process that SIGTERM ended.
INTERRUPTED, TERMINATED = 130, 143
MESSAGE = "evenvoice: interrupted; what was finished is kept"

# Until the destructor that was interrupted has ended, in seconds; if it has not, it is sent once more.
_SOON = 0.05
# For how long a command may go on after a signal, in seconds.
_PATIENCE = 4.0


class Interrupts:
    """Handles Ctrl-C and SIGTERM: a ``KeyboardInterrupt``, but not before an import has ended.

    Extensions call Python while they are imported (soxr makes its enums), and C++ aborts the process where that raises.

    Python calls a handler between two of its own steps, and a fit of libsvm is one step, of hours perhaps. So a thread
    gets the signal as well (`signal.set_wakeup_fd`). Where the command has not ended in time, the thread ends the
    process: its workers, then what is half-written, then itself.

    Attributes:
        terminated: Whether SIGTERM came.
        said: Whether the message was printed; set by whatever prints it.
    """

    def __init__(self) -> None:
        self.terminated = False
        self.said = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Raise, or send the signal again soon."""
        self.terminated = self.terminated or number == signal.SIGTERM
        if _imports(frame):
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
        with self._watched():
            for number in numbers:
                signal.signal(number, self)
            try:
                with _kept(lambda: signal.SIGTERM if self.terminated else signal.SIGINT):
                    yield
            finally:
                for number in numbers:
                    signal.signal(number, signal.SIG_DFL)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Have a thread watch, until the process ends where a signal came in the block, else until the block ends."""
        here, there = socket.socketpair()  # Windows takes nothing but a socket
        there.setblocking(False)
        before = signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
        threading.Thread(target=self._watch, args=(here,), name="evenvoice-watch-signals", daemon=True).start()
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            there.close()

    def _watch(self, signals: socket.socket) -> None:
        """End the process some seconds after the first signal that is ours to handle."""
        with signals:  # open to the end: each signal is written to it
            number = 0
            while not self._handles(number):
                came = signals.recv(1)
                if not came:  # the command has ended
                    return
                number = came[0]
            time.sleep(_PATIENCE)
        # The handler may not have been called yet.
        self._end(TERMINATED if self.terminated or number == signal.SIGTERM else INTERRUPTED)

    def _handles(self, number: int) -> bool:
        """Whether a signal is one of ours: `serve` has a handler of its own for as long as it answers."""
        return number in (signal.SIGINT, signal.SIGTERM) and signal.getsignal(number) is self

    def _end(self, code: int) -> None:
        """End the process and its workers; the main thread may be anywhere, and holds any lock."""
        processes = sys.modules.get("multiprocessing.process")  # imports have locks
        for worker in processes.active_children() if processes is not None else ():
            with suppress(ProcessLookupError):
                os.kill(worker.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        remove_all()
        if not self.said:
            # A progress bar hides the cursor.
            start = "\x1b[?25h\n" if os.isatty(2) else ""
            with suppress(OSError):
                os.write(2, f"{start}{MESSAGE}\n".encode())
        os._exit(code)


def _in_child() -> None:
    """A fork has the socket too: what it is sent is not for its parent."""
    with suppress(ValueError):  # not the main thread
        signal.set_wakeup_fd(-1)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


@contextmanager
def _kept(number: Callable[[], signal.Signals]) -> Iterator[None]:
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
