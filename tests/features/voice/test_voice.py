"""Descriptors of sounds whose answer is known."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from evenvoice.audio import load
from evenvoice.features.voice import Voice

RATE = 16000
TIME = np.arange(RATE) / RATE


def rows_of(sound: NDArray[np.floating], rate: int = RATE) -> dict[str, NDArray[np.float32]]:
    """The descriptors of one sound, by name."""
    voice = Voice(sample_rate=rate)
    waveform = torch.from_numpy(sound.astype(np.float32))[None]
    rows, frames = voice(waveform, torch.tensor([len(sound)]))
    return dict(zip(voice.row_names, rows[0, :, : int(frames)].numpy(), strict=True))


def middle(values: NDArray[np.float32]) -> float:
    return float(np.median(values))


def tone(frequency: float, level: float = 0.5) -> NDArray[np.float64]:
    return level * np.sin(2 * np.pi * frequency * TIME)


def white(level: float = 0.1) -> NDArray[np.float64]:
    return level * np.random.default_rng(0).standard_normal(RATE)


def impulses(frequency: float) -> NDArray[np.float64]:
    """A train of impulses: all harmonics, equally strong."""
    train = np.zeros(RATE)
    train[:: round(RATE / frequency)] = 0.5
    return train


@pytest.mark.parametrize("frequency", [300.0, 1000.0, 3000.0])
def test_a_tone_lies_where_it_lies(frequency: float) -> None:
    rows = rows_of(tone(frequency))
    bin_width = RATE / 512 / 1000
    assert middle(rows["centroid"]) == pytest.approx(frequency / 1000, abs=0.01)
    assert middle(rows["roll-off 50"]) == pytest.approx(frequency / 1000, abs=bin_width)
    # The Hann window spreads a tone over its main lobe alone: 4 bins of 40 Hz wide.
    assert middle(rows["spread"]) < 0.03
    assert middle(rows["entropy"]) < 0.4
    # Two changes of sign a period.
    assert middle(rows["zero crossings"]) == pytest.approx(2 * frequency / RATE, rel=0.05)
    assert middle(rows["flux"]) == pytest.approx(0, abs=0.02)


def test_twice_the_amplitude_is_so_much_more_energy_and_loudness() -> None:
    quiet, loud = rows_of(white(0.1)), rows_of(white(0.2))
    np.testing.assert_allclose(loud["energy"] - quiet["energy"], math.log(4), atol=1e-4)
    np.testing.assert_allclose(loud["loudness"] / quiet["loudness"], 4**0.33, rtol=1e-4)
    np.testing.assert_allclose(loud["high band"] - quiet["high band"], math.log(4), atol=1e-4)
    for name in ("centroid", "entropy", "mfcc 3", "slope", "periodicity", "alpha ratio", "Hammarberg index"):
        np.testing.assert_allclose(loud[name], quiet[name], atol=2e-3, err_msg=name)


def test_white_noise_is_flat() -> None:
    rows = rows_of(white())
    assert np.mean(rows["centroid"]) == pytest.approx(4.0, abs=0.1)
    # A uniform distribution over 8 kHz: σ = 8 / √12, kurtosis 9 / 5.
    assert np.mean(rows["spread"]) == pytest.approx(8 / math.sqrt(12), rel=0.03)
    assert np.mean(rows["kurtosis"]) == pytest.approx(1.8, abs=0.1)
    assert np.mean(rows["skewness"]) == pytest.approx(0, abs=0.05)
    for share in (25, 50, 75, 90):
        assert np.mean(rows[f"roll-off {share}"]) == pytest.approx(8 * share / 100, rel=0.05)
    assert np.mean(rows["slope"]) == pytest.approx(0, abs=0.02)
    # 4 of 8 kHz, and 950 Hz.
    assert np.mean(rows["alpha ratio"]) == pytest.approx(math.log(4000 / 950), abs=0.15)
    assert np.mean(rows["zero crossings"]) == pytest.approx(0.5, abs=0.02)
    assert np.mean(rows["periodicity"]) < 0.4


@pytest.mark.parametrize("pitch", [80, 125, 200, 400])
def test_impulses_are_periodic_and_noise_hides_it(pitch: int) -> None:
    train = impulses(pitch)
    assert middle(rows_of(train)["periodicity"]) > 0.95
    power = np.mean(train**2)
    ratios = [
        middle(rows_of(train + white(math.sqrt(power * 10 ** (-snr / 10))))["harmonicity"]) for snr in (20, 10, 0)
    ]
    assert ratios[0] > ratios[1] > ratios[2]
    # Flat harmonics and flat noise: the ratio is that of the powers, but for the fluctuation of the noise.
    assert ratios[1] == pytest.approx(10, abs=2)


def test_the_bands_of_a_flat_spectrum_grow_with_their_width() -> None:
    rows = rows_of(impulses(50))
    bands = np.array([middle(rows[f"band {number}"]) for number in range(1, 27)])
    # Up to 1 kHz all are equally wide; then each is wider than the one before.
    assert bands[:9] == pytest.approx(bands[0], rel=0.06)
    assert (np.diff(bands[10:]) > 0).all()
    assert np.sum(bands) == pytest.approx(middle(rows["loudness"]), rel=1e-2)


def test_the_delta_of_a_rising_tone_is_its_speed() -> None:
    rows = rows_of(0.5 * np.sin(2 * np.pi * (500 * TIME + 1000 * TIME**2)))
    # The frequency rises by 2 kHz a second, 0.02 kHz a frame.
    assert middle(rows["Δ centroid"]) == pytest.approx(0.02, rel=0.05)


def test_quiet_ends_are_cut_off() -> None:
    sound = np.concatenate([white(1e-3), white(0.1), white(1e-3)])  # the ends lie 40 dB lower
    assert len(rows_of(sound)["energy"]) == pytest.approx(101, abs=3)
    louder = np.concatenate([white(3e-3), white(0.1), white(3e-3)])  # 30 dB
    assert len(rows_of(louder)["energy"]) == pytest.approx(301, abs=3)


def test_padding_and_neighbours_change_nothing() -> None:
    voice = Voice()
    sounds = [np.concatenate([white(1e-4), tone(440), white()]), white()[:801], tone(200)[:160], np.array([0.1])]
    lengths = [len(sound) for sound in sounds]
    batch = torch.full((len(sounds), max(lengths) + 777), torch.nan)
    for row, sound in zip(batch, sounds, strict=True):
        row[: len(sound)] = torch.from_numpy(sound)
    together, frames = voice(batch, torch.tensor(lengths))
    for sound, found, count in zip(sounds, together, frames, strict=True):
        alone, own = voice(torch.from_numpy(sound.astype(np.float32))[None], torch.tensor([len(sound)]))
        assert int(own) == int(count)
        torch.testing.assert_close(found[:, :count], alone[0, :, :count], rtol=1e-3, atol=2e-3)
        assert not found[:, count:].any()


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
def test_any_rate_and_length_is_finite(rate: int) -> None:
    voice = Voice(sample_rate=rate)
    assert len(set(voice.row_names)) == voice.n_rows
    for length in (1, 2, 79, 80, 159, 160, 161, 441, 4801):
        for sound in (
            torch.zeros(1, length),
            torch.ones(1, length),
            torch.randn(1, length),
            1e6 * torch.randn(1, length),
        ):
            rows, frames = voice(sound, torch.tensor([length]))
            assert rows.shape == (1, voice.n_rows, 1 + length // voice.hop_length)
            assert 1 <= int(frames) <= rows.shape[2]
            assert rows.isfinite().all()


def test_without_deltas() -> None:
    sound, length = torch.randn(1, 8000), torch.tensor([8000])
    plain, both = Voice(deltas=False), Voice()
    assert both.row_names == (*plain.row_names, *(f"Δ {name}" for name in plain.row_names))
    assert torch.equal(plain(sound, length)[0], both(sound, length)[0][:, : plain.n_rows])


def test_real_speech_is_voiced_in_part(corpora_folder: Path) -> None:
    for file in sorted((corpora_folder / "emodb").rglob("*.flac"))[::107]:
        periodicity = rows_of(load(file, rate=RATE))["periodicity"]
        assert 0.2 < np.mean(periodicity > 0.7) < 0.95, file
