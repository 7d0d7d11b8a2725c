"""Live audio: the same as the whole recording, as soon as it can be said, in memory that does not grow."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenvoice.audio import resample
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer import Recognizer
from evenvoice.recognizer.stream import resampled
from tests.measured import not_measured
from tests.recognizer import tiny


def _recording(seconds: float, rate: int = tiny.RATE) -> np.ndarray:
    """A slow wave with noise on it, whose windows differ, and half a second of silence in it."""
    generator = np.random.default_rng(0)
    wave = np.sin(np.arange(round(seconds * rate)) / rate) + 0.1 * generator.standard_normal(round(seconds * rate))
    wave[rate // 2 : rate] = 0
    return wave.astype(np.float32)


def _chunks(whole: np.ndarray, places: list[float]) -> list[np.ndarray]:
    return np.split(whole, sorted(round(place * whole.size) for place in places))


def _same(found: list[dict], expected: list[dict]) -> None:
    assert [(entry["start"], entry["end"], "silent" in entry) for entry in found] == [
        (entry["start"], entry["end"], "silent" in entry) for entry in expected
    ]
    for one, other in zip(found, expected, strict=True):
        assert [score["label"] for score in one["scores"]] == [score["label"] for score in other["scores"]]
        scores = [[score["score"] for score in entry["scores"]] for entry in (one, other)]
        assert scores[0] == pytest.approx(scores[1], abs=1e-5)


places = st.lists(st.floats(0, 1), max_size=20)
seconds = st.floats(0.1, 4)


@given(seconds, places, st.sampled_from([(0.1, 0.1), (0.5, 0.2), (1.0, 1.0), (3.0, 1.0)]))
@settings(max_examples=60, deadline=None)
def test_any_chunks_give_what_the_whole_gives(
    recognizer: Recognizer, length: float, where: list[float], size: tuple[float, float]
) -> None:
    whole = _recording(length)
    window, hop = size
    found = list(recognizer.stream(iter(_chunks(whole, where)), window=window, hop=hop))
    _same(found, recognizer.windows(whole, window=window, hop=hop))
    if size == (0.1, 0.1):
        assert any("silent" in entry for entry in found) == (whole.size >= 0.6 * tiny.RATE)


@given(seconds, places, st.sampled_from([44100, 48000, 16000, 11025, 6000, 44100.5]))
@settings(max_examples=40, deadline=None)
def test_at_other_rates_too(recognizer: Recognizer, length: float, where: list[float], rate: float) -> None:
    whole = _recording(length, int(rate))
    found = list(recognizer.stream(_chunks(whole, where), rate, window=0.5, hop=0.3))
    _same(found, recognizer.windows(whole, rate, window=0.5, hop=0.3))


@given(places, st.sampled_from([44100, 48000, 11025, 6000]))
@settings(max_examples=20, deadline=None)
def test_resampling_in_chunks_is_resampling_the_whole(where: list[float], rate: int) -> None:
    whole = _recording(1.5, rate)
    found = np.concatenate(list(resampled(_chunks(whole, where), rate, 16000)))
    np.testing.assert_allclose(found, resample(whole, rate, 16000), rtol=0, atol=1e-7)


def test_a_window_is_predicted_when_it_is_complete(recognizer: Recognizer) -> None:
    taken = []

    def microphone() -> Iterator[np.ndarray]:
        for number in range(40):
            taken.append(number)
            yield np.full(tiny.RATE // 10, 0.5, np.float32)

    answered = [(entry["end"], len(taken) / 10) for entry in recognizer.stream(microphone(), window=1.0, hop=0.5)]
    assert answered == [(end, end) for end in (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)]


def test_resampling_holds_a_window_back_by_less_than_a_fifth_of_a_second(recognizer: Recognizer) -> None:
    taken = []

    def microphone() -> Iterator[np.ndarray]:
        for number in range(400):
            taken.append(number)
            yield np.full(480, 0.5, np.float32)  # 10 ms

    for entry in recognizer.stream(microphone(), 48000, window=1.0, hop=0.5):
        assert entry["end"] <= len(taken) / 100 <= entry["end"] + 0.2


@not_measured
def test_memory_does_not_grow_with_the_recording(recognizer: Recognizer) -> None:
    chunk = np.full(tiny.RATE // 4, 0.5, np.float32)
    window = 4 * 3 * tiny.RATE  # bytes

    def once(chunks: int) -> int:
        tracemalloc.start()
        for _ in recognizer.stream((chunk.copy() for _ in range(chunks)), window=3.0, hop=0.5):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    def peak(chunks: int) -> int:
        # The least of three: a table of Python's own that grows just then counts once.
        return min(once(chunks) for _ in range(3))

    # Python holds some kilobytes more or less; the recording would be 2.2 MB more.
    few, many = peak(20), peak(300)
    assert many < few + window
    assert many < 4 * window  # two in the buffer, and one that the model is given


def test_a_chunk_may_be_used_again_by_its_owner(recognizer: Recognizer) -> None:
    whole = _recording(2.0)
    buffer = np.zeros(1000, np.float32)

    def microphone() -> Iterator[np.ndarray]:
        for start in range(0, whole.size, 1000):
            buffer[:] = whole[start : start + 1000]
            yield buffer

    _same(list(recognizer.stream(microphone(), window=0.5, hop=0.5)), recognizer.windows(whole, window=0.5, hop=0.5))


def test_silence_and_empty_chunks_are_no_fault(recognizer: Recognizer) -> None:
    silence = [np.zeros(tiny.RATE), np.zeros(0), np.full(100, 1e-60)]
    assert list(recognizer.stream(silence, window=1.0, hop=1.0)) == [
        {"start": 0.0, "end": 1.0, "scores": [], "silent": True},
        {"start": 100 / tiny.RATE, "end": 1 + 100 / tiny.RATE, "scores": [], "silent": True},
    ]


@pytest.mark.parametrize(
    ("chunk", "message"),
    [
        (np.array([0.1, np.nan]), "holds samples that are NaN or infinite"),
        (np.array([0.1, 1e300]), "holds samples that are NaN or infinite"),
        (np.zeros((2, 100)), r"an array of shape \[2, 100\], expected mono"),
        (np.float32(0.5), r"an array of shape \[\], expected mono"),
        (np.zeros(100, np.int64), "int64 values, expected floats"),
        (np.array([1e10]), "samples reach"),
    ],
)
@pytest.mark.parametrize("rate", [None, 16000])
def test_a_bad_chunk_is_named_by_its_number(
    recognizer: Recognizer, chunk: np.ndarray, message: str, rate: int | None
) -> None:
    good = np.full(tiny.RATE, 0.5)
    entries = recognizer.stream([good, good, chunk, good], rate, window=0.5, hop=0.5)
    assert next(entries)["start"] == 0
    with pytest.raises(AudioError, match=f"^chunk 3: {message}"):
        list(entries)


def test_nothing_at_all_is_said_at_the_end(recognizer: Recognizer) -> None:
    for chunks in ([], [np.zeros(0)]):
        for rate in (None, 44100):
            with pytest.raises(AudioError, match=r"^the stream: no samples"):
                list(recognizer.stream(chunks, rate))


def test_wrong_settings_are_said_before_a_chunk_is_taken(recognizer: Recognizer) -> None:
    def microphone() -> Iterator[np.ndarray]:
        pytest.fail("the microphone was asked")
        yield np.zeros(1)

    with pytest.raises(EvenvoiceError, match=r"^hop of 4 s"):
        recognizer.stream(microphone(), window=3.0, hop=4.0)
    with pytest.raises(AudioError, match="a sample rate of -1 Hz is impossible"):
        recognizer.stream(microphone(), -1)
