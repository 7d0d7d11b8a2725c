"""The rule of windows, by hand and as properties; cutting a stream follows it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer import Recognizer
from evenvoice.recognizer.windows import cut, in_samples, starts
from tests.recognizer import tiny

lengths = st.integers(1, 60).flatmap(lambda length: st.tuples(st.just(length), st.integers(1, length)))


@pytest.mark.parametrize(
    ("samples", "length", "hop", "expected"),
    [
        (7, 3, 2, [0, 2, 4]),
        (8, 3, 2, [0, 2, 4, 5]),
        (9, 3, 3, [0, 3, 6]),
        (10, 3, 3, [0, 3, 6, 7]),
        (3, 3, 1, [0]),
        (4, 3, 3, [0, 1]),
        (2, 3, 1, [0]),
        (1, 3, 3, [0]),
    ],
)
def test_starts_by_hand(samples: int, length: int, hop: int, expected: list[int]) -> None:
    assert starts(samples, length, hop) == expected


@given(lengths, st.integers(1, 500))
def test_every_sample_is_heard_and_no_window_goes_beyond_the_end(size: tuple[int, int], samples: int) -> None:
    length, hop = size
    found = starts(samples, length, hop)
    heard = np.zeros(samples, bool)
    for start in found:
        heard[start : start + length] = True
    assert heard.all()
    assert found[0] == 0
    assert found[-1] == max(0, samples - length)
    assert all(start == number * hop for number, start in enumerate(found[:-1]))
    assert len(set(found)) == len(found)


@given(lengths, st.lists(st.integers(0, 150), max_size=12))
def test_a_stream_is_cut_where_the_whole_is(size: tuple[int, int], sizes: list[int]) -> None:
    length, hop = size
    whole = np.arange(sum(sizes), dtype=np.float32)
    chunks = np.split(whole, np.cumsum(sizes)[:-1]) if sizes else []
    found = [(start, window.copy()) for start, window in cut(iter(chunks), length, hop)]
    assert [start for start, _ in found] == (starts(whole.size, length, hop) if whole.size else [])
    for start, window in found:
        np.testing.assert_array_equal(window, whole[start : start + length])


@pytest.mark.parametrize(
    ("window", "hop", "rate", "expected"),
    [(3.0, 1.0, 16000, (48000, 16000)), (0.1, 0.01, 8000, (800, 80)), (2.5, 0.5, 11025, (27563, 5513))],
)
def test_seconds_to_samples_halves_up(window: float, hop: float, rate: int, expected: tuple[int, int]) -> None:
    assert in_samples(window, hop, rate) == expected


@pytest.mark.parametrize("wrong", [0.0, -3.0, 0.09, 61.0, float("nan"), float("inf")])
def test_a_window_out_of_range(wrong: float) -> None:
    with pytest.raises(EvenvoiceError, match=r"^window of .* s: expected 0\.1 s to 60 s"):
        in_samples(wrong, 0.05, 16000)


@pytest.mark.parametrize("wrong", [0.0, -1.0, 0.001, 0.51, float("nan"), float("inf")])
def test_a_hop_out_of_range(wrong: float) -> None:
    with pytest.raises(EvenvoiceError, match=r"^hop of .* s: expected 0\.01 s to the window's 0\.5 s.*; give a hop of"):
        in_samples(0.5, wrong, 16000)


# Four seconds: 0.5, silence, silence, -0.5, then half a second more of the last.
PARTS = np.concatenate((tiny.steady(0.5), np.zeros(2 * tiny.RATE, np.float32), tiny.steady(-0.5)))
WHOLE = np.concatenate((PARTS, tiny.steady(-0.5, tiny.RATE // 2)))


def test_a_timeline_by_hand(recognizer: Recognizer) -> None:
    found = recognizer.windows(WHOLE, window=1.0, hop=1.0)
    assert [(entry["start"], entry["end"]) for entry in found] == [(0, 1), (1, 2), (2, 3), (3, 4), (3.5, 4.5)]
    assert [entry["scores"][0]["label"] if entry["scores"] else None for entry in found] == [
        "angry", None, None, "sad", "sad",
    ]  # fmt: skip
    assert found[1] == {"start": 1.0, "end": 2.0, "scores": [], "silent": True}
    assert set(found[0]) == {"start", "end", "scores"}
    assert found[0]["scores"] == recognizer(PARTS[: tiny.RATE])
    assert type(found[0]["start"]) is float


def test_a_short_recording_is_one_window(recognizer: Recognizer) -> None:
    (entry,) = recognizer.windows(WHOLE[:1000])
    assert entry == {"start": 0.0, "end": 1000 / tiny.RATE, "scores": recognizer(WHOLE[:1000])}


def test_less_than_a_tenth_of_a_second_is_refused_whatever_holds_it(recognizer: Recognizer, tmp_path: Path) -> None:
    file, few = tmp_path / "clip.wav", WHOLE[: tiny.RATE // 20]
    soundfile.write(file, few, tiny.RATE)
    says = "lasts 0.05 s, expected 0.1 s or more"
    for audio in (file, file.read_bytes(), few, (few, tiny.RATE), {"array": few, "sampling_rate": tiny.RATE}):
        for answer in (recognizer, recognizer.windows):
            with pytest.raises(AudioError, match=says):
                answer(audio)
    with pytest.raises(AudioError, match=f"the stream: {says}"):
        list(recognizer.stream([few[:100], few[100:]]))


def test_a_file_at_another_rate(recognizer: Recognizer, tmp_path: Path) -> None:
    file = tmp_path / "clip.wav"
    wave = (0.3 * np.sin(np.arange(5 * 44100) / 9000)).astype(np.float32)
    soundfile.write(file, wave, 44100, subtype="FLOAT")
    found = recognizer.windows(file, window=2.0, hop=0.7)
    assert found == recognizer.windows(str(file), window=2.0, hop=0.7)
    assert found == recognizer.windows(wave, 44100, window=2.0, hop=0.7)
    assert [entry["end"] for entry in found] == pytest.approx([2, 2.7, 3.4, 4.1, 4.8, 5])


def test_what_is_wrong_is_said_before_the_recording_is_opened(recognizer: Recognizer, tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match=r"^window of 0 s"):
        recognizer.windows(tmp_path / "missing.wav", window=0)
    with pytest.raises(AudioError, match="no such file"):
        recognizer.windows(tmp_path / "missing.wav")
    with pytest.raises(AudioError, match="silent"):
        recognizer.windows(np.zeros(tiny.RATE, np.float32))
