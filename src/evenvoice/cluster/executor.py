"""Calls on a Dask cluster: sent as bytes, made once more where a worker is lost, given back as they come."""

from __future__ import annotations

import pickle
import queue
import sys
import time
import uuid
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, Self

from evenvoice.cluster.connection import connected
from evenvoice.errors import EvenvoiceError, shown

if TYPE_CHECKING:
    from evenvoice.parallel import Call

# Calls that are sent beyond two a worker: enough for a cluster that grows with its work, few enough for flat memory.
_AHEAD = 8

# Seconds from one look at the cluster to the next, while a result is waited for.
_LOOK = 2.0


class DaskExecutor:
    """Makes calls in the workers of a Dask cluster; a context manager.

    Workers need evenvoice and the libraries in the versions of this process, and no disk of it: recordings, features
    and results travel through the scheduler, and this process alone writes. A worker that joins late is used. Calls of
    a worker that is lost are made by another. Each worker process makes one call at a time.

    Args:
        where: The scheduler's address, or ``local:N`` (N processes of this machine), or a Dask ``Client`` of the
            caller's, which stays open.
        on_message: Called with a line of text: that there are no workers yet. Printed to stderr if not given.

    Raises:
        EvenvoiceError: No scheduler answers.
        MissingExtraError: Dask is not installed.

    Examples:
        ``with DaskExecutor("tcp://10.0.0.7:8786") as cluster: evenvoice.evaluate("demo", executor=cluster)``
    """

    def __init__(self, where: Any, on_message: Callable[[str], None] | None = None) -> None:
        self._stack = ExitStack()
        self._message = on_message or _to_stderr
        if isinstance(where, str):
            self._name = where
            self._client = self._stack.enter_context(connected(where))
        elif callable(getattr(where, "submit", None)) and hasattr(where, "scheduler"):
            self._client, self._name = where, str(where.scheduler.address)
        else:
            raise EvenvoiceError(f"cluster: found {shown(where)}; expected an address, local:N, or a Dask Client")
        self._looked = -_LOOK
        self._workers = 0
        self._waits = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection, and the processes of ``local:N``."""
        with warnings.catch_warnings(), suppress(OSError, TimeoutError):
            warnings.simplefilter("ignore")
            self._stack.close()

    @property
    def workers(self) -> int:
        """How many worker processes there are now, at least one."""
        self._look()
        return max(1, self._workers)

    def share(self, value: Any) -> Any:
        """Send once, to the workers that need it, a value that many calls are given.

        Args:
            value: Anything that can be pickled.

        Returns:
            What stands for it among the arguments of calls.
        """
        from evenvoice.cluster.packing import Shared
        from evenvoice.cluster.worker import environment, unpacked

        # In the scheduler's hands, not scattered: it outlives every worker.
        return Shared(self._submit("shared", unpacked, environment(), pickle.dumps(value, protocol=5)))

    def run(self, calls: Iterable[Call]) -> Iterator[Any]:
        """Make the calls and yield their results as they come; raise what a call raises.

        Calls are taken from the iterable when there is room for them.

        Raises:
            EvenvoiceError: The connection is lost, the workers have other versions, or a call ends every worker that
                makes it.
        """
        from evenvoice.cluster.packing import pack
        from evenvoice.cluster.worker import call as make
        from evenvoice.cluster.worker import environment

        expected = environment()
        made: queue.SimpleQueue[Any] = queue.SimpleQueue()
        waiting: dict[str, Any] = {}
        calls = iter(calls)
        more = True
        try:
            while more or waiting:
                while more and len(waiting) < 2 * self.workers + _AHEAD:
                    call = next(calls, None)
                    if call is None:
                        more = False
                        break
                    packed, shared = pack(call)
                    future = self._submit(getattr(call[0], "__name__", "call"), make, expected, packed, *shared)
                    waiting[future.key] = future
                    future.add_done_callback(made.put)
                if waiting:
                    future = self._next(made)
                    del waiting[future.key]
                    yield self._result(future)
        finally:
            with suppress(Exception):  # the connection may be what failed
                self._client.cancel(list(waiting.values()))

    def _submit(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
                return self._client.submit(function, *arguments, key=f"{name}-{uuid.uuid4()}")
        except (OSError, RuntimeError) as error:
            raise self._lost(error) from error

    def _next(self, made: queue.SimpleQueue[Any]) -> Any:
        """Return the next call that is finished; look after the cluster while none is."""
        while True:
            try:
                return made.get(timeout=_LOOK)
            except queue.Empty:
                self._look()
                if not self._workers and not self._waits:
                    self._message(f"cluster {self._name}: no workers; waiting for the first")
                self._waits = not self._workers

    def _look(self) -> None:
        """Count the workers, where the last count is old."""
        if time.monotonic() - self._looked < _LOOK:
            return
        try:
            self._workers = len(self._client.nthreads())
        except (OSError, RuntimeError) as error:
            raise self._lost(error) from error
        self._looked = time.monotonic()

    def _result(self, future: Any) -> Any:
        """Return what a call returned, or raise what it raised: its own error, or what became of it."""
        from distributed import KilledWorker

        failed = future.status == "error"
        try:
            return future.result()
        except KilledWorker as error:
            ended = f"{error.allowed_failures + 1} workers ended while they made {_kind(error.task)}"
            raise EvenvoiceError(
                f"cluster {self._name}: {ended}, most likely because memory ran out; give workers more memory. What is "
                "finished is kept"
            ) from error
        except Exception as error:  # a call's own, or what became of the connection
            if not failed:
                raise self._lost(error) from error
            cause = error.__cause__ if isinstance(error, RuntimeError) and error.__cause__ else error
            if isinstance(cause, ImportError | AttributeError):
                raise EvenvoiceError(
                    f"cluster {self._name}: the scheduler or a worker cannot load the work ({cause}); install the same "
                    "evenvoice with the same extras on every machine"
                ) from error
            raise

    def _lost(self, error: BaseException) -> EvenvoiceError:
        return EvenvoiceError(
            f"cluster {self._name}: the connection to the scheduler is lost ({type(error).__name__}); see that it "
            "runs, and start again with the same command: what is finished is kept"
        )


def _kind(key: Any) -> str:
    """Return what a task is called, without its number."""
    return str(key)[:-37] or str(key)


def _to_stderr(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
