"""Work done side by side, with a progress bar: joblib behind one function."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterable
from typing import Any

from joblib import Parallel
from joblib.externals.loky.process_executor import TerminatedWorkerError

from evenvoice.errors import EvenvoiceError
from evenvoice.progress import track


def in_parallel(
    calls: Iterable[Any], description: str, total: int, *, jobs: int, threads: bool = False, ordered: bool = True
) -> Generator[Any, None, None]:
    """Yield the results of joblib's delayed calls as they come, drawing progress on stderr.

    Args:
        calls: ``joblib.delayed(function)(…)`` for each piece of work.
        description: What is being done.
        total: How many calls there are.
        jobs: How many at once; one works in this process.
        threads: Threads instead of processes, for work that leaves Python's lock.
        ordered: Results in the order of the calls, else as they are finished.

    Raises:
        EvenvoiceError: A worker process was killed.

    Examples:
        >>> from joblib import delayed
        >>> list(in_parallel((delayed(abs)(n) for n in (-1, 2)), "counting", 2, jobs=1))
        [1, 2]
    """
    order = "generator" if ordered else "generator_unordered"
    pool = Parallel(n_jobs=jobs, prefer="threads" if threads else None, return_as=order, batch_size=1)
    results = pool(calls)
    try:
        # Not `results` itself, which would be closed with the progress bar, before what follows.
        yield from track((result for result in results), description, total)
    except TerminatedWorkerError as error:
        raise EvenvoiceError(
            f"{description}: a worker process was killed, most likely for want of memory; use fewer --jobs. What is "
            "finished is kept"
        ) from error
    finally:
        # Whoever stops early has said why; joblib's remark about cancelled tasks would only stand in the way.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            results.close()
