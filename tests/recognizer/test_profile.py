"""Adapting to a speaker: what is enrolled, the file of it, and every file that is refused by name."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer import Recognizer, SpeakerProfile
from tests.recognizer import adaptive, tiny


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    """The tiny model that can be adapted, at 8 kHz."""
    file: Path = tmp_path_factory.mktemp("model") / "adaptive.onnx"
    file.write_bytes(adaptive.model_file())
    return Recognizer(file)


def _expected(mean: float) -> np.ndarray:
    odds = np.exp(mean * np.array([2, 0, -2]))
    return odds / odds.sum()


def test_nothing_enrolled_is_the_training_mean(model: Recognizer) -> None:
    waveform = tiny.steady(0.25)
    np.testing.assert_allclose(model.probabilities([waveform])[0], _expected(0.25), rtol=1e-5)
    nobody = SpeakerProfile(np.zeros(2, np.float32), 1, model.card["sha256"])
    assert model(waveform, speaker=nobody) == model(waveform) == model.adapted(nobody).adapted(None)(waveform)


def test_the_mean_is_shrunk_worked_by_hand(model: Recognizer) -> None:
    profile = model.enrol([tiny.steady(0.2), tiny.steady(0.4, 4000), tiny.steady(0.3)])
    assert profile.utterances == 3
    np.testing.assert_allclose(profile.offset, 0.3 * 3 / (3 + 5), rtol=1e-5)
    found = model.adapted(profile).probabilities([tiny.steady(0.5), tiny.steady(0.1, 4000)])
    np.testing.assert_allclose(found, [_expected(0.5 - 0.1125), _expected(0.1 - 0.1125)], rtol=1e-5)


def test_one_recording_may_be_enrolled_as_it_is(model: Recognizer) -> None:
    waveform = tiny.steady(0.25)
    for recording in (waveform, [waveform], waveform.tolist(), (tiny.RATE, waveform)):
        np.testing.assert_allclose(model.enrol(recording).offset, 0.25 / 6, rtol=1e-5)


def test_every_way_of_asking_is_adapted(model: Recognizer) -> None:
    waveform = tiny.steady(0.5)
    profile = model.enrol(tiny.steady(0.25))
    adapted = model.adapted(profile)
    scores = adapted(waveform)
    assert scores != model(waveform)
    assert model([waveform, waveform], speaker=profile) == [scores, scores]
    assert adapted.top(1)(waveform) == scores[:1] == model.top(1)(waveform, speaker=profile)
    assert adapted.windows(waveform, window=1, hop=1)[0]["scores"] == scores
    assert next(adapted.stream([waveform], window=1, hop=1))["scores"] == scores


def test_a_profile_is_the_same_after_a_file(model: Recognizer, tmp_path: Path) -> None:
    profile = model.enrol(tiny.steady(0.25))
    loaded = SpeakerProfile.load(profile.save(tmp_path / "anna.voice"))
    assert loaded.offset.tobytes() == profile.offset.tobytes()
    assert (loaded.utterances, loaded.model) == (1, model.card["sha256"])
    assert model(tiny.steady(0.5), speaker=loaded) == model(tiny.steady(0.5), speaker=profile)


def test_a_model_that_cannot_be_adapted_says_so(recognizer: Recognizer) -> None:
    assert not recognizer.adaptive
    with pytest.raises(EvenvoiceError, match=r"tiny\.onnx: cannot be adapted .* voice-adaptive"):
        recognizer.enrol(tiny.steady(0.5))
    with pytest.raises(EvenvoiceError, match=r"tiny\.onnx: cannot be adapted"):
        recognizer("clip.wav", speaker=SpeakerProfile(np.zeros(2, np.float32), 1, "0" * 64))


def test_what_cannot_be_enrolled(model: Recognizer) -> None:
    with pytest.raises(EvenvoiceError, match="no recordings to enrol"):
        model.enrol([])
    with pytest.raises(AudioError, match="recording 2: silent"):
        model.enrol([tiny.steady(0.5), np.zeros(8000, np.float32)])
    with pytest.raises(EvenvoiceError, match="speaker: str, expected a SpeakerProfile"):
        model("clip.wav", speaker="anna.voice")  # type: ignore[arg-type]


@pytest.mark.parametrize("profile", [("1" * 64, 2), (None, 3)], ids=["another model", "another width"])
def test_the_profile_of_another_model_is_refused(model: Recognizer, profile: tuple[str | None, int]) -> None:
    sha256, width = profile
    other = SpeakerProfile(np.zeros(width, np.float32), 1, sha256 or model.card["sha256"])
    with pytest.raises(EvenvoiceError, match=r"the speaker profile: made with another model than \S*adaptive\.onnx"):
        model.adapted(other)


def _with(**changes: Any) -> Callable[[dict[str, Any]], bytes]:
    return lambda values: json.dumps({**values, **changes}).encode()


DAMAGED: dict[str, tuple[Callable[[dict[str, Any]], bytes], str]] = {
    "empty": (lambda _: b"", "empty"),
    "cut short": (lambda values: json.dumps(values).encode()[:-20], "no speaker profile"),
    "a pickle": (lambda _: b"\x80\x04K\x01.", "no speaker profile"),
    "nested deep": (lambda _: b"[" * 100_000, "no speaker profile"),
    "huge": (lambda _: b" " * (5 * 2**20), "not a speaker profile"),
    "another object": (lambda _: b'{"a": 1}', "no speaker profile"),
    "a newer format": (_with(format=2), "format 2.*update"),
    "no format": (_with(format=True), "keys"),
    "one more key": (_with(more=1), "keys"),
    "no model": (_with(model="anna"), "expected a SHA-256"),
    "an offset of words": (_with(offset="anna!"), "no base64"),
    "an offset of numbers": (_with(offset=[1, 2]), "no base64"),
    "half a number": (_with(offset="AAA="), "no base64"),
    "no number": (_with(offset=""), "offset is no float32"),
    "NaN": (_with(offset="AADAfw=="), "offset is no float32"),
    "out of this world": (_with(offset="KGtuTg=="), "offset is no float32"),
    "no utterance": (_with(utterances=0), "expected a whole number"),
    "half an utterance": (_with(utterances=0.5), "expected a whole number"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_or_hostile_file_is_refused_by_name(kind: str, model: Recognizer, tmp_path: Path) -> None:
    change, words = DAMAGED[kind]
    file = model.enrol(tiny.steady(0.25)).save(tmp_path / "anna.voice")
    file.write_bytes(change(json.loads(file.read_text(encoding="utf-8"))))
    with pytest.raises(EvenvoiceError, match=rf"anna\.voice: .*{words}") as said:
        SpeakerProfile.load(file)
    assert "\n" not in str(said.value)


def test_what_is_no_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match="a folder"):
        SpeakerProfile.load(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(EvenvoiceError, match="pipe: not a speaker profile"):
        SpeakerProfile.load(tmp_path / "pipe")
    with pytest.raises(EvenvoiceError, match="not a path"):
        SpeakerProfile.load("a\0b")
    with pytest.raises(EvenvoiceError, match=r"upload: .* no speaker profile has that many"):
        SpeakerProfile.from_bytes(b" " * (5 * 2**20), "upload")


WRONG = {
    "a speaker that must be given": adaptive.graph(optional=False),
    "no second output": adaptive.graph(normalised=False),
    "a width that may differ": adaptive.graph(width="any"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_graph_with_half_of_it_is_no_recognizer(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(adaptive.model_file(WRONG[kind]))
    with pytest.raises(EvenvoiceError, match=r"model\.onnx: its inputs and outputs are"):
        Recognizer(file)


@pytest.mark.parametrize("kappa", [None, -1, "5", True])
def test_a_hostile_kappa_is_refused(kappa: object, tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(adaptive.model_file(kappa=kappa))
    with pytest.raises(EvenvoiceError, match=r"model\.onnx: recipe\.kappa is"):
        Recognizer(file).enrol(tiny.steady(0.25))
