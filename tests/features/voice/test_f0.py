"""F0 of synthetic voices that is known, and of real ones as librosa's pYIN finds it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from evenvoice.audio import load
from evenvoice.features.voice import Voice

RATE = 16000
TIME = np.arange(RATE) / RATE
Wave = NDArray[np.floating]
# Formants (Hz, bandwidth) of three vowels.
VOWELS = {
    "a": ((700, 90), (1200, 110), (2600, 160)),
    "i": ((280, 60), (2250, 100), (2900, 120)),
    "u": ((320, 60), (800, 80), (2300, 120)),
}
VOICES = {
    "steady 70": np.full(RATE, 70.0),
    "steady 120": np.full(RATE, 120.0),
    "steady 250": np.full(RATE, 250.0),
    "steady 450": np.full(RATE, 450.0),
    "glide up": 100 * 3**TIME,
    "glide down": 400 * 0.2**TIME,
    "vibrato": 220 * 2 ** (0.05 * np.sin(2 * np.pi * 6 * TIME)),
    "wide vibrato": 400 * 2 ** (0.08 * np.sin(2 * np.pi * 5 * TIME)),
}


def sung(f0: Wave, vowel: str = "a", phase: Wave | None = None) -> Wave:
    """All harmonics, 1/k strong, each as strong again as the vowel's resonators let it through at that moment."""
    phase = np.cumsum(f0) / RATE if phase is None else phase
    wave = np.zeros(len(f0))
    for harmonic in range(1, int(7600 / f0.min()) + 1):
        frequency = harmonic * f0
        gain = np.where(frequency < 7600, 1 / harmonic, 0)
        for centre, width in VOWELS[vowel]:
            gain = gain / np.abs(1 - (frequency / centre) ** 2 + 1j * width * frequency / centre**2)
        wave += gain * np.cos(2 * np.pi * harmonic * phase)
    return 0.1 * wave / np.sqrt(np.mean(wave**2))


def with_noise(wave: Wave, snr: float) -> Wave:
    return wave + 0.1 * 10 ** (-snr / 20) * np.random.default_rng(0).standard_normal(len(wave))


def f0_of(wave: Wave, voice: Voice | None = None) -> tuple[Wave, NDArray[np.bool_]]:
    """F0 in Hz and which frames are voiced, before quiet ends are cut off."""
    voice = voice or Voice(f0=True)
    assert voice.f0 is not None
    with torch.inference_mode():
        band = voice.voicing.band(torch.from_numpy(wave.astype(np.float32))[None])
        octaves, voiced = voice.f0(band, torch.tensor([band.shape[2]]))[0].numpy()
    return 100 * 2**octaves, voiced > 0


def errors(f0: Wave, wave: Wave) -> tuple[float, float, float]:
    """Shares of voiced frames, of gross errors (above 20 %) among them, and the median of the relative errors."""
    found, voiced = f0_of(wave)
    true = f0[np.minimum(np.arange(len(found)) * 160, len(f0) - 1)]
    inner = slice(4, -4)  # the others' windows reach beyond the ends
    off = np.abs(found / true - 1)[inner][voiced[inner]]
    return float(voiced[inner].mean()), float((off > 0.2).mean()), float(np.median(off))


@pytest.mark.parametrize("vowel", VOWELS)
@pytest.mark.parametrize("name", VOICES)
def test_a_clean_voice_has_its_f0(name: str, vowel: str) -> None:
    voiced, gross, median = errors(VOICES[name], sung(VOICES[name], vowel))
    assert voiced > 0.98
    assert gross == 0
    assert median < 0.003


@pytest.mark.slow
@pytest.mark.parametrize(("snr", "allowed"), [(20, 0.01), (10, 0.05), (5, 0.10), (0, 0.15)])
def test_gross_errors_in_white_noise(snr: int, allowed: float) -> None:
    found = [errors(f0, with_noise(sung(f0, vowel), snr)) for f0 in VOICES.values() for vowel in VOWELS]
    voiced, gross, median = np.mean(found, axis=0)
    assert voiced > 0.95
    assert gross < allowed
    assert median < 0.01


def test_creak_is_voiced_though_each_period_is_of_its_own_length() -> None:
    random = np.random.default_rng(0)
    periods = RATE / 75 * (1 + 0.03 * random.standard_normal(90))
    ends = np.concatenate([[0], np.cumsum(periods)])
    phase = np.interp(np.arange(RATE), ends, np.arange(len(ends)))
    f0 = np.full(RATE, 75.0)
    voiced, gross, median = errors(f0, sung(f0, phase=phase))
    assert voiced > 0.9
    assert gross < 0.02
    assert median < 0.04


def test_noise_and_silence_have_no_f0() -> None:
    for wave in (np.zeros(RATE), 0.1 * np.random.default_rng(0).standard_normal(RATE), np.ones(RATE), np.ones(1)):
        found, voiced = f0_of(wave)
        assert not voiced.any()
        np.testing.assert_array_equal(found, 100)  # 0 octaves


def test_a_pause_parts_two_voices() -> None:
    low, high = sung(np.full(RATE // 2, 110.0)), sung(np.full(RATE // 2, 330.0))
    found, voiced = f0_of(np.concatenate([low, 1e-3 * low, high]))
    assert np.flatnonzero(np.diff(voiced.astype(int))) == pytest.approx([50, 99], abs=4)
    assert np.median(found[:45]) == pytest.approx(110, rel=0.01)
    assert np.median(found[-45:]) == pytest.approx(330, rel=0.01)


def test_f0_is_the_last_two_rows_and_the_others_are_what_they_are_without() -> None:
    wave = torch.from_numpy(sung(VOICES["vibrato"]).astype(np.float32))[None]
    lengths = torch.tensor([RATE])
    plain, both = Voice(), Voice(f0=True)
    assert both.row_names == (*plain.row_names, "F0", "voiced")
    rows, frames = both(wave, lengths)
    expected, count = plain(wave, lengths)
    assert torch.equal(rows[:, :-2], expected)
    assert torch.equal(frames, count)
    assert 2 ** rows[0, -2, 5:-5].mean() * 100 == pytest.approx(220, rel=0.01)


def test_padding_and_neighbours_change_no_f0() -> None:
    voice = Voice(f0=True)
    sounds = [sung(VOICES["glide up"]), with_noise(sung(VOICES["glide down"])[:9000], 10), np.zeros(300), np.ones(1)]
    lengths = [len(sound) for sound in sounds]
    batch = torch.full((len(sounds), RATE + 777), torch.nan)
    for row, sound in zip(batch, sounds, strict=True):
        row[: len(sound)] = torch.from_numpy(sound.astype(np.float32))
    together, frames = voice(batch, torch.tensor(lengths))
    for sound, found, count in zip(sounds, together, frames, strict=True):
        alone, own = voice(torch.from_numpy(sound.astype(np.float32))[None], torch.tensor([len(sound)]))
        assert int(own) == int(count)
        torch.testing.assert_close(found[-2:, :count], alone[0, -2:, :count], rtol=1e-4, atol=1e-4)
        assert not found[-2:, count:].any()


@pytest.mark.parametrize("rate", [8000, 44100, 48000])
def test_any_rate_has_the_same_f0(rate: int) -> None:
    time = np.arange(rate) / rate
    wave = sum(np.cos(2 * np.pi * 180 * k * time) / k for k in range(1, 15))
    found, voiced = f0_of(np.asarray(wave), Voice(sample_rate=rate, f0=True))
    assert voiced.all()
    assert np.median(found) == pytest.approx(180, rel=0.003)


@pytest.mark.slow
def test_real_voices_have_the_f0_that_pyin_finds(corpora_folder: Path) -> None:
    librosa = pytest.importorskip("librosa")
    differences = []
    for file in sorted((corpora_folder / "emodb").rglob("*.flac"))[::180]:
        wave = load(file, rate=RATE)
        found, voiced = f0_of(wave)
        pitch, *_ = librosa.pyin(wave, fmin=60, fmax=600, sr=RATE, frame_length=1024, hop_length=160)
        n = min(len(found), len(pitch))
        common = voiced[:n] & ~np.isnan(pitch[:n])
        assert common.mean() > 0.3
        differences.append(np.abs(found[:n] / pitch[:n] - 1)[common])
    together = np.concatenate(differences)
    assert np.median(together) < 0.02
    assert (together > 0.2).mean() < 0.03
