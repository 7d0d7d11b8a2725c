"""Small training sets and sounds for the contract checks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SHAPES: tuple[tuple[int, ...], ...] = ((4,), (1, 2, 6))


def training_set(
    shape: tuple[int, ...], dtype: type[np.floating[Any]] = np.float32
) -> tuple[NDArray[Any], NDArray[np.str_], NDArray[np.int64]]:
    """Return features [180, *shape], labels of three classes that overlap a little, and speakers.

    Examples:
        >>> X, y, speakers = training_set((4,))
        >>> X.shape, np.unique(y, return_counts=True)[1].tolist(), len(set(speakers.tolist()))
        ((180, 4), [54, 36, 90], 3)
    """
    random = np.random.default_rng(2)
    y = random.permutation(np.repeat(["angry", "happy", "neutral"], [54, 36, 90]))
    centres = {"angry": 0.0, "happy": 1.5, "neutral": 3.0}
    X = random.normal(size=(len(y), *shape)) + np.array([centres[label] for label in y]).reshape(
        -1, *(1 for _ in shape)
    )
    return X.astype(dtype), y, np.arange(len(y)) % 3


def awkward_sets() -> dict[str, tuple[NDArray[Any], NDArray[Any]]]:
    """Return training sets that a sampler must plan on, or refuse in one line."""
    random = np.random.default_rng(0)

    def of(*sizes: int) -> tuple[NDArray[Any], NDArray[Any]]:
        y = np.repeat(np.arange(len(sizes)), sizes)
        return random.normal(size=(len(y), 3)).astype(np.float32), y

    X, y = of(20, 9)
    nan, far = X.copy(), X.copy()
    nan[3, 1], far[3, 1] = np.nan, np.inf
    return {
        "a class of 1 row": of(12, 1),
        "a class of 2 rows": of(12, 2),
        "a class of 5 rows": of(12, 5),
        "one row of each class": of(1, 1),
        "one class": of(12),
        "fewer rows than neighbours": of(3, 2),
        "NaN": (nan, y),
        "infinity": (far, y),
        "constant features": (np.ones_like(X), y),
        "identical rows in one class": (np.where(y[:, None] == 1, np.float32(1), X), y),
        "one feature": (X[:, :1], y),
        "integers": (np.arange(87).reshape(29, 3), y),
        "y too short": (X, y[:-1]),
        "no rows": (X[:0], y[:0]),
        "no features": (X[:, :0], y),
        "a label that is missing": (X, np.array([None, *y[1:]], dtype=object)),
        "continuous labels with NaN": (X, np.where(y == 0, np.nan, 0.5)),
    }


def sounds(rate: int) -> dict[str, NDArray[np.float32]]:
    """Return waveforms that an extractor must take, float32 ``[n]`` at so many samples a second.

    Examples:
        >>> {name: wave.size for name, wave in sounds(8000).items()}["voice"]
        5600
    """
    rng = np.random.default_rng(0)
    time = np.arange(round(0.7 * rate)) / rate
    voice = 0.1 * sum(np.sin(2 * np.pi * 130 * harmonic * time) / harmonic for harmonic in range(1, 15))
    sounds = {
        "voice": voice * (1 + 0.5 * np.sin(2 * np.pi * 3 * time)),
        "noise": 0.1 * rng.standard_normal(round(1.1 * rate)),
        "silence": np.zeros(round(0.4 * rate)),
        "a click": np.eye(1, round(0.3 * rate), 100)[0],
        "one sample": np.ones(1),
        "full scale": np.sign(np.sin(2 * np.pi * 200 * time)),
    }
    return {name: sound.astype(np.float32) for name, sound in sounds.items()}
