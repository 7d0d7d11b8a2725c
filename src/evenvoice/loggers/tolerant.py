"""Logging that ends no work: a server that is gone costs the rest of a log, never a fit."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from evenvoice.errors import EvenvoiceError
from evenvoice.loggers.logger import Log, Logger, Value


@contextmanager
def tolerant(
    logger: Logger,
    name: str,
    about: Mapping[str, Value],
    fingerprint: str,
    on_failure: Callable[[EvenvoiceError], None],
) -> Iterator[Log]:
    """Log a run as `Logger.run` does; once that fails, the rest of the block's numbers go nowhere.

    Args:
        logger: Where to.
        name: Of the run.
        about: Its settings.
        fingerprint: What it depends on.
        on_failure: Called with the first error of the logger after the run was opened.

    Raises:
        EvenvoiceError: The run cannot be opened. Errors of the block go on as they are.

    Examples:
        >>> from contextlib import nullcontext
        >>> class Gone:
        ...     def has(self, name, fingerprint): return False
        ...     def run(self, name, about, fingerprint):
        ...         def log(values, step=None): raise EvenvoiceError("no server")
        ...         return nullcontext(log)
        >>> with tolerant(Gone(), "a", {}, "", print) as log:
        ...     log({"train/loss": 0.5})
        ...     log({"train/loss": 0.4})
        no server
    """
    opened = logger.run(name, about, fingerprint)
    inner = opened.__enter__()
    failed = False

    def log(values: Mapping[str, float], step: int | None = None) -> None:
        nonlocal failed
        if failed:
            return
        try:
            inner(values, step)
        except EvenvoiceError as error:
            failed = True
            on_failure(error)

    try:
        yield log
    except BaseException:
        with suppress(EvenvoiceError):  # the block's own error says more
            opened.__exit__(*sys.exc_info())
        raise
    try:
        opened.__exit__(None, None, None)
    except EvenvoiceError as error:
        if not failed:
            on_failure(error)
