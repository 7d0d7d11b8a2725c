"""Adapting in the service: a profile out of recordings, and answers to who speaks; nothing of either is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from evenvoice.recognizer import Recognizer, SpeakerProfile
from evenvoice.serve.app import create_app
from evenvoice.serve.limits import Limits
from tests.recognizer import adaptive, tiny
from tests.serve.uploads import encode

ANNA = [("files", (f"{value}.wav", encode(tiny.steady(value), tiny.RATE))) for value in (0.2, 0.4)]
CLIP = encode(tiny.steady(0.5), tiny.RATE)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model that can be adapted."""
    file: Path = tmp_path_factory.mktemp("model") / "adaptive.onnx"
    file.write_bytes(adaptive.model_file())
    return file


@pytest.fixture(scope="module")
def client(model: Path) -> Iterator[TestClient]:
    with TestClient(create_app(model, Limits(megabytes=5, seconds=10))) as found:
        yield found


@pytest.fixture(scope="module")
def recognizer(model: Path) -> Recognizer:
    return Recognizer(model)


@pytest.fixture(scope="module")
def anna(client: TestClient) -> bytes:
    reply = client.post("/enrol", files=ANNA)
    assert reply.status_code == 200, reply.text
    return reply.content


def test_a_profile_is_the_recognizers(anna: bytes, client: TestClient, recognizer: Recognizer) -> None:
    expected = recognizer.enrol([tiny.steady(0.2), tiny.steady(0.4)])
    assert anna == expected.to_bytes()
    one = client.post("/enrol", content=CLIP)
    assert SpeakerProfile.from_bytes(one.content).utterances == 1
    assert one.headers["content-disposition"] == 'attachment; filename="speaker.voice"'
    assert one.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("as_file", [True, False])
def test_who_speaks_comes_with_the_recording(
    as_file: bool, anna: bytes, client: TestClient, recognizer: Recognizer
) -> None:
    adapted = recognizer.adapted(SpeakerProfile.from_bytes(anna))
    voice: Any = {"files": {"voice": ("anna.voice", anna)}} if as_file else {"data": {"voice": anna.decode()}}
    files = {"file": ("clip.wav", CLIP), **voice.pop("files", {})}
    reply = client.post("/predict", files=files, **voice)
    assert reply.json() == adapted(tiny.steady(0.5))
    assert reply.headers["x-adapted-utterances"] == "2"
    # It is kept for this request alone.
    again = client.post("/predict", files={"file": ("clip.wav", CLIP)})
    assert again.json() == recognizer(tiny.steady(0.5)) != reply.json()
    assert "x-adapted-utterances" not in again.headers


def test_every_answer_is_marked(anna: bytes, client: TestClient) -> None:
    voice = ("voice", ("anna.voice", anna))
    (one,) = client.post("/predict", files=[("files", ("a.wav", CLIP)), voice]).json()
    assert one["adapted"] == 2
    windows = client.post("/predict?window=0.5", files=[("file", ("a.wav", CLIP)), voice]).json()
    assert [each["adapted"] for each in windows] == [2, 2]


def test_windows_are_adapted_along_the_recording(client: TestClient, recognizer: Recognizer) -> None:
    talk = np.concatenate([tiny.steady(0.4), tiny.steady(0.2)])
    found = client.post("/predict?window=1&adapt=60", content=encode(talk, tiny.RATE)).json()
    assert found == recognizer.windows(talk, window=1, hop=1, adapt=60)
    assert [each["adapted"] for each in found] == [0, 1]
    refused = client.post("/predict?adapt=60", content=CLIP)
    assert (refused.status_code, "window" in refused.json()["detail"]) == (422, True)


def _other(values: dict[str, Any]) -> bytes:
    return json.dumps({**values, "model": "0" * 64}).encode()


REFUSED = {
    "another model": (_other, "the field voice: made with another model than adaptive.onnx"),
    "damaged": (lambda values: json.dumps(values).encode()[:-9], "the field voice: no speaker profile of evenvoice"),
    "a recording": (lambda _: CLIP, "the field voice: no speaker profile of evenvoice"),
    "empty": (lambda _: b"", "the field voice: no speaker profile of evenvoice"),
    "nested deep": (lambda _: b"[" * 100_000, "the field voice: no speaker profile of evenvoice"),
    "huge": (lambda _: b" " * (4 * 2**20 + 1), "the field voice: 4,194,305 bytes"),
    "a newer format": (lambda values: json.dumps({**values, "format": 2}).encode(), "update it"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_voice_that_is_none_is_refused_by_name(kind: str, anna: bytes, client: TestClient) -> None:
    change, says = REFUSED[kind]
    reply = client.post("/predict", files={"file": ("a.wav", CLIP), "voice": ("a.voice", change(json.loads(anna)))})
    assert reply.status_code == 422
    assert says in reply.json()["detail"]
    assert "/" not in reply.json()["detail"]  # no path of this machine


def test_what_cannot_be_enrolled(client: TestClient) -> None:
    silent = encode(np.zeros(4000), tiny.RATE)
    reply = client.post("/enrol", files=[ANNA[0], ("files", ("b.wav", silent))])
    assert reply.status_code == 422
    assert reply.json()["detail"].startswith("recording 2 of 2: the upload: silent (every sample is zero)")
    assert client.post("/enrol", content=b"text\n" * 9).status_code == 415
    assert client.post("/enrol", content=b"").status_code == 400


def test_a_model_that_cannot_be_adapted_says_which_can(tiny_model: Path, anna: bytes) -> None:
    with TestClient(create_app(tiny_model)) as plain:
        for reply in (
            plain.post("/enrol", files=ANNA),
            plain.post("/predict", files={"file": ("a.wav", CLIP), "voice": ("a.voice", anna)}),
            plain.post("/predict?window=1&adapt=60", content=CLIP),
        ):
            assert reply.status_code == 422
            assert "voice-adaptive" in reply.json()["detail"]
