"""A scheduler's address, or a number of processes of this machine, to a Dask client."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from evenvoice.cores import cores
from evenvoice.errors import EvenvoiceError, shown
from evenvoice.extras import need

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL = "local"

# Seconds in which a scheduler must answer.
PATIENCE = 10

# Dask says on stderr what we raise or pass on in a line of our own.
_LOGGERS = (
    "distributed",
    "distributed.client",
    "distributed.core",
    "distributed.nanny",
    "distributed.worker",
    "tornado",
)


@contextmanager
def connected(where: str) -> Iterator[Any]:
    """Give a Dask client, and close it, with what was started for it, when the block ends.

    Args:
        where: The scheduler's address, ``tcp://10.0.0.7:8786``; or ``local:4`` for four processes of this machine,
            ``local`` for one a core.

    Raises:
        EvenvoiceError: No scheduler answers, or it is no address.
        MissingExtraError: Dask is not installed.
    """
    need("distributed", "a cluster")
    from distributed import Client, LocalCluster

    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        at: Any = where
        workers = _local(where)
        if workers is not None:
            # No limit of memory: what processes of this machine may take is what --jobs may.
            at = stack.enter_context(
                LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=None,
                    memory_limit=0,
                    silence_logs=logging.CRITICAL,
                )
            )
        else:
            _knock(where)
        yield stack.enter_context(Client(at, timeout=PATIENCE, set_as_default=False))


def _knock(address: str) -> None:
    """Raise unless something answers as Dask does: a client that found nobody would go on trying.

    Raises:
        EvenvoiceError: No scheduler answers, or it is no address.
    """
    from distributed.comm.core import connect
    from distributed.security import Security

    async def knock() -> None:
        # Dask's own limit does not hold for a server that takes the connection and says nothing.
        async with asyncio.timeout(PATIENCE):
            comm = await connect(address, timeout=PATIENCE, **Security().get_connection_args("client"))
        await comm.close()

    try:
        # A thread of its own: this one may run an event loop, as that of a notebook does.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(lambda: asyncio.run(knock())).result()
    except (OSError, ValueError, RuntimeError) as error:
        raise EvenvoiceError(
            f"cluster {address}: no scheduler answers there within {PATIENCE} s ({_short(error)}); start one "
            "(dask scheduler), check the address, or use local:N"
        ) from error


def _local(where: str) -> int | None:
    """Return the number of processes of this machine; ``None`` for an address.

    Examples:
        >>> _local("local:3"), _local("10.0.0.7:8786")
        (3, None)
    """
    name, colon, number = where.partition(":")
    if name != LOCAL:
        return None
    if not colon:
        return cores()
    if not (number.isascii() and number.isdigit() and int(number) > 0):
        raise EvenvoiceError(f"cluster: found {shown(where)}; expected local:N with N from 1, such as local:4")
    return int(number)


def _short(error: BaseException) -> str:
    """Return what is wrong, by the first cause: Dask puts its own sentence before it."""
    while isinstance(error.__cause__, OSError):
        error = error.__cause__
    return str(error).partition("\n")[0][:120] or "nothing that answers is a scheduler"
