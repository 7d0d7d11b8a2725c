"""``/stream``, a WebSocket: samples come in as they are recorded, and what is predicted goes out at each hop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query, WebSocket
from fastapi.exceptions import WebSocketRequestValidationError
from starlette.websockets import WebSocketDisconnect

from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer import Entry, Live, Raw, Recognizer
from evenvoice.serve.limits import LOWEST_RATE, Limits
from evenvoice.serve.refused import RefusedError
from evenvoice.serve.stop import Stop
from evenvoice.serve.timing import Adapt, Hop, Top, Window, check_query, checked_hop
from evenvoice.serve.voice import adapted_to, check_adaptive
from evenvoice.serve.work import Work

Rate = Annotated[int, Query(ge=LOWEST_RATE, le=192_000)]
Coding = Annotated[Literal["s16le", "s32le", "f32le"], Query(alias="format")]

# The text that ends a recording; any other is the profile of who speaks, before the first samples.
END = "end"

# One message, in bytes: 32 s of 16 kHz.
LARGEST_MESSAGE = 2**20

# RFC 6455, section 7.4.1: done, and what breaks the rules of the service.
_DONE, _REFUSED = 1000, 1008
_LONGEST_REASON = 120  # bytes that a closing frame has for it


def add_stream(app: FastAPI, recognizer: Recognizer, limits: Limits, work: Work) -> None:
    """Add ``/stream``."""
    places = _Places(limits.streams)

    @app.exception_handler(WebSocketRequestValidationError)
    async def explain(websocket: WebSocket, error: WebSocketRequestValidationError) -> None:
        first = error.errors()[0]
        await _deny(websocket, RefusedError(422, f"{first['loc'][-1]}: {first['msg']}; see /docs"))

    @app.websocket("/stream")
    async def stream(
        websocket: WebSocket,
        rate: Rate = 16000,
        coding: Coding = "s16le",
        window: Window = 3.0,
        hop: Hop = None,
        top: Top = None,
        adapt: Adapt = None,
    ) -> None:
        window = 3.0 if window is None else window
        try:
            check_query(websocket.query_params, "rate", "format", "window", "hop", "top", "adapt")
            checked = checked_hop(window, hop, adapt)
            if adapt is not None:
                check_adaptive(recognizer)
            places.check()
        except RefusedError as refused:
            await _deny(websocket, refused)
            return
        raw = Raw(rate, coding)

        def open_live(own: Recognizer) -> Live:
            return own.live(rate, window=window, hop=checked or window, adapt=adapt)

        talk = _Talk(websocket, recognizer, raw, open_live, top, limits, work)
        with places:
            await websocket.accept()
            await _talk(websocket, talk)


async def _deny(websocket: WebSocket, refused: RefusedError) -> None:
    """Answer the request for a WebSocket with a reason and its status."""
    await websocket.send_denial_response(refused.reply())


async def _talk(websocket: WebSocket, talk: _Talk) -> None:
    """Go on to the end, and say in one line why, if it is a bad one."""
    try:
        await talk.to_the_end()
        await websocket.close(_DONE)
    except WebSocketDisconnect:
        return  # the client has gone, or the service stops
    except (RefusedError, AudioError, EvenvoiceError, TimeoutError) as error:
        if isinstance(error, RefusedError | AudioError):
            reason = " ".join(str(error).split())
        elif isinstance(error, TimeoutError):
            reason = f"nothing came, or was taken, for {talk.limits.idle_seconds:g} s"
        else:  # its line names a path of this machine
            reason = "the model failed on this recording; try another model"
        try:
            async with asyncio.timeout(talk.limits.idle_seconds):
                await websocket.send_json({"detail": reason})
                await websocket.close(_REFUSED, reason.encode()[:_LONGEST_REASON].decode(errors="ignore"))
        except (WebSocketDisconnect, TimeoutError, RuntimeError):
            return  # it has gone


class _Places:
    """So many streams at once, and no more; a context manager."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    def check(self) -> None:
        """Raise a `RefusedError` (503) where all are taken."""
        if self._taken >= self._most:
            raise RefusedError(503, f"busy: {self._taken} streams are open; try again", {"Retry-After": "10"})

    def __enter__(self) -> None:
        self._taken += 1

    def __exit__(self, *_: object) -> None:
        self._taken -= 1


class _Talk:
    """One recording that comes over a WebSocket."""

    def __init__(
        self,
        websocket: WebSocket,
        recognizer: Recognizer,
        raw: Raw,
        open_live: Callable[[Recognizer], Live],
        top: int | None,
        limits: Limits,
        work: Work,
    ) -> None:
        self.limits = limits
        self._websocket = websocket
        self._recognizer = recognizer
        self._raw = raw
        self._open_live = open_live
        self._top = top
        self._work = work
        self._live: Live | None = None
        self._samples = 0
        # Else a client that sends nothing, message after message, would keep its place for ever.
        self._until = monotonic() + limits.stream_seconds + limits.idle_seconds

    async def to_the_end(self) -> None:
        """Answer message after message until the client says that this was all."""
        while True:
            message = await self._message()
            data, text = message.get("bytes"), message.get("text")
            if data is not None:
                await self._push(data)
            elif text == END:
                live = self._started()
                await self._answer(live.finish)
                return
            elif self._live is None:
                own = adapted_to(self._recognizer, (text or "").encode(errors="replace"))
                self._live = self._open_live(own)
            else:
                raise RefusedError(422, f"a text after samples; send samples, or {END!r} after the last")

    def _started(self) -> Live:
        if self._live is None:
            self._live = self._open_live(self._recognizer)
        return self._live

    async def _message(self) -> dict[str, Any]:
        async with asyncio.timeout(self.limits.idle_seconds):
            message = dict(await self._websocket.receive())
        if monotonic() > self._until:
            raise RefusedError(413, f"open for more than {self.limits.stream_seconds:g} s; open another stream")
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        return message

    async def _push(self, data: bytes) -> None:
        if len(data) > LARGEST_MESSAGE:
            raise RefusedError(413, f"a message of {len(data):,} bytes, at most {LARGEST_MESSAGE:,}; send smaller ones")
        if len(data) % self._raw.width:
            raise RefusedError(
                422,
                f"a message ends in the middle of a sample of {self._raw.width} bytes; send {self._raw.coding}, mono",
            )
        self._samples += len(data) // self._raw.width
        if self._samples > self.limits.stream_seconds * self._raw.rate:
            raise RefusedError(413, f"more than {self.limits.stream_seconds:g} s of sound; open another stream")
        live, samples = self._started(), self._raw.samples(data)
        await self._answer(lambda: live.push(samples))

    async def _answer(self, entries: Callable[[], Iterator[Entry]]) -> None:
        """Send the entries that come of a step; the step is made in a worker's thread, in its turn."""

        def made(stop: Stop) -> list[Entry]:
            found = []
            for entry in entries():
                stop.check()
                found.append({**entry, "scores": entry["scores"][: self._top]})
            return found

        for entry in await self._work.do(made):
            async with asyncio.timeout(self.limits.idle_seconds):
                await self._websocket.send_json(entry)
