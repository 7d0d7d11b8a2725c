"""What each perturbation does to tones and noise, and what all of them promise."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from evenvoice.audio.perturbation import PERTURBATIONS, open_perturbation
from evenvoice.errors import EvenvoiceError

RATE = 16000
EXAMPLES = [kind.example for kind in PERTURBATIONS.values()] + ["codec:opus", "codec:vorbis", "codec:telephone"]
every_example = pytest.mark.parametrize("text", EXAMPLES)


def tone(frequency: float, seconds: float = 1.0) -> NDArray[np.float32]:
    return (0.3 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def vowel() -> NDArray[np.float32]:
    """Harmonics of 125 Hz under one resonance at 1 kHz."""
    harmonics = 125 * np.arange(1, 60)
    gains = np.exp(-0.5 * ((harmonics - 1000) / 200) ** 2) + 0.003
    time = np.arange(RATE) / RATE
    sound = (gains[:, None] * np.sin(2 * np.pi * harmonics[:, None] * time + harmonics[:, None])).sum(axis=0)
    return (0.1 * sound).astype(np.float32)


def spectrum(sound: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    part = sound[2000:-2000] * np.hanning(len(sound) - 4000)
    return np.fft.rfftfreq(len(part), 1 / RATE), np.abs(np.fft.rfft(part)) ** 2


def strongest(sound: NDArray[np.float32]) -> float:
    frequency, power = spectrum(sound)
    return float(frequency[power.argmax()])


def centre(sound: NDArray[np.float32], low: float, high: float) -> float:
    """The mean frequency within a band."""
    frequency, power = spectrum(sound)
    inside = (frequency > low) & (frequency < high)
    return float((frequency * power)[inside].sum() / power[inside].sum())


@every_example
def test_it_is_pure_and_the_seed_decides(text: str) -> None:
    perturb, sound = open_perturbation(text), vowel()
    before = sound.copy()
    one, again, other = (perturb(sound, RATE, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(sound, before)
    np.testing.assert_array_equal(one, again)
    assert one.dtype == np.float32
    assert one.ndim == 1
    assert np.isfinite(one).all()
    seeded = text.partition(":")[0] in ("noise", "room")
    assert np.array_equal(one, other) is not seeded
    assert one.size != sound.size or not np.allclose(one, sound, atol=1e-4)


@every_example
@pytest.mark.parametrize("length", [1, 2, 100, 801])
def test_silence_and_the_shortest_sounds(text: str, length: int) -> None:
    for sound in (np.zeros(length, np.float32), np.full(length, 0.5, np.float32)):
        found = open_perturbation(text)(sound, RATE)
        assert np.isfinite(found).all()
        assert found.size >= 1


@pytest.mark.parametrize(
    ("text", "length", "frequency"),
    [
        ("speed:1.1", 1 / 1.1, 440 * 1.1),
        ("speed:0.9", 1 / 0.9, 440 * 0.9),
        ("tempo:1.25", 0.8, 440),
        ("tempo:0.8", 1.25, 440),
        ("pitch:12", 1, 880),
        ("pitch:-1", 1, 440 / 2 ** (1 / 12)),
        ("formants:1.1", 1, 440),
    ],
)
def test_length_and_pitch_of_a_tone(text: str, length: float, frequency: float) -> None:
    found = open_perturbation(text)(tone(440, 2), RATE)
    assert found.size == pytest.approx(length * 2 * RATE, abs=2)
    assert strongest(found) == pytest.approx(frequency, abs=1.5)


@pytest.mark.parametrize("factor", [0.85, 1.15])
def test_formants_move_and_harmonics_stay(factor: float) -> None:
    found = open_perturbation(f"formants:{factor}")(vowel(), RATE)
    # A smoothed envelope moves a narrow resonance by a little less.
    moved = centre(found, 400, 2000) / centre(vowel(), 400, 2000)
    assert 0.6 < np.log(moved) / np.log(factor) < 1.1
    frequency, power = spectrum(found)
    offset = np.abs(frequency / 125 - np.round(frequency / 125)) * 125
    assert power[offset < 5].sum() > 0.95 * power.sum()


@pytest.mark.parametrize("snr", [0, 10, 20])
def test_noise_is_so_far_below(snr: int) -> None:
    sound = vowel()
    added = open_perturbation(f"noise:{snr}")(sound, RATE, 3) - sound
    assert 10 * np.log10(np.mean(sound**2) / np.mean(added**2)) == pytest.approx(snr, abs=0.01)
    # Pink: every octave has the same power.
    frequency, power = spectrum(added)
    octaves = [power[(frequency >= low) & (frequency < 2 * low)].sum() for low in (250, 500, 1000, 2000)]
    assert max(octaves) < 2 * min(octaves)


def test_a_room_goes_on_after_the_sound_and_falls_by_60_db() -> None:
    click = np.zeros(2 * RATE, np.float32)
    click[0] = 1.0
    response = open_perturbation("room:0.5")(click, RATE)
    assert np.sum(response**2) == pytest.approx(1, rel=1e-3)
    assert response[0] ** 2 == pytest.approx(0.5, rel=1e-3)
    early, late = (np.mean(response[int(at * RATE) : int((at + 0.05) * RATE)] ** 2) for at in (0.05, 0.30))
    assert 10 * np.log10(early / late) == pytest.approx(30, abs=3)


def test_gain_in_db_and_cut_at_full_scale() -> None:
    sound = tone(440)
    np.testing.assert_allclose(open_perturbation("gain:-20")(sound, RATE), sound / 10, rtol=1e-6)
    assert np.abs(open_perturbation("gain:40")(sound, RATE)).max() == 1


@pytest.mark.parametrize("text", ["band:300-3400", "codec:telephone"])
def test_a_channel_keeps_its_band(text: str) -> None:
    channel = open_perturbation(text)
    inside = channel(tone(1000), RATE)
    assert 10 * np.log10(np.mean(inside[2000:-2000] ** 2) / np.mean(tone(1000) ** 2)) == pytest.approx(0, abs=0.3)
    for frequency in (100, 6000):
        outside = channel(tone(frequency), RATE)[2000:-2000]
        assert 10 * np.log10(np.mean(outside**2) / np.mean(tone(1000) ** 2) + 1e-12) < -30


@pytest.mark.parametrize("name", ["mp3", "opus", "vorbis"])
def test_a_codec_keeps_sound_and_place(name: str) -> None:
    sound = vowel()
    found = open_perturbation(f"codec:{name}")(sound, RATE)
    assert found.size == sound.size
    assert np.corrcoef(found[2000:-2000], sound[2000:-2000])[0, 1] > 0.9


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("speed", "perturbation 'speed': '' is not a value for speed; give a number from 0.25 to 4, as in speed:0.9"),
        ("speed:0", "'0' is not a value for speed"),
        ("noise:nan", "'nan' is not a value for noise"),
        ("band:3400-300", "give two numbers 0 or more, rising, as in band:300-3400"),
        ("codec:mp4", r"codec 'mp4' is unknown \(did you mean 'mp3'\?\)"),
        ("eco:1", "'eco' is unknown"),
    ],
)
def test_what_cannot_be_is_refused(text: str, expected: str) -> None:
    with pytest.raises(EvenvoiceError, match=expected):
        open_perturbation(text)


def test_what_is_joined_is_done_one_after_the_other() -> None:
    sound = vowel()
    expected = open_perturbation("noise:+10")(open_perturbation("speed:0.9")(sound, RATE, 3), RATE, 3)
    np.testing.assert_array_equal(open_perturbation("speed:0.9+noise:+10")(sound, RATE, 3), expected)


@pytest.mark.parametrize("text", ["speed:0.9+", "speed:0.9+nose:10", "+speed:0.9", "speed:0.9++gain:3", "speed+gain:3"])
def test_each_of_what_is_joined_must_be_one(text: str) -> None:
    with pytest.raises(EvenvoiceError, match="perturbation"):
        open_perturbation(text)
