"""Features of three classes that any classifier can tell apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

N_CLASSES = 3
FRAMES = 24
ROWS = 4


def vectors(n: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return rows ``[n, 1, 4, 2]`` around three centres, the last attribute always 0, and their classes."""
    random = np.random.default_rng(seed)
    y = np.arange(n) % N_CLASSES
    centres = np.random.default_rng(9).choice([-1.0, 1.0], size=(N_CLASSES, 8))
    X = centres[y] + random.normal(scale=0.3, size=(n, 8))
    X[:, -1] = 0
    return X.astype(np.float32).reshape(n, 1, 4, 2), y


def utterances(n: int, seed: int) -> tuple[list[NDArray[np.float32]], NDArray[np.int64]]:
    """Return utterances ``[t_i, 4]`` that go to and fro around one of three centres, and their classes."""
    random = np.random.default_rng(seed)
    y = np.arange(n) % N_CLASSES
    centres = np.random.default_rng(9).choice([-1.0, 1.0], size=(N_CLASSES, ROWS))
    made = []
    for number in y:
        t = int(random.integers(12, FRAMES + 1))
        swing = np.sin(np.arange(t) / 3)[:, None]
        made.append((centres[number] + 0.5 * swing + random.normal(scale=0.3, size=(t, ROWS))).astype(np.float32))
    return made, y


def padded(utterances: list[NDArray[np.float32]], frames: int = FRAMES, filling: float = 0.0) -> NDArray[np.float32]:
    """Return them in the form ``sequence``, ``[n, 1, 5, frames]``, with a filling beyond their own frames."""
    X = np.full((len(utterances), 1, utterances[0].shape[1] + 1, frames), filling, np.float32)
    X[:, 0, -1] = 0
    for row, own in zip(X, utterances, strict=True):
        row[0, :-1, : len(own)] = own.T
        row[0, -1, : len(own)] = 1
    return X
