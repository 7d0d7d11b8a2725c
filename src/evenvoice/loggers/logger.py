"""What a logger is, and how one is opened by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from evenvoice.errors import EvenvoiceError, shown
from evenvoice.registry import Registry

Value = str | int | float | bool


class Log(Protocol):
    """Where the numbers of one run go."""

    def __call__(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Log numbers by name (``train/loss``), of an epoch or of the whole run."""


class Logger(Protocol):
    """A place that keeps runs side by side.

    It is made as ``Logger(where, folder, experiment)``: what stands after the colon of its name, or ``None``; a folder
    to write to where that says nothing; and the name of the experiment. What goes wrong is an `EvenvoiceError`.
    """

    def has(self, name: str, fingerprint: str) -> bool:
        """Return whether a run of this name and fingerprint was logged to its end."""

    def run(self, name: str, about: Mapping[str, Value], fingerprint: str) -> AbstractContextManager[Log]:
        """Log a run: its settings now, its numbers in the block. A block that ends with an error is not ``has``."""


def _check(name: str, found: Any) -> None:
    missing = [method for method in ("has", "run") if not callable(getattr(found, method, None))]
    if missing:
        raise EvenvoiceError(f"logger {shown(name)}: found no {' and no '.join(missing)}; expected methods has and run")


LOGGERS = Registry(
    "logger",
    {
        "tensorboard": "evenvoice.loggers.tensorboard:TensorBoardLogger",
        "mlflow": "evenvoice.loggers.mlflow:MLflowLogger",
    },
    _check,
)


def open_loggers(loggers: Any, folder: Path, experiment: str) -> list[Logger]:
    """Return loggers by their names.

    Args:
        loggers: One or many: ``tensorboard``, ``tensorboard:DIR``, ``mlflow``, ``mlflow:http://localhost:5000``,
            ``package.module:Class``, or objects with ``has`` and ``run``. ``None`` for none.
        folder: What is written: a logger without a place of its own writes into it.
        experiment: The corpus, say.

    Raises:
        EvenvoiceError: A name is unknown, its library is not installed, or its place cannot be used.

    Examples:
        >>> open_loggers(None, Path("study"), "emodb")
        []
        >>> open_loggers("tensorbord", Path("study"), "emodb")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: logger 'tensorbord' is unknown (did you mean 'tensorboard'?); known are \
tensorboard, mlflow; name a class of your own as package.module:Class
    """
    if loggers is None:
        return []
    several = isinstance(loggers, Sequence) and not isinstance(loggers, str)
    return [_open(each, folder, experiment) for each in (loggers if several else [loggers])]


def _open(logger: Any, folder: Path, experiment: str) -> Logger:
    if not isinstance(logger, str):
        _check(type(logger).__name__, logger)
        found: Logger = logger
        return found
    known, options = LOGGERS.with_argument(logger, {})
    made: Logger = LOGGERS[known](options.get("where"), folder, experiment)
    return made
