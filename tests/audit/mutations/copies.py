"""What people do to a recording before it ends up in a corpus a second time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

Samples = npt.NDArray[np.float32]


def _wav(change: Callable[[Samples, int], Samples]) -> Callable[[Path, Path], Path]:
    """A copy as WAV, changed."""

    def copy(source: Path, target: Path) -> Path:
        samples, rate = soundfile.read(source, dtype="float32")
        soundfile.write(target.with_suffix(".wav"), change(samples, rate), rate)
        return target.with_suffix(".wav")

    return copy


def _as(suffix: str, **how: str) -> Callable[[Path, Path], Path]:
    """A copy in another container."""

    def copy(source: Path, target: Path) -> Path:
        samples, rate = soundfile.read(source, dtype="float32")
        soundfile.write(target.with_suffix(suffix), samples, rate, **how)
        return target.with_suffix(suffix)

    return copy


def _at(new_rate: int) -> Callable[[Path, Path], Path]:
    """A copy at another sample rate."""

    def copy(source: Path, target: Path) -> Path:
        samples, rate = soundfile.read(source, dtype="float32")
        soundfile.write(target.with_suffix(".wav"), soxr.resample(samples, rate, new_rate), new_rate)
        return target.with_suffix(".wav")

    return copy


def _zeros(rate: int, seconds: float) -> Samples:
    return np.zeros(round(seconds * rate), np.float32)


EXACT = {
    "a copy": _wav(lambda samples, rate: samples),
    "FLAC for WAV": _as(".flac"),
}
NEAR = {
    "MP3": _as(".mp3"),
    "Opus": _as(".ogg", subtype="OPUS"),
    "Vorbis": _as(".ogg", subtype="VORBIS"),
    "trimmed at both ends": _wav(lambda samples, rate: samples[len(samples) // 8 : -len(samples) // 8]),
    "half as loud": _wav(lambda samples, rate: samples / 2),
    "polarity reversed": _wav(lambda samples, rate: -samples),
    "padded with zeros": _wav(
        lambda samples, rate: np.concatenate([_zeros(rate, 0.3), samples, _zeros(rate, 0.2)])  # type: ignore[arg-type]
    ),
    "eight bits": _as(".wav", subtype="PCM_U8"),
    "8 kHz": _at(8000),
    "44.1 kHz": _at(44100),
    "noise at 20 dB": _wav(
        lambda samples, rate: (
            samples + 0.1 * samples.std() * np.random.default_rng(0).standard_normal(len(samples))
        ).astype(np.float32)
    ),
}
