"""Whose turn it is: so many requests at once, so many that wait, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from evenvoice.serve.refused import RefusedError


class Turns:
    """A queue at a door, first come, first served.

    Args:
        at_once: How many may be inside.
        waiting: How many may wait; who comes then is refused and asked to come again.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._most = at_once + waiting
        self._here = 0
        self._inside = asyncio.Semaphore(at_once)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Wait for a turn, and hold it for the block.

        Raises:
            RefusedError: 503, too many are waiting.
        """
        if self._here >= self._most:
            raise RefusedError(503, f"busy: {self._here} requests are waiting; try again", {"Retry-After": "1"})
        self._here += 1
        try:
            async with self._inside:
                yield
        finally:
            self._here -= 1
