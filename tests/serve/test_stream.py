"""The WebSocket: samples in, the recognizer's windows out; and everything that a client may do wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from evenvoice.recognizer import Recognizer
from evenvoice.serve.access import Access
from evenvoice.serve.app import create_app
from evenvoice.serve.limits import Limits
from tests.recognizer import adaptive, tiny

TALK = np.concatenate([tiny.steady(0.4), np.zeros(tiny.RATE), tiny.steady(0.2), tiny.steady(0.1, 3000)])
WAYS = {
    "s16le": np.round(TALK * 2**15).astype("<i2"),
    "s32le": np.round(TALK * 2**31).astype("<i4"),
    "f32le": TALK.astype("<f4"),
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model that can be adapted, at 8 kHz."""
    file: Path = tmp_path_factory.mktemp("model") / "adaptive.onnx"
    file.write_bytes(adaptive.model_file())
    return file


@pytest.fixture(scope="module")
def client(model: Path) -> Iterator[TestClient]:
    limits = Limits(stream_seconds=30, idle_seconds=0.5, streams=2)
    with TestClient(create_app(model, limits), base_url="http://127.0.0.1:8000") as found:
        yield found


@pytest.fixture(scope="module")
def recognizer(model: Path) -> Recognizer:
    return Recognizer(model)


def ask(client: TestClient, query: str, *messages: bytes | str) -> list[dict[str, Any]]:
    """Send messages and the end; return what is answered until the service closes."""
    found = []
    with client.websocket_connect(f"/stream?{query}") as talk:
        for message in (*messages, "end"):
            if isinstance(message, bytes):
                talk.send_bytes(message)
            else:
                talk.send_text(message)
        try:
            while True:
                found.append(talk.receive_json())
        except WebSocketDisconnect as closed:
            found.append({"code": closed.code, "reason": closed.reason})
    return found


@pytest.mark.parametrize("coding", WAYS)
def test_windows_are_the_recognizers(coding: str, client: TestClient, recognizer: Recognizer) -> None:
    samples = WAYS[coding]
    pieces = [part.tobytes() for part in np.array_split(samples, 13)]
    *found, closed = ask(client, f"rate=8000&format={coding}&window=1&hop=0.5&top=2", *pieces)
    expected = recognizer.windows(TALK.astype(np.float32), window=1, hop=0.5)
    assert [(each["start"], each["end"]) for each in found] == [(each["start"], each["end"]) for each in expected]
    assert [each.get("silent", False) for each in found] == [each.get("silent", False) for each in expected]
    for one, other in zip(found, expected, strict=True):
        assert [s["score"] for s in one["scores"]] == pytest.approx([s["score"] for s in other["scores"][:2]], abs=1e-4)
    assert closed["code"] == 1000


def test_a_window_is_answered_as_soon_as_it_is_complete(client: TestClient) -> None:
    with client.websocket_connect("/stream?rate=8000&format=f32le&window=1") as talk:
        talk.send_bytes(TALK[:7000].astype("<f4").tobytes())
        talk.send_bytes(TALK[7000:9000].astype("<f4").tobytes())
        assert talk.receive_json()["end"] == 1.0  # and the client has not said that this was all


def test_it_adapts_along_the_way_and_to_who_is_named(client: TestClient, recognizer: Recognizer) -> None:
    samples = WAYS["f32le"].tobytes()
    *found, _ = ask(client, "rate=8000&format=f32le&window=1&hop=1&adapt=60", samples)
    assert found == recognizer.windows(TALK.astype(np.float32), window=1, hop=1, adapt=60)
    anna = recognizer.enrol([tiny.steady(0.3)])
    *found, _ = ask(client, "rate=8000&format=f32le&window=1&hop=1", anna.to_bytes().decode(), samples)
    assert found == recognizer.adapted(anna).windows(TALK.astype(np.float32), window=1, hop=1)
    assert found[0]["adapted"] == 1


BAD = {
    "half a sample": ([b"abc"], "ends in the middle of a sample of 2 bytes; send s16le, mono"),
    "nothing": ([], "the stream: no samples"),
    "too long": ([b"\1\0" * 240_001], "more than 30 s of sound"),
    "a large message": ([bytes(2**20 + 2)], "a message of 1,048,578 bytes, at most 1,048,576"),
    "a text after samples": ([b"\1\0", "stop"], "a text after samples"),
    "no profile": (["hello"], "the field voice: no speaker profile of evenvoice"),
    "half a character": (["\ud800"], "the field voice: no speaker profile of evenvoice"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_wrong_is_said_before_it_is_closed(kind: str, client: TestClient) -> None:
    messages, says = BAD[kind]
    *_, problem, closed = ask(client, "rate=8000", *messages)
    assert says in problem["detail"]
    assert closed["code"] == 1008
    assert says[:30] in closed["reason"]


def test_samples_that_are_no_numbers(client: TestClient) -> None:
    *_, problem, _ = ask(client, "rate=8000&format=f32le", np.full(9, np.nan, "<f4").tobytes())
    assert problem["detail"].startswith("chunk 1: holds samples that are NaN")


def test_a_client_that_sends_nothing_again_and_again_is_closed(model: Path) -> None:
    limits = Limits(stream_seconds=0.1, idle_seconds=0.1)
    app = create_app(model, limits)
    with TestClient(app, base_url="http://127.0.0.1:8000") as own, own.websocket_connect("/stream") as talk:
        for _ in range(6):
            talk.send_bytes(b"")
            sleep(0.05)
        assert talk.receive_json() == {"detail": "open for more than 0.1 s; open another stream"}


def test_a_client_that_sends_nothing_is_closed(client: TestClient) -> None:
    with client.websocket_connect("/stream") as talk:
        assert talk.receive_json() == {"detail": "nothing came, or was taken, for 0.5 s"}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("rate=1", "rate: .*4000"), ("rate=x", "rate: "), ("format=mp3", "format: .*s16le"), ("window=nan", "window: "),
        ("window=0.1", "window: .*0.5"), ("hop=9", "hop: 9 s"), ("window=3&hop=0.2", "hop: 0.2 s"), ("top=0", "top: "),
        ("adapt=0", "adapt: "), ("adapt=inf", "adapt: "), ("coding=f32le", "coding: unknown; .*format"),
    ],
)  # fmt: skip
def test_a_bad_parameter_is_refused_before_anything_is_sent(query: str, says: str, client: TestClient) -> None:
    with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect(f"/stream?{query}"):
        pass
    assert refused.value.status_code == 422
    assert re.match(says, refused.value.json()["detail"])


def test_so_many_streams_and_no_more(client: TestClient) -> None:
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(client.websocket_connect("/stream"))
        with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect("/stream"):
            pass
        assert (refused.value.status_code, refused.value.json()["detail"][:5]) == (503, "busy:")
    *_, closed = ask(client, "rate=8000&window=1", WAYS["s16le"].tobytes())
    assert closed["code"] == 1000  # their places are free again


def test_a_model_that_cannot_be_adapted_says_which_can(tiny_model: Path) -> None:
    with TestClient(create_app(tiny_model)) as plain:
        with pytest.raises(WebSocketDenialResponse) as refused, plain.websocket_connect("/stream?adapt=60"):
            pass
        assert "voice-adaptive" in refused.value.json()["detail"]
        *_, problem, _ = ask(plain, "", json.dumps({"what": "evenvoice speaker profile"}))
        assert "voice-adaptive" in problem["detail"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403), ({"host": "evil.example"}, 421),
        ({"origin": "http://127.0.0.1:8000", "host": "127.0.0.1:8000"}, None),
        ({"origin": "https://app.example.org"}, None),
    ],
)  # fmt: skip
def test_pages_and_names_are_checked_as_for_the_rest(headers: dict[str, str], status: int | None, model: Path) -> None:
    app = create_app(model, access=Access(origins=("https://app.example.org",)))
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        if status is None:
            with client.websocket_connect("/stream", headers=headers):
                return
        with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect("/stream", headers=headers):
            pass
        assert refused.value.status_code == status


def test_keys_and_a_path_of_a_proxy(model: Path) -> None:
    app = create_app(model, access=Access(keys=("k" * 20,)), root_path="/emotions")
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect("/emotions/stream"):
            pass
        assert refused.value.status_code == 401
        for path in ("/stream", "/emotions/stream"):
            with client.websocket_connect(path, headers={"x-api-key": "k" * 20}) as talk:
                talk.send_text("end")
                assert "no samples" in talk.receive_json()["detail"]
