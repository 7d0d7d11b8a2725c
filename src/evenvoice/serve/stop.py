"""Work that stops: once its client has gone, at its deadline, or when the service stops."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

from evenvoice.serve.refused import RefusedError

T = TypeVar("T")


class Stop:
    """A flag that work in a thread looks at between its steps.

    Args:
        seconds: How long the work may take, counted from here.

    Examples:
        >>> Stop(60).check()
        >>> Stop(0).check()
        Traceback (most recent call last):
        ...
        evenvoice.serve.refused.RefusedError: the recording takes more than 0 s to work on; send a shorter part, or \
take a longer hop
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Have the work stop at its next step."""
        self._stopped.set()

    def check(self) -> None:
        """Raise a `RefusedError` where the work is to stop."""
        if self._stopped.is_set():
            raise _stopping()
        if time.monotonic() >= self._deadline:
            raise RefusedError(
                413,
                f"the recording takes more than {self._seconds:g} s to work on; send a shorter part, "
                "or take a longer hop",
            )


class Stopping:
    """Whether the service stops; work under its watch is cancelled then."""

    def __init__(self) -> None:
        self._stops = False
        self._tasks: set[asyncio.Future[Any]] = set()

    def set(self) -> None:
        """Cancel what is under watch, and whatever comes to it."""
        self._stops = True
        for task in self._tasks:
            task.cancel()

    async def watch(self, work: Awaitable[T], request: Request | None = None) -> T:
        """Return what ``work`` returns, unless the service stops or the client goes first; then it is cancelled.

        Args:
            work: What to wait for.
            request: Whose client is watched; its body has been read. Nothing else may receive from it.

        Raises:
            RefusedError: 503, the service stops.
            ClientDisconnect: The client has gone.
        """
        task = asyncio.ensure_future(work)
        watched: set[asyncio.Future[Any]] = {task}
        if request is not None:
            watched.add(asyncio.ensure_future(_gone(request)))
        self._tasks.add(task)
        try:
            if self._stops:
                raise _stopping()
            await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise ClientDisconnect
            if task.cancelled():
                raise _stopping()
            return task.result()
        finally:
            self._tasks.discard(task)
            for each in watched:
                each.cancel()


async def _gone(request: Request) -> None:
    """Return once the client has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _stopping() -> RefusedError:
    return RefusedError(503, "the service stops; try again later", {"Retry-After": "10", "Connection": "close"})
