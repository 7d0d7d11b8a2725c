"""Sounds like speech, takes of a sentence that differ as takes do, and what becomes of a recording that is copied."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import soundfile
import soxr
from scipy import signal

Sound = tuple[np.ndarray, int]
Copy = Callable[[np.ndarray, int], Sound]


def spoken(sentence: int, speaker: int = 0, take: int = 0, rate: int = 16000) -> np.ndarray:
    """Seven syllables of a voice: harmonics under two formants, and breath; a take has its own tempo and pitch."""
    words, voice_of, now = (
        np.random.default_rng(seed) for seed in ((1, sentence), (2, speaker), (3, sentence, speaker, take))
    )
    lengths = (rate * words.uniform(0.15, 0.35, 7) * now.uniform(0.95, 1.05, 7)).astype(int)
    ends = np.cumsum(lengths)
    time = np.arange(ends[-1])
    centres = ends - lengths / 2
    pitch = voice_of.uniform(90, 240) * np.interp(
        time, centres, words.uniform(0.85, 1.15, 7) * now.uniform(0.98, 1.02, 7)
    )
    formants = [np.interp(time, centres, words.uniform(*span, 7)) for span in ((300, 800), (1000, 2200))]
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    voice = np.zeros(len(time))
    for harmonic in range(1, 25):
        strength = sum(np.exp(-(((harmonic * pitch - formant) / 150) ** 2)) for formant in formants) + 0.02
        voice += strength * np.cos(harmonic * phase)
    syllable = np.concatenate([np.hanning(length) for length in lengths])
    return (0.1 * syllable * voice + 0.002 * now.normal(size=len(time))).astype(np.float32)


def encoded(waveform: np.ndarray, rate: int, **how: object) -> Sound:
    """Write and read again."""
    memory = io.BytesIO()
    soundfile.write(memory, waveform, rate, **how)
    memory.seek(0)
    return soundfile.read(memory, dtype="float32")


def _telephone(waveform: np.ndarray, rate: int) -> Sound:
    """300 to 3400 Hz with the phase of a real filter, 8 kHz, μ-law."""
    line = signal.butter(2, [300, 3400], "bandpass", fs=rate, output="sos")
    narrow = soxr.resample(signal.sosfilt(line, waveform).astype(np.float32), rate, 8000)
    return encoded(narrow, 8000, format="WAV", subtype="ULAW")


def _much(waveform: np.ndarray, rate: int) -> Sound:
    """Trimmed, inverted, soft, padded, narrow-band and MP3."""
    rest = np.pad(-0.2 * waveform[len(waveform) // 5 :], (3000, 0))
    return encoded(soxr.resample(rest, rate, 8000), 8000, format="MP3")


COPIES: dict[str, Copy] = {
    "48 kHz": lambda x, rate: (soxr.resample(x, rate, 48000), 48000),
    "44.1 kHz": lambda x, rate: (soxr.resample(x, rate, 44100), 44100),
    "8 kHz": lambda x, rate: (soxr.resample(x, rate, 8000), 8000),
    "telephone": _telephone,
    "without its first third": lambda x, rate: (x[len(x) // 3 + 7 :], rate),
    "without its last third": lambda x, rate: (x[: -(len(x) // 3)], rate),
    "without a sixth at either end": lambda x, rate: (x[len(x) // 6 + 3 : -(len(x) // 6)], rate),
    "20 dB softer": lambda x, rate: (0.1 * x, rate),
    "clipped": lambda x, rate: (np.clip(x, -0.25 * np.abs(x).max(), 0.25 * np.abs(x).max()), rate),
    "inverted": lambda x, rate: (-x, rate),
    "with an offset": lambda x, rate: (x + np.float32(0.1), rate),
    "padded": lambda x, rate: (np.pad(x, (rate // 2 + 5, rate)), rate),
    "in a longer one": lambda x, rate: (np.concatenate([x[::-1], x, x[::-1]]), rate),
    "MP3": lambda x, rate: encoded(x, rate, format="MP3"),
    "MP3, low rate": lambda x, rate: encoded(x, rate, format="MP3", compression_level=0.99),
    "Vorbis": lambda x, rate: encoded(x, rate, format="OGG", subtype="VORBIS"),
    "Vorbis, low rate": lambda x, rate: encoded(x, rate, format="OGG", subtype="VORBIS", compression_level=0.99),
    "Opus": lambda x, rate: encoded(x, rate, format="OGG", subtype="OPUS"),
    "Opus of 48 kHz": lambda x, rate: encoded(soxr.resample(x, rate, 48000), 48000, format="OGG", subtype="OPUS"),
    "trimmed, soft and Opus": lambda x, rate: encoded(0.3 * x[len(x) // 4 :], rate, format="OGG", subtype="OPUS"),
    "much of it": _much,
}
