"""Samples that cannot be speech are refused, in words that are true; what can be is let through."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from evenvoice.audio import check_chunk, check_waveform, load
from evenvoice.audio.samples import Judge
from evenvoice.errors import AudioError
from tests.audio.sounds import voice

SPEECH = voice()
NOISE = np.random.default_rng(0).standard_normal(SPEECH.size).astype(np.float32)


def verdict(samples: np.ndarray, block: int = 1000) -> str:
    """What is said of samples that come in blocks; nothing if they can be speech."""
    judge = Judge("a.wav")
    samples = np.asarray(samples, np.float32)
    columns = samples if samples.ndim == 2 else samples[:, None]
    try:
        for start in range(0, len(columns), block):
            judge.add(columns[start : start + block])
        judge.conclude()
    except AudioError as error:
        return str(error).removeprefix("a.wav: ")
    return ""


REFUSED = {
    "inverted": (np.stack([SPEECH, -SPEECH], axis=1), "its channels cancel"),
    "nearly inverted": (np.stack([SPEECH, -0.95 * SPEECH], axis=1), "its channels cancel"),
    "inverted, with noise": (np.stack([SPEECH + 0.002 * NOISE, -SPEECH], axis=1), "its channels cancel"),
    "inverted, with an offset": (np.stack([SPEECH + 0.1, 0.1 - SPEECH], axis=1), "its channels cancel"),
    "four that cancel": (np.stack([SPEECH, NOISE, -SPEECH, -NOISE], axis=1) / 10, "its channels cancel"),
    "constant": (np.full(1000, 0.25), r"constant (every sample is 0.25)"),
    "constants": (np.tile([0.25, -0.5], (1000, 1)), r"constant (every sample is -0.5)"),
    "constant but for rounding": (0.5 + 1e-6 * NOISE, "constant (every sample is 0.5)"),
    "16-bit integers as floats": (30000 * SPEECH, "where full scale is 1; divide them by the full scale"),
    "8-bit integers as floats": (127 * SPEECH, "where full scale is 1; divide them by the full scale"),
    "not a number": (np.where(np.arange(SPEECH.size) == 20000, np.nan, SPEECH), "NaN or infinite"),
    "infinite in one channel": (np.stack([SPEECH, np.where(NOISE > 4, np.inf, SPEECH)], axis=1), "NaN or infinite"),
    "clipped throughout": (np.clip(1000 * SPEECH, -1, 1), "clipped ("),
    "clipped low": (np.clip(1000 * SPEECH, -0.3, 0.3), "clipped ("),
    "clipped in both channels": (np.clip(1000 * np.stack([SPEECH, SPEECH], axis=1), -1, 1), "clipped ("),
    "silent": (np.zeros((1000, 2)), "silent (every sample is zero)"),
    "nothing": (np.zeros(0), "no samples"),
}
FINE = {
    "speech": SPEECH,
    "quiet": 1e-4 * SPEECH,
    "loud floats": 4 * SPEECH / np.abs(SPEECH).max(),
    "with an offset": SPEECH + 0.2,
    "quiet, with a large offset": 1e-3 * SPEECH + 0.9,
    "one channel of eight": np.pad(SPEECH[:, None], ((0, 0), (0, 7))),
    "one channel of sixty-four": np.pad(SPEECH[:, None], ((0, 0), (63, 0))),
    "independent channels": np.stack([SPEECH, 0.1 * NOISE], axis=1),
    "half a sample apart": np.stack([SPEECH[1:], SPEECH[:-1]], axis=1),
    "one channel is constant": np.stack([SPEECH, np.full(SPEECH.size, 0.1)], axis=1),
    "clipped as people clip": np.clip(4 * SPEECH, -1, 1),
    "one channel is clipped": np.stack([SPEECH, np.clip(1000 * SPEECH, -1, 1)], axis=1),
    "one sample": np.full(1, 0.5),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("block", [333, 10**6])
def test_what_cannot_be_speech_is_refused(case: str, block: int):
    samples, words = REFUSED[case]
    assert words in verdict(samples, block)


@pytest.mark.parametrize("case", FINE)
@pytest.mark.parametrize("block", [333, 10**6])
def test_what_can_be_speech_is_not(case: str, block: int):
    assert verdict(FINE[case], block) == ""


@pytest.mark.parametrize("case", [case for case in REFUSED if case != "nothing"])
def test_files_are_judged_before_they_are_mixed_down(case: str, tmp_path: Path):
    samples, words = REFUSED[case]
    soundfile.write(tmp_path / "a.wav", samples, 16000, subtype="FLOAT")
    with pytest.raises(AudioError) as caught:
        load(tmp_path / "a.wav")
    assert words in str(caught.value)


def test_the_largest_sample_is_given_as_it_is(tmp_path: Path):
    soundfile.write(tmp_path / "a.wav", 9830 * SPEECH / np.abs(SPEECH).max(), 16000, subtype="FLOAT")
    with pytest.raises(AudioError, match="samples reach 9,830, where full scale is 1"):
        load(tmp_path / "a.wav")


def test_a_waveform_in_memory_is_judged_alike():
    for samples, words in REFUSED.values():
        if samples.ndim == 1:
            with pytest.raises(AudioError) as caught:
                check_waveform(samples.astype(np.float32), "X[3]")
            assert words in str(caught.value)


def test_a_part_of_a_recording_may_be_silent_or_constant():
    for part in (np.zeros(100), np.full(100, 0.5), np.zeros(0)):
        assert np.array_equal(check_chunk(part, "chunk 1"), part)
    with pytest.raises(AudioError, match="chunk 1: holds samples that are NaN"):
        check_chunk(np.full(10, np.nan), "chunk 1")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.zeros((2, 3), np.float32), r"an array of shape \[2, 3\], expected mono"),
        (np.zeros(3, np.int16), "int16 values, expected floats"),
        (["a", "b"], "<U1 values, expected floats"),
        ([[1.0], [1.0, 2.0]], "not an array"),
        (None, r"an array of shape \[\]"),
    ],
)
def test_what_is_no_waveform(value: object, words: str):
    with pytest.raises(AudioError, match=words):
        check_waveform(value, "X[0]")
