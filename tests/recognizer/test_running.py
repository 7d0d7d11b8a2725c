"""Adapting while one listens: a running mean that forgets, worked out by hand on the tiny model."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.recognizer import Recognizer
from evenvoice.recognizer.running import RunningMean
from tests.recognizer import adaptive, tiny


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    """The tiny model that can be adapted, at 8 kHz; kappa is 5."""
    file: Path = tmp_path_factory.mktemp("model") / "adaptive.onnx"
    file.write_bytes(adaptive.model_file())
    return Recognizer(file)


def _angry(mean: float) -> float:
    odds = np.exp(mean * np.array([2, 0, -2]))
    return float(odds[0] / odds.sum())


def _found(entries: list[dict[str, object]]) -> list[float]:
    return [{s["label"]: s["score"] for s in each["scores"]}["angry"] for each in entries]  # type: ignore[attr-defined]


SPEECH = np.concatenate([tiny.steady(0.4), tiny.steady(0.2), tiny.steady(0.1)])  # a second each


def test_each_window_is_adapted_to_those_before_it(model: Recognizer) -> None:
    entries = model.windows(SPEECH, window=1, hop=1, adapt=math.inf)
    assert [each["adapted"] for each in entries] == [0, 1, 2]
    offsets = [0, 0.4 / 6, 0.6 / 7]
    expected = [_angry(mean - offset) for mean, offset in zip([0.4, 0.2, 0.1], offsets, strict=True)]
    assert _found(entries) == pytest.approx(expected, abs=1e-5)


def test_what_was_known_counts_half_after_the_half_life(model: Recognizer) -> None:
    entries = model.windows(SPEECH, window=1, hop=1, adapt=1)
    assert [each["adapted"] for each in entries] == [0, 1, 1.5]
    assert _found(entries)[2] == pytest.approx(_angry(0.1 - (0.2 + 0.2) / 6.5), abs=1e-5)


def test_a_window_counts_as_much_as_is_new_of_it(model: Recognizer) -> None:
    entries = model.windows(SPEECH, window=2, hop=0.5, adapt=math.inf)
    assert [each["adapted"] for each in entries] == [0, 1, 1.25]


def test_silence_says_nothing_of_a_speaker(model: Recognizer) -> None:
    silent = np.concatenate([tiny.steady(0.4), np.zeros(2 * tiny.RATE), tiny.steady(0.1)]).astype(np.float32)
    entries = model.windows(silent, window=1, hop=1, adapt=1)
    assert [each.get("adapted") for each in entries] == [0, None, None, 1]


def test_it_begins_with_who_was_enrolled(model: Recognizer) -> None:
    anna = model.enrol([tiny.steady(0.3), tiny.steady(0.3)])
    first, second, _ = model.adapted(anna).windows(SPEECH, window=1, hop=1, adapt=math.inf)
    assert (first["adapted"], second["adapted"]) == (2, 3)
    assert _found([first, second]) == pytest.approx([_angry(0.4 - 0.6 / 7), _angry(0.2 - 1.0 / 8)], abs=1e-5)
    assert model.adapted(anna).windows(SPEECH, window=1, hop=1)[2]["adapted"] == 2


def test_chunks_of_any_length_give_the_same(model: Recognizer) -> None:
    def chunks() -> Iterator[np.ndarray]:
        yield from np.array_split(SPEECH, 17)

    whole = model.windows(SPEECH, window=1, hop=0.5, adapt=60)
    assert list(model.stream(chunks(), window=1, hop=0.5, adapt=60)) == whole
    assert model.windows(SPEECH, window=1, hop=0.5, adapt=60) == whole  # nothing is left of the first time


def test_another_speaker_is_soon_known() -> None:
    forgets, remembers = RunningMean(5, 60), RunningMean(5, math.inf)
    for value, count in ((1.0, 200), (-1.0, 40)):  # ten minutes of one speaker, two of another
        for _ in range(count):
            for mean in (forgets, remembers):
                mean.add(np.array([value]), 1.0, 3.0)
    assert forgets.offset is not None
    assert remembers.offset is not None
    assert forgets.offset[0] < -0.3
    assert remembers.offset[0] > 0.6


def test_a_model_that_cannot_be_adapted_says_so_at_once(recognizer: Recognizer) -> None:
    with pytest.raises(EvenvoiceError, match=r"cannot be adapted to a speaker; train one that can: .* voice-adaptive"):
        recognizer.stream(iter(()), adapt=60)


@pytest.mark.parametrize("seconds", [0, -1, 0.5, math.nan, True, "60"])
def test_an_impossible_half_life(seconds: object, model: Recognizer) -> None:
    with pytest.raises(EvenvoiceError, match=r"adapt: .* expected seconds from 1"):
        model.stream(iter(()), adapt=seconds)  # type: ignore[arg-type]
