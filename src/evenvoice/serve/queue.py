"""A bounded queue: so many requests at work, so many that wait, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from evenvoice.serve.refused import RefusedError


class Queue:
    """First come, first served.

    Args:
        at_once: How many requests may be at work.
        waiting: How many may wait; one more is refused.
        seconds: How long one may wait.
    """

    def __init__(self, at_once: int, waiting: int, seconds: float) -> None:
        self._most = at_once + waiting
        self._seconds = seconds
        self._here = 0
        self._at_work = asyncio.Semaphore(at_once)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place, and hold it for the block.

        Raises:
            RefusedError: 503, too many are waiting, or it took too long.
        """
        if self._here >= self._most:
            raise _busy(f"{self._here} requests are waiting")
        self._here += 1
        try:
            try:
                async with asyncio.timeout(self._seconds):
                    await self._at_work.acquire()
            except TimeoutError as error:
                raise _busy(f"no place within {self._seconds:g} s") from error
            try:
                yield
            finally:
                self._at_work.release()
        finally:
            self._here -= 1


class Memory:
    """The bytes of uploads that are held at once, of all requests together.

    Args:
        most: Bytes.

    Examples:
        >>> memory = Memory(10)
        >>> memory.take(8)
        >>> memory.take(3)
        Traceback (most recent call last):
        ...
        evenvoice.serve.refused.RefusedError: busy: other uploads fill the memory; try again
        >>> memory.give_back(8)
        >>> memory.take(10)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    def take(self, size: int) -> None:
        """Count bytes, or raise a `RefusedError` (503) where they are too many."""
        if self._taken + size > self._most:
            raise _busy("other uploads fill the memory")
        self._taken += size

    def give_back(self, size: int) -> None:
        """Count bytes that are no longer held."""
        self._taken -= size


def _busy(why: str) -> RefusedError:
    return RefusedError(503, f"busy: {why}; try again", {"Retry-After": "1"})
