"""Recordings as people have them: those that can be decoded and those that cannot."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

Write = Callable[[Path], object]


def noise(seconds: float = 0.3, rate: int = 16000, loudness: float = 0.1, seed: int = 0) -> np.ndarray:
    return loudness * np.random.default_rng(seed).uniform(-1, 1, round(seconds * rate))


def sound(samples: np.ndarray, rate: int = 16000, **how: str) -> Write:
    """A writer of a WAV file."""
    return lambda file: soundfile.write(os.fsencode(file), samples, rate, **{"format": "WAV", **how})


def cut_off(length: int, **how: str) -> Write:
    """A writer of the first bytes of a recording."""

    def write(file: Path) -> None:
        sound(noise(), **how)(file)
        file.write_bytes(file.read_bytes()[:length])

    return write


@dataclass(frozen=True)
class Bad:
    """A recording that cannot be used: its name, how it comes to be, and what must be said of it."""

    name: str
    write: Write
    says: str


BAD = (
    Bad("empty.wav", Path.touch, r"empty \(0 bytes\); record or download it again, or leave it out"),
    Bad("no samples.wav", sound(np.zeros(0)), "no samples; .*leave it out"),
    Bad("silent.wav", sound(np.zeros(4000)), r"silent \(every sample is zero\); .*leave it out"),
    Bad("constant.wav", sound(np.full(4000, 0.25)), r"constant \(every sample is 0\.25\); .*leave it out"),
    Bad("inverted.wav", sound(np.stack([noise(), -noise()], axis=1)), "its channels cancel"),
    Bad("integers.wav", sound(1e5 * noise(), subtype="FLOAT"), "samples reach 9,99., where full scale is 1; divide"),
    Bad("clipped.wav", sound(np.clip(100 * noise(), -1, 1)), "clipped"),
    Bad("cut off.wav", cut_off(4044), "cut off: its header promises 9,600 bytes of samples, 4,000 are there"),
    Bad("one sample.wav", sound(noise(1 / 16000)), r"lasts 6\.[23]e-05 s, expected 0\.1 s or more; .*leave it out"),
    Bad("a hundredth of a second.wav", sound(noise(0.01)), r"lasts 0\.01 s, expected 0\.1 s or more; .*leave it out"),
    Bad(
        "page.au",
        lambda file: file.write_text("<html>" * 50, encoding="utf-8"),
        "holds text, not audio; .*leave it out",
    ),
    Bad("NaN.wav", sound(np.full(4000, np.nan), subtype="FLOAT"), "NaN or infinite; .*leave it out"),
    Bad("header cut off.wav", cut_off(20), "cut off.*; try ffmpeg .*, or leave it out"),
    Bad("cut off.flac", cut_off(2000, format="FLAC"), "cut off.*leave it out"),
    Bad(
        "text.wav",
        lambda file: file.write_text("hello\n" * 50, encoding="utf-8"),
        "holds text, not audio; .*leave it out",
    ),
    Bad("noise.m4a", lambda file: file.write_bytes(bytes(range(256))), "convert it: ffmpeg "),
    Bad("cut off.m4a", lambda file: file.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(256)), "cut off|evenvoice.media"),
    Bad("missing.wav", lambda file: file.symlink_to("nowhere"), "no such file; check the path"),
    # A link to itself: root may read everything else.
    Bad("unreadable.wav", lambda file: file.symlink_to(file.name), "cannot be read .*; check its permissions"),
)

FINE: dict[str, Write] = {
    "clipped here and there.wav": sound(np.clip(15 * noise(seed=1), -1, 1)),
    "8 channels.wav": sound(np.stack([noise(seed=seed) for seed in range(8)], axis=1)),
    "8 bit.wav": sound(noise(seed=2), subtype="PCM_U8"),
    "192 kHz.wav": sound(noise(rate=192000, seed=3), 192000),
    "a tenth of a second.wav": sound(noise(0.1, seed=4)),
    "it's \"quoted\" 'twice'.wav": sound(noise(seed=5)),
    "émotion 🎤 $x$ <b>.wav": sound(noise(seed=6)),
    "-dash,comma; and  two spaces.wav": sound(noise(seed=7)),
}

# Old archives hold names in Latin-1. Other systems refuse them themselves.
LATIN_1 = os.fsdecode(b"fr\xf6hlich.wav")
if sys.platform == "linux":
    FINE[LATIN_1] = sound(noise(seed=9))
