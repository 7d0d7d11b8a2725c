"""The queue: first come, first served, a bound on those inside, and on those who wait."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from evenvoice.serve.app import create_app
from evenvoice.serve.limits import Limits
from evenvoice.serve.queue import Queue
from evenvoice.serve.refused import RefusedError
from tests.serve.uploads import encode, noise


def test_so_many_at_once_in_the_order_of_their_coming() -> None:
    async def run() -> tuple[list[int], int]:
        queue, done, inside, most = Queue(at_once=2, waiting=100, seconds=60), list[int](), 0, 0

        async def one(number: int) -> None:
            nonlocal inside, most
            async with queue.place():
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1
                done.append(number)

        await asyncio.gather(*map(one, range(50)))
        return done, most

    assert asyncio.run(run()) == (list(range(50)), 2)


def test_who_finds_too_many_waiting_is_asked_to_come_again() -> None:
    async def run() -> RefusedError:
        queue, go = Queue(at_once=1, waiting=1, seconds=60), asyncio.Event()

        async def one() -> None:
            async with queue.place():
                await go.wait()

        tasks = [asyncio.create_task(one()) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(RefusedError) as refused:
            await asyncio.wait_for(one(), 10)
        go.set()
        await asyncio.gather(*tasks)
        await asyncio.wait_for(one(), 10)  # there is room again
        return refused.value

    refused = asyncio.run(run())
    assert (refused.status, refused.reply().headers["retry-after"]) == (503, "1")
    assert refused.reason == "busy: 2 requests are waiting; try again"


def test_a_turn_ends_with_an_error_too() -> None:
    async def run() -> None:
        queue = Queue(at_once=1, waiting=1, seconds=60)
        for _ in range(5):
            with pytest.raises(KeyError):
                async with queue.place():
                    raise KeyError

    asyncio.run(asyncio.wait_for(run(), 10))


def test_a_hundred_requests_at_once_are_all_answered(tiny_model: Path) -> None:
    """More than are held in memory at once, and more than are heard at once: the others wait."""

    async def run() -> set[tuple[int, str]]:
        app = create_app(tiny_model, Limits(uploads=3, workers=2))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            recording = encode(noise(1, 8000), 8000)
            replies = await asyncio.gather(*(client.post("/predict", content=recording) for _ in range(100)))
        return {(reply.status_code, reply.text) for reply in replies}

    (answer,) = asyncio.run(run())
    assert answer[0] == 200
