"""Sounds for the tests of this room: a voice of harmonics, and its bytes in any container."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import soundfile

from evenvoice.audio.mpeg import frame


def voice(seconds: float = 3.0, rate: int = 16000) -> np.ndarray:
    """Harmonics of a gliding pitch, float32 ``[n]``, in syllables: nothing that repeats, so that a shift shows."""
    time = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * np.cumsum(120 + 40 * np.sin(2 * np.pi * 0.4 * time)) / rate
    harmonics = sum(np.sin(k * phase) / k for k in range(1, 20))
    return (0.2 * harmonics * (0.55 + 0.45 * np.sin(2 * np.pi * 3.1 * time))).astype(np.float32)


def encoded(samples: np.ndarray | None = None, rate: int = 16000, **how: str) -> bytes:
    """The bytes of a recording as libsndfile writes it."""
    file = io.BytesIO()
    soundfile.write(file, voice(rate=rate) if samples is None else samples, rate, **how)
    return file.getvalue()


def mp3(seconds: float = 3.0, rate: int = 16000, mode: str = "VARIABLE", announced: bool = True) -> bytes:
    """An MP3, with or without the first frame that says how many there are."""
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", rate, 1, format="MP3", bitrate_mode=mode, compression_level=0.3) as sound:
        # Loud, then quiet: the bit rate of the first frames is not that of the rest.
        samples = voice(seconds, rate)
        samples[: samples.size // 4] += np.random.default_rng(0).uniform(-0.3, 0.3, samples.size // 4)
        sound.write(samples)
    data = file.getvalue()
    first = frame(data[:4])
    assert first is not None
    assert data[first.side_end :][:4] in (b"Xing", b"Info")
    return data if announced else data[first.length :]


def written(file: Path, data: bytes) -> Path:
    """Write bytes, and return the path."""
    file.write_bytes(data)
    return file


def likeness(first: np.ndarray, second: np.ndarray) -> float:
    """The correlation of two waveforms, over the length of the shorter."""
    size = min(first.size, second.size)
    return float(np.corrcoef(first[:size], second[:size])[0, 1])


def shift_between(later: np.ndarray, earlier: np.ndarray) -> int:
    """How many samples one waveform lags behind another."""
    size = 1 << (later.size + earlier.size).bit_length()
    product = np.fft.irfft(np.fft.rfft(later, size) * np.conj(np.fft.rfft(earlier, size)))
    best = int(product.argmax())
    return best if best < size // 2 else best - size
