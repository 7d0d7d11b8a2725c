"""Recordings as bytes, for uploads: fine ones and bad ones."""

from __future__ import annotations

import io

import numpy as np
import soundfile


def encode(samples: np.ndarray, rate: int = 16000, **how: str) -> bytes:
    """The bytes of a recording; WAV of floats unless ``how`` says otherwise."""
    memory = io.BytesIO()
    soundfile.write(memory, samples, rate, **{"format": "WAV", "subtype": "FLOAT", **how})
    return memory.getvalue()


def noise(seconds: float = 0.3, rate: int = 16000, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.1, 0.1, round(seconds * rate))


def voice(seconds: float, rate: int = 16000, seed: int = 0) -> np.ndarray:
    """Something that changes from second to second, as speech does."""
    random = np.random.default_rng(seed)
    parts = []
    for _ in range(int(np.ceil(seconds))):
        time = np.arange(rate) / rate
        pitch = random.uniform(80, 300)
        buzz = sum(np.sin(2 * np.pi * pitch * harmonic * time) / harmonic for harmonic in range(1, 15))
        parts.append(random.uniform(0.02, 0.2) * buzz * np.maximum(0, np.sin(2 * np.pi * random.uniform(1, 4) * time)))
    return np.concatenate(parts)[: round(seconds * rate)]
