"""Each measure against a signal of which it is known."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from scipy import signal

from evenvoice.audio import Clip, load
from evenvoice.audit import signal as room
from evenvoice.audit.signal import EDGE, measure
from evenvoice.errors import AudioError
from tests.audit.recordings import RATE, speech


def sine(amplitude: float, seconds: float = 1.0, rate: int = RATE, hertz: float = 440.0) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def sixteen_bits(samples: np.ndarray) -> np.ndarray:
    return np.rint(samples * 32768) / 32768


def test_a_sine_has_its_level_peak_and_length():
    measures = measure(sine(0.5), RATE)
    # The root mean square of a sine is its amplitude over √2: -6.02 dB - 3.01 dB.
    assert measures.level == pytest.approx(-9.031, abs=0.001)
    assert measures.peak == pytest.approx(0.5, abs=1e-3)
    assert measures.duration == 1.0
    assert measures.dc == pytest.approx(0, abs=1e-6)
    assert (measures.leading_silence, measures.trailing_silence, measures.silent) == (0, 0, 0)
    assert measures.zeros_at_start == 1 / RATE  # sin 0
    assert measures.clipped == 0


def test_an_offset_is_the_mean():
    assert measure(sine(0.5) + 0.1, RATE).dc == pytest.approx(0.1, abs=1e-5)


def test_silence_and_zeros_are_told_apart():
    faint = np.random.default_rng(0).normal(0, 1e-4, 4800)  # 0.3 s at -80 dB
    samples = np.concatenate([np.zeros(1600), faint, sine(0.5, hertz=441.7) + 1e-3, faint, np.zeros(3200)])
    measures = measure(samples, RATE)
    assert measures.zeros_at_start == pytest.approx(0.1)
    assert measures.zeros_at_end == pytest.approx(0.2)
    assert measures.leading_silence == pytest.approx(0.4)
    assert measures.trailing_silence == pytest.approx(0.5)
    assert measures.silent == pytest.approx(0.9 / 1.9, abs=0.01)
    assert measures.noise_floor == -120


@pytest.mark.parametrize(("under_the_loudest", "silent"), [(-39.0, 0.0), (-41.0, 0.5)])
def test_silence_begins_40_db_under_the_loudest(under_the_loudest, silent):
    quiet = sine(0.5 * 10 ** (under_the_loudest / 20))
    assert measure(np.concatenate([quiet, sine(0.5)]), RATE).leading_silence == 2 * silent
    assert measure(np.concatenate([quiet, sine(0.5)]), RATE).silent == silent


def test_the_noise_floor_is_the_level_of_the_quietest_frames():
    noise = np.random.default_rng(0).normal(0, 0.01, 8000)
    assert measure(np.concatenate([sine(0.5), noise]), RATE).noise_floor == pytest.approx(-40, abs=0.7)


def test_flat_tops_are_counted_above_and_below_at_any_level():
    # A sine of 0.8 cut at half its height is flat where |sin| >= 0.5: for two thirds of the time.
    cut = np.clip(sine(0.8, hertz=100), -0.4, 0.4)
    assert measure(cut, RATE).clipped == pytest.approx(2 / 3, abs=0.02)
    assert measure(np.clip(cut, -1, 0.3), RATE).clipped > 0.6
    assert measure(np.clip(sine(0.8, hertz=100), -1, 0.4), RATE).clipped == pytest.approx(1 / 3, abs=0.02)


def test_tops_of_waves_are_not_flat():
    loud = speech(0) / np.abs(speech(0)).max()
    assert measure(sixteen_bits(loud * 0.99), RATE).clipped == 0
    # In steps of 16 bits, a quiet slow wave stays at its top for several samples.
    assert measure(sixteen_bits(sine(0.02, hertz=100)), RATE).clipped == 0


@pytest.mark.parametrize(("rate", "lower"), [(16000, 8000), (48000, 16000), (44100, 16000), (48000, 22050)])
def test_a_resampled_recording_is_known_by_its_cut_off(rate, lower):
    samples = sixteen_bits(soxr.resample(soxr.resample(speech(3, 2.0, rate), rate, lower), lower, rate))
    measures = measure(samples, rate)
    assert measures.edge > EDGE + 10
    assert measures.bandwidth == pytest.approx(lower / 2, rel=0.1)


@pytest.mark.parametrize("noise", [1e-4, 3e-4, 1e-3])
def test_a_voice_that_falls_to_the_noise_of_a_room_is_no_cut_off(noise):
    """Sadness spoken softly at 48 kHz: nothing of the voice above 1.4 kHz, but the spectrum is not empty."""
    low = signal.sosfilt(signal.butter(12, 1400, fs=48000, output="sos"), speech(5, 2.0, 48000))
    measures = measure(sixteen_bits(low + noise * np.random.default_rng(0).standard_normal(len(low))), 48000)
    assert (measures.bandwidth, measures.edge < EDGE) == (24000, True)


def test_a_cut_off_with_the_noise_of_a_room_above_it_is_none():
    """Above 3 kHz too: what was resampled has nothing but rounding above its cut-off."""
    cut = soxr.resample(soxr.resample(speech(3, 2.0, 48000), 48000, 11025), 11025, 48000)
    assert measure(sixteen_bits(cut), 48000).bandwidth < 6000
    noise = 1e-3 * np.random.default_rng(0).standard_normal(len(cut))
    measures = measure(sixteen_bits(cut + noise), 48000)
    assert (measures.bandwidth, measures.edge) == (24000, 0)


def test_a_hum_is_no_cut_off():
    hum = sum(sine(0.1 / n, hertz=100 * n) for n in range(1, 5))
    assert measure(sixteen_bits(hum), RATE).bandwidth == 8000


def test_how_loud_a_recording_ends():
    cut, faded = speech(1), speech(1) * np.linspace(1, 0, len(speech(1)))
    assert -15 < measure(cut, RATE).end_level <= 0
    assert measure(faded, RATE).end_level < -30
    assert measure(sine(0.5)[:900], RATE).end_level == pytest.approx(0, abs=0.5)  # no whole number of frames


def test_quiet_high_frequencies_are_no_cut_off():
    # 12 dB an octave: 60 dB less at 8 kHz than at 250 Hz, and never a fall at once.
    noise = np.random.default_rng(0).normal(0, 1, 32000)
    spectrum = np.fft.rfft(noise) / np.maximum(np.fft.rfftfreq(32000, 1 / RATE) / 250, 1) ** 2
    sloping = np.fft.irfft(spectrum)
    measures = measure(sloping / np.abs(sloping).max() * 0.9, RATE)
    assert measures.edge < EDGE
    assert measures.bandwidth == RATE / 2


@pytest.mark.parametrize("n", [1, 2, 100, 319, 320, 1023, 1024])
def test_the_shortest_recordings_are_measured(n):
    measures = measure(sine(0.5, hertz=441.7)[100 : 100 + n], RATE)
    assert measures.duration == n / RATE
    assert all(np.isfinite(value) for value in vars(measures).values())
    assert measures.trailing_silence <= measures.duration


def test_silence_is_refused():
    with pytest.raises(AudioError, match="silent"):
        measure(np.zeros(100), RATE)


def test_real_speech_was_recorded_at_its_own_rate(corpora_folder):
    for name in ("emodb/wav/03a01Fa.flac", "ravdess/Actor_01/03-01-05-01-01-01-01.flac"):
        samples = load(Clip(corpora_folder / name).file)
        assert measure(samples, RATE).bandwidth == 8000
        telephone = soxr.resample(soxr.resample(samples, RATE, 8000), 8000, RATE)
        assert measure(sixteen_bits(telephone), RATE).bandwidth == pytest.approx(4000, rel=0.1)


@pytest.mark.parametrize("samples", [1024, 1500, 36_000])
def test_the_long_term_spectrum_is_welchs(samples: int, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(samples).normal(0.1, 0.1, samples).astype(np.float32)
    frequencies, expected = signal.welch(noise, 16000, nperseg=1024, noverlap=0)
    for at_once in (1024, 3):
        monkeypatch.setattr(room, "_SEGMENTS", at_once)
        found = room._long_term_spectrum(noise, 16000)
        np.testing.assert_array_equal(found[0], frequencies)
        np.testing.assert_allclose(found[1], expected, rtol=1e-5)
