"""Each feature by hand: a pure tone, a constant, an alternating signal, silence."""

from __future__ import annotations

import librosa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenvoice.features.baselines.descriptors import (
    block_entropy,
    centroid_and_spread,
    chroma,
    flux,
    mfcc,
    roll_off,
    zero_crossing_rate,
)

RATE, WINDOW = 16000, 3200
BINS = WINDOW // 2
SILENCE = np.zeros((BINS, 2))


def lines(**amplitudes: float) -> np.ndarray:
    """A spectrum of one frame with these bins, 5 Hz apart, and nothing else: ``lines(bin_88=1.0)``."""
    spectrum = np.zeros((BINS, 1))
    for name, amplitude in amplitudes.items():
        spectrum[int(name.removeprefix("bin_"))] = amplitude
    return spectrum


def test_zero_crossing_rate():
    alternating = np.resize([1.0, -1.0], WINDOW)
    once = np.where(np.arange(WINDOW) < 7, 0.5, -0.5)
    frames = np.stack([alternating, once, np.ones(WINDOW), np.zeros(WINDOW)], axis=1)
    assert zero_crossing_rate(frames) == pytest.approx([1.0, 1 / (WINDOW - 1), 0.0, 0.0])


def test_block_entropy():
    length = 16
    even = np.full(160, 0.3)
    first = np.where(np.arange(160) < length, 2.0, 0.0)
    # Shares 1/2 and 1/2: one bit. Shares 3/4 and 1/4: 2 - 3/4·log2(3) bits.
    two = np.where(np.arange(160) < 2 * length, 1.0, 0.0)
    uneven = two * np.where(np.arange(160) < length, 3.0, 1.0)
    power = np.stack([even, first, two, uneven, np.zeros(160)], axis=1)
    assert block_entropy(power) == pytest.approx([np.log2(10), 0, 1, 2 - 0.75 * np.log2(3), 0])
    # The blocks are of neighbours: spread over all of them, the same power is even.
    assert block_entropy(np.where(np.arange(160) % 16 == 0, 1.0, 0.0)[:, None]) == pytest.approx([np.log2(10)])


def test_what_is_left_over_after_ten_blocks_is_ignored():
    assert block_entropy(np.append(np.ones(20), [5.0, 7.0])[:, None]) == pytest.approx([np.log2(10)])


def test_centroid_and_spread():
    tone = centroid_and_spread(lines(bin_200=3.0))
    # 1000 Hz of 8000.
    assert [one.item() for one in tone] == pytest.approx([0.125, 0.0])
    # 1000 Hz three times as strong as 3000 Hz: at 1500, sqrt(3/4·500² + 1/4·1500²) around it.
    two = centroid_and_spread(lines(bin_200=3.0, bin_600=1.0))
    assert [one.item() for one in two] == pytest.approx([1500 / 8000, np.sqrt(750000) / 8000])
    assert [one.tolist() for one in centroid_and_spread(SILENCE)] == [[0, 0], [0, 0]]


def test_flux():
    spectrum = np.array([[1.0, 3.0, 1.0, 0.0], [1.0, 3.0, 3.0, 0.0]])
    # Louder is no change; (1/4 - 1/2)² + (3/4 - 1/2)²; then to silence, (1/4)² + (3/4)².
    assert flux(spectrum) == pytest.approx([0, 0, 1 / 8, 5 / 8])


def test_roll_off():
    # Powers 9 and 1: 90 % are reached at the first line. Powers 8.41 and 1.59: at the second.
    below = roll_off(lines(bin_100=3.0, bin_400=1.0))
    above = roll_off(lines(bin_100=2.9, bin_400=np.sqrt(1.59)))
    assert [below.item(), above.item()] == [100 / BINS, 400 / BINS]
    assert roll_off(SILENCE).tolist() == [0, 0]


def test_mfcc_of_silence_is_one_number():
    found = mfcc(SILENCE, RATE, WINDOW)
    # Forty equal values v have the DCT sqrt(40)·v, 0, 0, …: here log10 of 2^-52.
    assert found[0] == pytest.approx(np.sqrt(40) * -52 * np.log10(2))
    assert found[1:] == pytest.approx(0, abs=1e-9)


def test_mfcc_are_librosas_of_slaneys_forty_bands():
    waveform = np.random.default_rng(0).standard_normal(48000)
    bands = librosa.feature.melspectrogram(
        y=waveform, sr=RATE, n_fft=WINDOW, hop_length=1600, window="boxcar", center=False, power=1.0, n_mels=40,
        fmin=400 / 3, fmax=6855.49,
    )  # fmt: skip
    expected = librosa.feature.mfcc(S=np.log10(bands / BINS), n_mfcc=13)
    frames = librosa.util.frame(waveform, frame_length=WINDOW, hop_length=1600)
    spectrum = np.abs(np.fft.rfft(frames, axis=0)[:BINS]) / BINS
    assert mfcc(spectrum, RATE, WINDOW) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("hz", "place"), [(110, 0), (440, 0), (880, 0), (465, 1), (495, 2), (1050, 3), (415, 11)])
def test_chroma_of_a_tone_is_its_note_in_any_octave(hz, place):
    shares = chroma(lines(**{f"bin_{hz // 5}": 0.7}), RATE, WINDOW)
    assert shares.argmax() == place
    assert shares.sum() == pytest.approx(1)


def test_chroma_weighs_by_power():
    # A (440 Hz) of twice the amplitude of D# (2490 Hz), which is as far from it as a note can be: 4 : 1.
    shares = chroma(lines(bin_88=2.0, bin_498=1.0), RATE, WINDOW)[:, 0]
    alone = chroma(lines(bin_88=1.0), RATE, WINDOW)[:, 0], chroma(lines(bin_498=1.0), RATE, WINDOW)[:, 0]
    assert shares == pytest.approx(0.8 * alone[0] + 0.2 * alone[1])
    assert chroma(SILENCE, RATE, WINDOW).tolist() == np.zeros((12, 2)).tolist()


@given(seed=st.integers(0, 1000), gain=st.floats(1e-6, 1e6))
def test_the_shape_of_the_spectrum_does_not_depend_on_its_level(seed, gain):
    spectrum = np.random.default_rng(seed).random((BINS, 3))
    for feature in (flux, roll_off, lambda x: block_entropy(x**2), lambda x: chroma(x, RATE, WINDOW)):
        assert feature(gain * spectrum) == pytest.approx(feature(spectrum), abs=1e-9)
    for one, other in zip(centroid_and_spread(gain * spectrum), centroid_and_spread(spectrum), strict=True):
        assert one == pytest.approx(other)
