"""Short words cut from real recordings: at the onset, where one word of a voice is like another."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import soundfile


def words(files: list[Path], per_file: int = 2) -> tuple[list[np.ndarray], list[tuple[str, int]]]:
    """Cut words of 0.32 to 0.6 s: one at the onset of speech, others anywhere in it; return them with file and number.

    All recordings are of 16 kHz.
    """
    sounds, names = [], []
    for file in files:
        samples, rate = soundfile.read(file, dtype="float32")
        assert rate == 16000
        energy = np.convolve(samples**2, np.ones(rate // 50), "same")
        spoken = np.flatnonzero(energy > 1e-3 * energy.max())
        rng = np.random.default_rng(zlib.crc32(file.name.encode()))
        for number in range(per_file):
            length = int(rate * rng.uniform(0.32, 0.6))
            room = max(0, spoken[-1] - spoken[0] - length)
            start = spoken[0] + (0 if number == 0 else int(room * rng.uniform(0.2, 0.9)))
            word = samples[start : start + length]
            if len(word) > 0.3 * rate:
                sounds.append(word)
                names.append((file.name, number))
    return sounds, names
