"""How a study is executed: nothing in here changes a result."""

from __future__ import annotations

import functools
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import numpy as np

from evenvoice.arguments import as_flag
from evenvoice.cores import cores
from evenvoice.errors import EvenvoiceError, shown
from evenvoice.parallel import Executor
from evenvoice.training import StackedTrainer, check_device

OnMessage = Callable[[str], None]

P = ParamSpec("P")
R = TypeVar("R")


def to_stderr(text: str) -> None:
    """Print a message where it does not mix with results."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


@dataclass(frozen=True)
class Execution:
    """Where and how runs are made.

    Attributes:
        jobs: How many fits at once: on the CPU each on one thread, one a core if ``None``, and the predictions do not
            depend on it; on a GPU side by side as one network (`StackedTrainer`), 50 if ``None``.
        device: ``cpu`` or ``cuda``.
        skip_bad: Go on without unusable recordings, naming each on stderr.
        on_message: Called with a line of text: how many fits there will be, how long they take, which one failed.
            ``None`` prints to stderr.
        executor: What computes features and makes the runs instead of processes of this machine, such as
            `evenvoice.cluster.DaskExecutor`.

    Raises:
        EvenvoiceError: A number of jobs below one, an unknown device, or a value of another type.

    Examples:
        >>> Execution(jobs=2).workers
        2
        >>> Execution(jobs=0)
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: jobs: found 0; expected a whole number from 1, or None for one a core
    """

    jobs: int | None = None
    device: str = "cpu"
    skip_bad: bool = False
    on_message: OnMessage | None = None
    executor: Executor | None = None

    def __post_init__(self) -> None:
        jobs: Any = self.jobs
        if jobs is not None and (isinstance(jobs, bool) or not isinstance(jobs, int | np.integer) or jobs < 1):
            raise EvenvoiceError(f"jobs: found {shown(jobs)}; expected a whole number from 1, or None for one a core")
        if not isinstance(self.device, str):
            raise EvenvoiceError(f"device: found {shown(self.device)}; expected 'cpu' or 'cuda'")
        as_flag(self.skip_bad, "skip_bad")
        if self.on_message is not None and not callable(self.on_message):
            raise EvenvoiceError(
                f"on_message: found {shown(self.on_message)}; expected a function that takes a line of text"
            )
        if self.executor is not None and not callable(getattr(self.executor, "run", None)):
            raise EvenvoiceError(f"executor: found {shown(self.executor)}; expected an object with run(calls)")
        check_device(self.device)

    @property
    def workers(self) -> int:
        """Number of fits at once: as the executor says, where it does."""
        of_executor = getattr(self.executor, "workers", None)
        return of_executor if isinstance(of_executor, int) else self.jobs or (1 if self.on_gpu else cores())

    @property
    def on_gpu(self) -> bool:
        """Whether networks are trained by this process on a GPU."""
        return self.device != "cpu" and self.executor is None

    @property
    def loaders(self) -> int:
        """Number of processes that compute features, which is done on the CPU."""
        return cores() if self.on_gpu else self.workers

    @property
    def trainer(self) -> StackedTrainer | None:
        """What trains the networks of many fits side by side; ``None`` where each is trained alone."""
        if not self.on_gpu or self.jobs == 1:
            return None
        return StackedTrainer(self.device) if self.jobs is None else StackedTrainer(self.device, self.jobs)

    def message(self, text: str) -> None:
        """Pass a line of text on."""
        (self.on_message or to_stderr)(text)


def renamed(**names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function take keyword arguments by their former names, with a warning.

    Examples:
        >>> @renamed(say="on_message")
        ... def work(on_message=None):
        ...     return on_message
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore")
        ...     work(say="yes")
        'yes'
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def wrapper(*arguments: P.args, **options: P.kwargs) -> R:
            for old, new in names.items():
                if old in options:
                    warnings.warn(
                        f"{function.__name__}: {old}= is now {new}=; the old name goes in the next release",
                        FutureWarning,
                        stacklevel=2,
                    )
                    options[new] = options.pop(old)
            return function(*arguments, **options)

        return wrapper

    return decorate
