"""Copies as files: what people do to a recording before it ends up in a corpus a second time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import soundfile

from tests.audit.copies import COPIES

CopyFile = Callable[[Path, Path], Path]


def _changed(name: str) -> CopyFile:
    """A copy as WAV, changed."""

    def copy(source: Path, target: Path) -> Path:
        soundfile.write(target.with_suffix(".wav"), *COPIES[name](*soundfile.read(source, dtype="float32")))
        return target.with_suffix(".wav")

    return copy


def _as(suffix: str, **how: str) -> CopyFile:
    """A copy in another container."""

    def copy(source: Path, target: Path) -> Path:
        soundfile.write(target.with_suffix(suffix), *soundfile.read(source, dtype="float32"), **how)
        return target.with_suffix(suffix)

    return copy


EXACT = {"WAV": _as(".wav"), "FLAC": _as(".flac")}
ENCODED = {
    "MP3": _as(".mp3"),
    "Opus": _as(".ogg", subtype="OPUS"),
    "Vorbis": _as(".ogg", subtype="VORBIS"),
    "eight bits": _as(".wav", subtype="PCM_U8"),
}
CHANGED = {
    name: _changed(name)
    for name in (
        "8 kHz",
        "44.1 kHz",
        "telephone",
        "without a sixth at either end",
        "20 dB softer",
        "inverted",
        "padded",
    )
}
EVERY = EXACT | ENCODED | CHANGED
