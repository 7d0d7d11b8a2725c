"""The WebSocket over plain sockets: real messages, clients that break the rules or vanish, a service that stops."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    RejectConnection,
    Request,
    TextMessage,
)  # fmt: skip

from evenvoice.recognizer import Recognizer
from tests.recognizer import tiny
from tests.serve.service import Service, serving
from tests.serve.test_sockets import connect, is_well

TALK = np.round(np.concatenate([tiny.steady(0.4), tiny.steady(0.2)]) * 2**15).astype("<i2")


@pytest.fixture(scope="module")
def service(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    limits = {"idle_seconds": 1.0, "streams": 4}
    with serving(tiny_model, tmp_path_factory.mktemp("stream") / "log", limits=limits) as found:
        yield found


class Talk:
    """A WebSocket, opened; `events` ends when the service has closed it."""

    def __init__(self, service: Service, query: str = "rate=8000&window=1") -> None:
        self.socket = connect(service)
        self._protocol = WSConnection(ConnectionType.CLIENT)
        host = service.url.removeprefix("http://")
        self.send(Request(host=host, target=f"/stream?{query}"))
        self._waiting: list[Event] = []
        first = next(self.events())
        self.status = 101 if isinstance(first, AcceptConnection) else getattr(first, "status_code", 0)

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, event: Event) -> None:
        self.socket.sendall(self._protocol.send(event))

    def events(self) -> Iterator[Event]:
        while True:
            while self._waiting:
                event = self._waiting.pop(0)
                yield event
                if isinstance(event, CloseConnection):
                    self.send(event.response())
            data = self.socket.recv(65536)
            if not data:
                return
            self._protocol.receive_data(data)
            self._waiting = list(self._protocol.events())

    def closed(self) -> int:
        """Wait for the end, and return its code."""
        return next(event.code for event in self.events() if isinstance(event, CloseConnection))


def test_a_talk_from_its_first_sample_to_its_last(service: Service, tiny_model: Path) -> None:
    with Talk(service) as talk:
        for part in np.array_split(TALK, 9):
            talk.send(BytesMessage(part.tobytes()))
        talk.send(TextMessage("end"))
        events = list(talk.events())
    found = [json.loads(event.data) for event in events if isinstance(event, TextMessage)]
    assert found == Recognizer(tiny_model).windows((TALK / 2**15).astype(np.float32), window=1, hop=1)
    assert [event.code for event in events if isinstance(event, CloseConnection)] == [1000]


def test_a_message_may_not_be_larger_than_the_memory_for_it(service: Service) -> None:
    with Talk(service) as talk:
        frame = bytes([0x82, 0xFF]) + (2**40).to_bytes(8, "big") + bytes(4)  # a terabyte, it says
        talk.socket.sendall(frame + bytes(2**20 + 2))
        assert talk.closed() in (1008, 1009)  # the first from uvicorn before 0.48
    with Talk(service) as pieces:  # and a message of many pieces is one
        pieces.send(BytesMessage(bytes(2**19), message_finished=False))
        pieces.send(BytesMessage(bytes(2**19 + 2)))
        assert pieces.closed() in (1008, 1009)


@pytest.mark.parametrize(
    "frame",
    [b"\x81\x82\0\0\0\0\xff\xfe", b"\xf2\x80\0\0\0\0", b"\x02\x01a", b"\x80\x80\0\0\0\0", b"\xff" * 40],
    ids=["no UTF-8", "reserved bits", "not masked", "goes on with nothing", "noise"],
)
def test_what_breaks_the_rules_is_closed_and_leaves_no_line(frame: bytes, service: Service) -> None:
    before = service.log.read_text(encoding="utf-8")
    with Talk(service) as talk:
        talk.socket.sendall(frame)
        list(talk.events())  # to its end
    assert service.log.read_text(encoding="utf-8") == before
    assert is_well(service)


def test_clients_that_vanish_give_up_their_places(service: Service) -> None:
    for _ in range(12):
        with Talk(service) as talk:
            assert talk.status == 101
            talk.send(BytesMessage(TALK[:5000].tobytes()))
    time.sleep(0.5)
    with ExitStack() as stack:
        opened = [stack.enter_context(Talk(service)) for _ in range(5)]
        assert [talk.status for talk in opened] == [101, 101, 101, 101, 503]
        assert is_well(service)  # recordings are still answered
        assert opened[0].closed() == 1008  # nothing came
    assert "Traceback" not in service.log.read_text(encoding="utf-8")


def test_a_page_of_another_site_cannot_open_one(service: Service) -> None:
    with connect(service) as client:
        protocol = WSConnection(ConnectionType.CLIENT)
        headers = [(b"Origin", b"https://evil.example")]
        client.sendall(protocol.send(Request(host="127.0.0.1", target="/stream", extra_headers=headers)))
        protocol.receive_data(client.recv(65536))
        (refused, *_) = protocol.events()
        assert isinstance(refused, RejectConnection)
        assert refused.status_code == 403


def test_it_stops_in_time_while_streams_are_open(tiny_model: Path, tmp_path: Path) -> None:
    with serving(tiny_model, tmp_path / "log") as service, ExitStack() as stack:
        talks = [stack.enter_context(Talk(service)) for _ in range(3)]
        talks[0].send(BytesMessage(TALK.tobytes()))
        service.process.send_signal(signal.SIGTERM)
        assert {talk.closed() for talk in talks} <= {1012, 1001}
        assert service.process.wait(timeout=5) == 0
    assert "Traceback" not in service.log.read_text(encoding="utf-8")


def test_a_reader_that_reads_nothing_holds_nobody_up(service: Service) -> None:
    with Talk(service, "rate=8000&window=0.5&hop=0.1") as talk:
        talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        talk.socket.settimeout(0.3)
        try:
            for _ in range(50):
                talk.send(BytesMessage(TALK.tobytes()))
        except OSError:
            pass  # the service takes no more
        assert is_well(service)
