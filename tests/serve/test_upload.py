"""Uploads as a network brings them: in pieces, without a length, too slow, broken off."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from evenvoice.serve.app import create_app
from evenvoice.serve.limits import Limits
from tests.serve.uploads import encode, noise

Pieces = Callable[[], AsyncIterator[bytes | None]]


@pytest.fixture(scope="module")
def app(tiny_model: Path) -> FastAPI:
    return create_app(tiny_model, Limits(megabytes=0.1, upload_seconds=0.2))


def post(app: FastAPI, pieces: Pieces, *headers: tuple[bytes, bytes]) -> tuple[int, dict[str, Any], int]:
    """Send a body piece by piece, ``None`` for a broken line; return status, reply and how many bytes were taken."""
    status, body, taken, ended = 0, b"", 0, False
    waiting = pieces()

    async def receive() -> dict[str, Any]:
        nonlocal taken
        nonlocal ended
        if ended:
            await asyncio.sleep(3600)  # as a client that waits for its answer
        try:
            piece = await anext(waiting)
        except StopAsyncIteration:
            ended = True
            return {"type": "http.request", "body": b"", "more_body": False}
        if piece is None:
            return {"type": "http.disconnect"}
        taken += len(piece)
        return {"type": "http.request", "body": piece, "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status, body
        status = message.get("status", status)
        body += message.get("body", b"")

    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": "/predict", "raw_path": b"/predict",
        "query_string": b"", "headers": list(headers), "root_path": "", "scheme": "http", "server": ("test", 80),
        "client": ("test", 1),
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return status, json.loads(body), taken


def cut(content: bytes, size: int = 1000) -> Pieces:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), size):
            yield content[start : start + size]

    return pieces


def test_pieces_are_put_together(app: FastAPI) -> None:
    recording = encode(noise(1, 8000), 8000)
    whole = post(app, cut(recording, len(recording)))
    assert whole[0] == 200
    assert post(app, cut(recording, 7)) == whole


@pytest.mark.parametrize("length", [b"10", b"1000000"])
def test_the_bytes_are_counted_whatever_the_header_says(length: bytes, app: FastAPI) -> None:
    status, reply, taken = post(app, cut(bytes(1_000_000)), (b"content-length", length))
    assert status == 413
    assert reply["detail"].startswith("the upload is larger than 0.1 MB")
    # What its header already says is refused before anything is read.
    assert taken == (0 if length == b"1000000" else 101_000)


def test_the_bytes_of_a_form_are_counted(app: FastAPI) -> None:
    content = b"--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n" + bytes(1_000_000)
    status, reply, taken = post(app, cut(content), (b"content-type", b"multipart/form-data; boundary=x"))
    assert (status, taken < 400_000) == (413, True), reply


@pytest.mark.parametrize("kind", [b"audio/wav", b"multipart/form-data; boundary=x"])
def test_an_upload_that_never_ends_is_given_up(kind: bytes, app: FastAPI) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"--x\r\n"
        await asyncio.sleep(3600)

    status, reply, _ = post(app, pieces, (b"content-type", kind))
    assert status == 408
    assert reply["detail"].startswith("the upload took more than 0.2 s")


def test_an_upload_of_which_nothing_comes_is_given_up_before_its_time(tiny_model: Path) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"RIFF"
        await asyncio.sleep(2)

    status, _, _ = post(create_app(tiny_model, Limits(upload_seconds=60, idle_seconds=0.1)), pieces)
    assert status == 408


def test_the_memory_of_an_upload_is_free_again(tiny_model: Path) -> None:
    app = create_app(tiny_model, Limits(megabytes=0.1, uploads=1))
    statuses = [post(app, cut(b"no recording" * 7000))[0] for _ in range(4)]
    assert 503 not in statuses
    assert len(set(statuses)) == 1


@pytest.mark.parametrize("kind", [b"audio/wav", b"multipart/form-data; boundary=x"])
def test_an_upload_that_is_broken_off(kind: bytes, app: FastAPI) -> None:
    async def pieces() -> AsyncIterator[bytes | None]:
        yield b"--x\r\n"
        yield None

    status, reply, _ = post(app, pieces, (b"content-type", kind))
    assert (status, reply) == (400, {"detail": "the upload was broken off; send it again"})
