"""Work done side by side, with a progress bar: joblib behind one function, or an executor of the caller's."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError

from evenvoice.errors import EvenvoiceError
from evenvoice.progress import track

Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
"""A function and its arguments: what ``joblib.delayed(function)(…)`` returns."""

# How often a worker process looks whether its parent still lives, in seconds.
_LOOK = 1.0
# Seconds that worker processes take to start and import what they need: 3 to 6 on machines seen so far.
_WORKERS_START = 4.0
# What joblib calls its processes.
_WORKER = "LokyProcess"


class Executor(Protocol):
    """Makes calls somewhere: in processes of this machine, or on a cluster.

    One with ``share(value)``, which returns what stands for a value among the arguments of many calls, is `remote`: its
    workers need not see the disk of this process. They get bytes and return bytes, and this process alone writes. One
    with ``workers`` says how many calls it makes at once.
    """

    def run(self, calls: Iterable[Call]) -> Iterator[Any]:
        """Make the calls and yield their results as they come; raise what a call raises."""
        ...


def is_remote(executor: Executor | None) -> bool:
    """Return whether the workers of an executor may lack this machine's disk.

    Examples:
        >>> is_remote(None), is_remote(LocalExecutor(2))
        (False, False)
    """
    return callable(getattr(executor, "share", None))


def share(executor: Executor | None, value: Any) -> Any:
    """Return what stands for a value that many calls are given; the value itself where the executor is not remote."""
    return executor.share(value) if is_remote(executor) else value  # type: ignore[union-attr]  # just looked


@dataclass(frozen=True)
class LocalExecutor:
    """Processes or threads of this machine; one job works in this process.

    Worker processes end when this process ends, however it ends.

    Attributes:
        jobs: How many calls at once.
        threads: Threads instead of processes, for work that releases Python's lock.
        ordered: Results in the order of the calls, else as they are finished.

    Examples:
        >>> list(LocalExecutor(1).run([delayed(abs)(-1)]))
        [1]
    """

    jobs: int
    threads: bool = False
    ordered: bool = True

    def run(self, calls: Iterable[Call]) -> Iterator[Any]:
        """Make the calls and yield their results."""
        order = "generator" if self.ordered else "generator_unordered"
        prefer = "threads" if self.threads else None
        pool = Parallel(n_jobs=self.jobs, prefer=prefer, return_as=order, batch_size=1)
        under_way = _UnderWay()
        if self.jobs > 1 and self.threads:
            calls = (delayed(under_way)(*call) for call in calls)
        elif self.jobs > 1:
            parent = os.getpid()
            calls = (delayed(_in_worker)(parent, *call) for call in calls)
        results = pool(calls)
        try:
            yield from (result for result in results)
        finally:
            # Who stops early has given the reason; joblib's remark about cancelled tasks adds nothing to it.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                results.close()
            under_way.stop()


@dataclass(frozen=True)
class HereFirst:
    """Makes two calls in this process, and the others in workers only where these save more than their start.

    A worker imports what the calls need, which takes seconds: more than some studies take altogether.

    Attributes:
        jobs: How many calls at once, in workers; the order of their results is not kept.
        total: How many calls there are.

    Examples:
        >>> list(HereFirst(2, total=3).run(delayed(abs)(n) for n in (-1, 2, -3)))
        [1, 2, 3]
    """

    jobs: int
    total: int

    def run(self, calls: Iterable[Call]) -> Iterator[Any]:
        """Make the calls and yield their results."""
        calls = iter(calls)
        here = LocalExecutor(1)
        yield from here.run(islice(calls, 1))  # which imports what is not there yet
        started = time.perf_counter()
        yield from here.run(islice(calls, 1))
        saved = (self.total - 2) * (time.perf_counter() - started) * (1 - 1 / self.jobs)
        yield from (LocalExecutor(self.jobs, ordered=False) if saved > _WORKERS_START else here).run(calls)


def in_parallel(
    calls: Iterable[Call],
    description: str,
    total: int | None,
    *,
    jobs: int,
    threads: bool = False,
    ordered: bool = True,
    executor: Executor | None = None,
) -> Generator[Any, None, None]:
    """Yield the results of calls as they come, drawing progress on stderr.

    Args:
        calls: ``joblib.delayed(function)(…)`` for each piece of work.
        description: What is being done.
        total: How many calls there are; ``None`` where that is not known.
        jobs: How many at once; one works in this process.
        threads: Threads instead of processes, for work that releases Python's lock.
        ordered: Results in the order of the calls, else as they are finished.
        executor: What makes the calls instead of this machine's processes; ``jobs`` is its own affair then.

    Raises:
        EvenvoiceError: A worker process was killed.

    Examples:
        >>> list(in_parallel((delayed(abs)(n) for n in (-1, 2)), "counting", 2, jobs=1))
        [1, 2]
    """
    results = (executor or LocalExecutor(jobs, threads, ordered)).run(calls)
    try:
        # Not `results` itself, which would be closed with the progress bar, before what follows.
        yield from track((result for result in results), description, total)
    except TerminatedWorkerError as error:
        raise EvenvoiceError(
            f"{description}: a worker process was killed, most likely because memory ran out; use fewer --jobs. What "
            "is finished is kept"
        ) from error
    finally:
        close = getattr(results, "close", None)
        if close is not None:
            close()


class _UnderWay:
    """The calls that threads are at: nobody goes on, or ends the process, before they have ended.

    joblib leaves them to themselves. What they use may be closed by then; and C++ aborts a process that ends while one
    of its threads waits for Python.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._calls = 0
        self._stopped = False

    def __call__(self, function: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Make a call, but none that was still waiting when all were stopped."""
        with self._changed:
            if self._stopped:
                return None
            self._calls += 1
        try:
            return function(*arguments, **options)
        finally:
            with self._changed:
                self._calls -= 1
                self._changed.notify_all()

    def stop(self) -> None:
        """Wait for the calls under way."""
        with self._changed:
            self._stopped = True
            self._changed.wait_for(lambda: not self._calls)


def _in_worker(parent: int, function: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Make a call in a worker process that ends with its parent."""
    end_with(parent)
    return function(*arguments, **options)


_watched = False


def end_with(parent: int) -> None:
    """End this process when its parent has ended: a killed parent cannot end its workers itself.

    A thread looks once a second whose child this process is. (Linux' PR_SET_PDEATHSIG would follow the parent's thread,
    not its process, and joblib starts workers from threads that come and go.)

    A worker that has only been started when the parent is killed still has its first call before it: it ends here.

    Args:
        parent: Id of the parent process. Nothing happens in the parent itself, or in a process of another program's.
    """
    global _watched
    if _watched or os.getpid() == parent or not multiprocessing.current_process().name.startswith(_WORKER):
        return
    _watched = True
    threading.Thread(target=_watch, args=(parent,), name="evenvoice-watch-parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)
