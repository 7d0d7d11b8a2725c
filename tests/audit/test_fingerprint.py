"""Fingerprints: the hash is of the samples, the bits are those of the paper, level and offset are not heard."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest
import soundfile

from evenvoice.audit import fingerprint as module
from evenvoice.audit.fingerprint import BITS, RATE, Fingerprint, decoded_hash, fingerprint
from tests.audit.copies import encoded, spoken


def of(waveform: np.ndarray, rate: int = 16000) -> Fingerprint:
    return fingerprint(np.asarray(waveform, np.float32), rate, "")


def test_hash_is_of_16_bit_samples_and_clips() -> None:
    samples = np.array([0.5, -0.25, 1.0, -1.5], np.float32)
    little_endian = bytes.fromhex("004000e0ff7f0080")
    assert decoded_hash(samples) == hashlib.sha256(little_endian).hexdigest()


def test_hash_is_one_for_all_lossless_containers_and_another_for_one_changed_bit() -> None:
    samples = np.rint(spoken(0) * 32767).astype(np.int16)  # the two encoders round floats differently
    wav, _ = encoded(samples, 16000, format="WAV", subtype="PCM_16")
    flac, _ = encoded(samples, 48000, format="FLAC", subtype="PCM_16")
    assert decoded_hash(wav) == decoded_hash(flac)
    wav[1000] += 1 / 32768
    assert decoded_hash(wav) != decoded_hash(flac)


def test_hash_is_that_of_libsndfiles_own_16_bits(corpora_folder: Path) -> None:
    for file in sorted((corpora_folder / "emodb").rglob("*.flac"))[::45]:
        floats, _ = soundfile.read(file, dtype="float32")
        integers, _ = soundfile.read(file, dtype="int16")
        assert decoded_hash(floats) == hashlib.sha256(integers.tobytes()).hexdigest(), file.name


def test_bits_are_those_of_the_equation() -> None:
    heard = of(spoken(1))
    voice = module._band_pass(module.audio.resample(spoken(1) - spoken(1).mean(), 16000, RATE)).astype(float)
    frequencies = np.fft.rfftfreq(1024, 1 / RATE)
    edges = np.geomspace(300, 1700, BITS + 2)

    def band(frame: int, number: int) -> float:
        power = np.abs(np.fft.rfft(voice[32 * frame : 32 * frame + 1024] * np.hanning(1024))) ** 2
        return float(power[(frequencies >= edges[number]) & (frequencies < edges[number + 1])].sum())

    for frame in (20, 90):
        differences = np.array(
            [(band(frame + 1, m) - band(frame + 1, m + 1)) - (band(frame, m) - band(frame, m + 1)) for m in range(BITS)]
        )
        clear = np.abs(differences) > 1e-4 * np.abs(differences).max()  # float32 may round the others either way
        bits = (int(heard.bits[frame]) >> np.arange(BITS)) & 1
        assert clear.sum() > BITS // 2
        np.testing.assert_array_equal(bits[clear], differences[clear] > 0)


@pytest.mark.parametrize("change", [lambda x: 0.125 * x, lambda x: -x, lambda x: x + 0.125])
def test_level_sign_and_offset_are_not_heard(change) -> None:
    plain, changed = of(spoken(2)), of(change(spoken(2)))
    np.testing.assert_array_equal(changed.audible, plain.audible)
    assert (changed.bits == plain.bits)[plain.audible].mean() > 0.98
    assert abs(np.corrcoef(changed.shape, plain.shape)[0, 1]) > 0.999


def test_the_rate_is_not_heard() -> None:
    low = spoken(3)
    high = module.audio.resample(low, 16000, 48000)
    a, b = of(low), of(high, 48000)
    assert abs(len(a.shape) - len(b.shape)) <= 1
    size = min(len(a.shape), len(b.shape))
    assert np.corrcoef(a.shape[:size], b.shape[:size])[0, 1] > 0.99


@pytest.mark.parametrize(("frequency", "kept"), [(100, 0), (400, 1), (1500, 1), (1900, 0)])
def test_only_250_to_1750_hz_are_kept(frequency: int, kept: int) -> None:
    tone = np.sin(2 * np.pi * frequency * np.arange(32000) / 16000).astype(np.float32)
    middle = module._band_pass(module.audio.resample(tone, 16000, RATE))[2000:-2000]
    assert np.sqrt(2 * np.mean(middle**2)) == pytest.approx(kept, abs=0.01)


def test_the_level_is_half_evened_out() -> None:
    loud_and_soft = np.random.default_rng(0).normal(0, 1, 32000) * np.repeat([0.01, 0.16], 16000)
    shape = of(loud_and_soft).shape.astype(float)
    ratio = shape[4400:-400].std() / shape[400:3600].std()
    assert ratio == pytest.approx(4, rel=0.1)  # 24 dB become 12 dB


def test_silence_is_heard_nowhere() -> None:
    silent = of(np.zeros(16000))
    assert not silent.audible.any()
    assert not silent.shape.any()
    padded = of(np.pad(spoken(4), (16000, 16000)))
    assert not padded.audible[:90].any()
    assert padded.audible.any()


def test_short_and_long_recordings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(of(spoken(5)[:100]).bits) == 1
    whole = of(spoken(5))
    monkeypatch.setattr(module, "_BLOCK", 7)
    np.testing.assert_array_equal(of(spoken(5)).bits, whole.bits)


def test_it_is_small() -> None:
    assert len(pickle.dumps(of(np.tile(spoken(6), 3)[: 3 * 16000]))) < 18_000
