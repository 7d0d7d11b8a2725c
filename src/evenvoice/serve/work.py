"""The work on recordings: in as many threads as there may be, in turn, and stopped when it is not wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from evenvoice.serve.limits import Limits
from evenvoice.serve.queue import Memory, Queue
from evenvoice.serve.stop import Stop

Result = TypeVar("Result")


class Work:
    """What all requests of a service share.

    Args:
        limits: How much may be done at once, and wait, and how long it may take.

    Attributes:
        memory: The bytes of uploads that are held.
    """

    def __init__(self, limits: Limits) -> None:
        self.memory = Memory(limits.uploads * limits.bytes)
        self._limits = limits
        self._queue = Queue(limits.workers, limits.waiting, limits.work_seconds)
        # A thread whose client has gone still counts until it stops: the executor has no more threads than workers.
        self._executor = ThreadPoolExecutor(limits.workers, "evenvoice-worker")

    async def do(self, call: Callable[[Stop], Result]) -> Result:
        """Return what a call returns that is made in a worker's thread; it looks at its `Stop` between its steps.

        Raises:
            RefusedError: 503, too much is waiting; 413, it takes too long.
        """
        async with self._queue.place():
            stop = Stop(self._limits.work_seconds)
            try:
                return await asyncio.wrap_future(self._executor.submit(call, stop))
            finally:
                stop.stop()
