"""The service over plain sockets: clients that are slow, broken, too many, or gone, and a service that is stopped."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import numpy as np
import pytest

from tests.serve.service import Service, serving
from tests.serve.uploads import encode, noise

CLIP = encode(noise(1, 8000), 8000)


@pytest.fixture(scope="module")
def small(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with one worker, short deadlines and room for few connections: what one client does, others outlive."""
    with serving(
        tiny_model, tmp_path_factory.mktemp("small") / "log", "--workers", "1", "--max-mb", "1",
        limits={"header_seconds": 1.0, "idle_seconds": 1.0, "connections": 20},
    ) as found:  # fmt: skip
        yield found


def connect(service: Service) -> socket.socket:
    host, port = service.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=20)


def begin(service: Service, content: bytes = b"", length: int = 0, path: str = "/predict") -> socket.socket:
    """Send a request's header and as much of its body as given; the rest never comes."""
    client = connect(service)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length or len(content)}\r\n\r\n"
    client.sendall(head.encode() + content)
    return client


def status(client: socket.socket) -> int:
    """Wait for the status of an answer; 0 where the connection is closed without one."""
    answer = b""
    while b"\r\n" not in answer:
        piece = client.recv(4096)
        if not piece:
            return 0
        answer += piece
    return int(answer.split()[1])


def is_well(service: Service) -> bool:
    return httpx.post(f"{service.url}/predict", content=CLIP, timeout=20).status_code == 200


@pytest.mark.slow
def test_slow_uploads_keep_nobody_waiting(small: Service) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(begin(small, CLIP[:100], len(CLIP))) for _ in range(16)]
        assert is_well(small)  # while they wait
        assert {status(client) for client in slow} == {408}


def test_a_header_must_come_in_time_and_bytes_now_and_then_do_not_extend_it(small: Service) -> None:
    with connect(small) as silent, connect(small) as dribbles:
        dribbles.sendall(b"GET /health HTTP/1.1\r\n")
        for _ in range(40):
            try:
                dribbles.sendall(b"a: b\r\n")
            except OSError:
                break
            time.sleep(0.1)
        else:
            pytest.fail("a header may come for ever")
        assert status(silent) == 0


def test_a_connection_that_is_kept_alive_has_the_same_deadline(small: Service) -> None:
    with connect(small) as client:
        client.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert status(client) == 200
        client.sendall(b"GET /health HTTP/1.1\r\n")
        while client.recv(4096):
            pass


def test_half_open_connections_leave_room_and_one_line(small: Service) -> None:
    before = small.log.read_text(encoding="utf-8")
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(connect(small))
        assert is_well(small)
    said = small.log.read_text(encoding="utf-8").removeprefix(before)
    assert len([line for line in said.splitlines() if "connections are open" in line]) == 1
    assert "Traceback" not in said


def test_damaged_requests_leave_no_line(small: Service) -> None:
    before = small.log.read_text(encoding="utf-8")
    for _ in range(20):
        with connect(small) as client:
            client.sendall(b"\x16\x03\x01\0\xa5\r\n\r\n")
            assert status(client) == 400
    assert small.log.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("how", ["length", "chunked", "form"])
def test_an_upload_that_is_too_large_is_answered_and_not_reset(how: str, small: Service) -> None:
    content = bytes(5_000_000)
    host, port = small.url.removeprefix("http://").split(":")
    with closing(http.client.HTTPConnection(host, int(port), timeout=20)) as client:
        headers = {"Connection": "close"}
        if how == "form":
            headers["Content-Type"] = "multipart/form-data; boundary=x"
            content = b"--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n" + content
        pieces = (content[start : start + 65536] for start in range(0, len(content), 65536))
        client.request(
            "POST", "/predict", content if how == "length" else pieces, headers, encode_chunked=how != "length"
        )
        answer = client.getresponse()
        assert answer.status == 413
        assert json.loads(answer.read())["detail"].startswith("the upload is larger than 1 MB")


def test_a_sample_rate_that_makes_much_of_little_is_refused(small: Service) -> None:
    header = bytearray(encode(np.full(600, 0.5), 8000, subtype="PCM_16"))
    header[24:28] = struct.pack("<I", 1)
    answer = httpx.post(f"{small.url}/predict?window=0.5&hop=0.1", content=bytes(header), timeout=20)
    assert answer.status_code == 422
    assert "sample rate" in answer.json()["detail"]


LONG = encode(noise(599, 8000), 8000, subtype="PCM_U8")


@pytest.mark.slow
def test_work_stops_when_the_client_has_gone(whole_model: Path, tmp_path: Path) -> None:
    with serving(whole_model, tmp_path / "log", "--workers", "1") as service:
        for _ in range(5):  # each of them is many seconds of work for the one worker
            begin(service, LONG, path="/predict?window=0.5&hop=0.1").close()
        started = cpu(service)
        assert is_well(service)
        # Some work on each before it was noticed; all of it would be fifty times as much.
        assert cpu(service) - started < 10


def cpu(service: Service) -> float:
    """Seconds of CPU that a service has taken."""
    fields = Path(f"/proc/{service.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_in_time_and_answers_what_is_in_flight(sent: int, whole_model: Path, tmp_path: Path) -> None:
    with serving(whole_model, tmp_path / "log", "--workers", "1", answered=1.0) as service, ExitStack() as stack:
        # More than is done in the time that a stop may take, however fast the model is; the first may be answered.
        working = [stack.enter_context(begin(service, LONG, path="/predict?window=0.5&hop=0.1")) for _ in range(12)]
        time.sleep(1)
        waiting = stack.enter_context(begin(service, CLIP))
        uploading = stack.enter_context(begin(service, CLIP[:100], len(CLIP)))
        stack.enter_context(connect(service))
        time.sleep(0.5)
        service.process.send_signal(sent)
        assert [status(client) for client in (working[-1], waiting, uploading)] == [503, 503, 503]
        assert service.process.wait(timeout=5) == 0
    assert "Traceback" not in service.log.read_text(encoding="utf-8")


@pytest.mark.slow
def test_what_is_nearly_done_is_answered_before_it_stops(whole_model: Path, tmp_path: Path) -> None:
    with serving(whole_model, tmp_path / "log") as service, begin(service, CLIP[:100], len(CLIP)) as client:
        time.sleep(0.2)
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        client.sendall(CLIP[100:])
        assert status(client) == 200
        assert service.process.wait(timeout=5) == 0
