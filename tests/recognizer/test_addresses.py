"""Recordings and models at addresses: only when asked for, and never without bounds."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer.addresses import fetch
from evenvoice.recognizer.open import open_model
from tests.cli.command import run
from tests.cli.sounds import noise, sound
from tests.recognizer import tiny


class Server(ThreadingHTTPServer):
    """Serves files by path; some paths misbehave."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        path = self.path.strip("/")
        self.server.asked.append(path)
        if path.startswith("to-"):
            self.send_response(302)
            self.send_header("Location", {"to-clip": "/clip.wav", "to-file": "file:///etc/passwd"}[path])
            self.end_headers()
            return
        if path in ("endless", "slow"):
            self.send_response(200)
            self.end_headers()
            for _ in range(1000):
                self.wfile.write(bytes(1000))
                time.sleep(0.02 if path == "slow" else 0)
            return
        if path not in self.server.files:
            self.send_error(404)
            return
        data = self.server.files[path]
        self.send_response(200)
        self.send_header("Content-Length", str(len(data) + (path == "short")))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        sound(noise(0.3))(tmp_path / "clip.wav")
        server.files = {
            "clip.wav": (tmp_path / "clip.wav").read_bytes(), "tiny.onnx": tiny.model_file(), "short": b"x" * 10
        }  # fmt: skip
        yield server
        server.shutdown()
        thread.join()


def test_nothing_is_downloaded_unasked(server: Server, tmp_path: Path) -> None:
    model = tmp_path / "tiny.onnx"
    model.write_bytes(tiny.model_file())
    for arguments in ([model, server.url("clip.wav")], [server.url("tiny.onnx"), tmp_path / "clip.wav"]):
        complaint = run("predict", *arguments).complaint()
        assert "an address, and nothing is downloaded unasked; add --allow-download" in complaint
    assert server.asked == []


@pytest.mark.parametrize("options", [(), ("--window", "0.2", "--hop", "0.1")])
def test_a_recording_and_a_model_at_an_address(server: Server, tmp_path: Path, options: tuple[str, ...]) -> None:
    model = tmp_path / "tiny.onnx"
    model.write_bytes(tiny.model_file())
    here = run("predict", model, tmp_path / "clip.wav", *options).result()
    name = server.url("to-clip")
    there = run("predict", server.url("tiny.onnx"), name, "--allow-download", *options).result()
    assert there == here.replace(str(tmp_path / "clip.wav"), name)


def test_a_recording_that_is_not_there_can_be_skipped(server: Server, tmp_path: Path) -> None:
    model = tmp_path / "tiny.onnx"
    model.write_bytes(tiny.model_file())
    names = [server.url("none.wav"), server.url("clip.wav")]
    answer = run("predict", model, *names, "--allow-download", "--skip-bad")
    assert answer.result().startswith(names[1])
    assert answer.err == f"skipped: {names[0]}: the server says 404 Not Found; check the address\n"


@pytest.mark.parametrize(
    ("path", "bounds", "says"),
    [
        ("clip.wav", {"largest": 100}, "bytes, and 100 are the most; download it yourself"),
        ("endless", {"largest": 5000}, "more than 5000 bytes; download it yourself"),
        ("slow", {"longest": 0.1}, "not complete after 0.1 s; download it yourself"),
        ("short", {}, "broke off|no answer"),
        ("to-file", {}, "check the address"),
    ],
)
def test_size_time_and_where_it_leads_are_bounded(
    server: Server, path: str, bounds: dict[str, float], says: str
) -> None:
    with pytest.raises(AudioError, match=says) as caught:
        fetch(server.url(path), **bounds)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/a.wav", "http://", "https://[", "http://127.0.0.1:9x/"])
def test_an_address_without_an_answer_is_one_line(address: str) -> None:
    with pytest.raises(AudioError, match=r"no answer .*; check the address and the network"):
        fetch(address)


def test_a_model_that_is_none_is_named_by_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenvoice.recognizer.open.fetch", lambda _: b"no model")
    with pytest.raises(EvenvoiceError, match=r"^https://example.org/a.onnx: ") as error:
        open_model("https://example.org/a.onnx", allow_download=True)
    assert "evenvoice-lease" not in str(error.value)
