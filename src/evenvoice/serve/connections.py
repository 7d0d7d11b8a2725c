"""What uvicorn leaves open: how many connections there are, and how long one may take over a header or an answer.

A client that sends a byte now and then holds a connection for ever, and thousands of such take every file handle.
Here each connection has its deadline, and where too many are open the one goes that has waited longest for a request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from evenvoice.serve.limits import Limits

# How long the rest of a refused upload is read and dropped. A client that is still sending would find the connection
# reset, and never read why.
_LINGER_SECONDS = 5.0

# A reader that takes nothing of its answer for so long has gone.
_STALLED_SECONDS = 30.0


class _LingeringTransport:
    """A transport that closes for writing first where the peer is still sending, and for good when it has ended."""

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, still_sending: Callable[[], bool]
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._still_sending = still_sending
        self.lingers = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        return self.lingers or self._transport.is_closing()

    def close(self) -> None:
        if self.lingers or self._transport.is_closing():
            return
        if not self._still_sending() or not self._transport.can_write_eof():
            self._transport.close()
            return
        self.lingers = True
        self._transport.resume_reading()
        self._transport.write_eof()
        self._loop.call_later(_LINGER_SECONDS, self._transport.close)

    def close_now(self) -> None:
        self._transport.close()


class Connection(H11Protocol):
    """uvicorn's connection with deadlines and a place among so many; `limited` makes the class that it is given."""

    limits: ClassVar[Limits]
    waiting: ClassVar[dict[Connection, None]]  # for a request; the oldest first
    full: ClassVar[bool]

    _upgraded = False
    _deadline: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None

    @classmethod
    def limited(cls, limits: Limits) -> type[Connection]:
        """Return the class for one service."""
        return type("Connection", (cls,), {"limits": limits, "waiting": {}, "full": False})

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place; where there is none, the connection that has waited longest for a request gives up its own."""
        self._lingering = _LingeringTransport(
            transport,
            self.loop,
            still_sending=lambda: self.conn.their_state is h11.SEND_BODY and not self._upgraded,
        )
        super().connection_made(self._lingering)  # type: ignore[arg-type]
        if len(self.connections) > self.limits.connections:
            self._say_full()
            next(iter(self.waiting), self)._lingering.close_now()
        self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give up the place."""
        self._request_is_here()
        self._writes()
        super().connection_lost(exc)
        if 2 * len(self.connections) < self.limits.connections:
            type(self).full = False

    def data_received(self, data: bytes) -> None:
        """Pass on what came; a deadline runs from a request's first byte, or its predecessor's answer, to its end."""
        if self._lingering.lingers:
            return
        super().data_received(data)
        if self._upgraded:
            return
        if self.cycle is None or self.cycle.response_complete:
            self._wait_for_request()
        else:
            self._request_is_here()

    def eof_received(self) -> None:
        """Close a lingering connection: all that was to be sent has been read."""
        if self._lingering.lingers:
            self._lingering.close_now()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Leave the connection to the WebSocket."""
        self._upgraded = True
        self._request_is_here()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        if not self._lingering.is_closing() and (self.cycle is None or self.cycle.response_complete):
            self.waiting[self] = None

    def shutdown(self) -> None:
        """Close, or finish what is being answered first."""
        if self._lingering.lingers:
            self._lingering.close_now()
        else:
            super().shutdown()

    def pause_writing(self) -> None:
        """Start the clock of a reader that does not read."""
        super().pause_writing()
        self._stalled = self.loop.call_later(_STALLED_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop it."""
        super().resume_writing()
        self._writes()

    def _wait_for_request(self) -> None:
        self.waiting[self] = None
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.limits.header_seconds, self._lingering.close_now)

    def _request_is_here(self) -> None:
        self.waiting.pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _writes(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _say_full(self) -> None:
        """One line, until there is room again."""
        if not self.full:
            type(self).full = True
            self.logger.error(
                "%d connections are open, the most there may be; the oldest without a request are closed",
                self.limits.connections,
            )
