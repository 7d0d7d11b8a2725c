"""Recordings made of noise that rises and falls as speech does, and corpora of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from evenvoice.corpora import Corpus
from evenvoice.corpora.corpus import Utterance, table_of

RATE = 16000
EMOTIONS = ("angry", "sad")


def speech(seed: int, seconds: float = 0.5, rate: int = RATE) -> np.ndarray:
    """White noise in syllables of random length and level, over a faint noise: float64 ``[n]``."""
    random = np.random.default_rng(seed)
    n = round(seconds * rate)
    levels = np.interp(np.arange(n), np.linspace(0, n, 12), random.uniform(0.02, 0.3, 12))
    return np.clip(random.normal(0, 1, n) * levels, -0.99, 0.99)


def noise_corpus(
    folder: Path,
    *,
    speakers: int = 6,
    takes: int = 5,
    alter: Callable[[np.ndarray, Utterance], np.ndarray] | None = None,
    edit: Callable[[Utterance], Utterance] | None = None,
) -> Corpus:
    """Speakers × emotions × takes, each a recording of its own; nothing tells the emotion unless it is altered."""
    rows = []
    folder.mkdir(parents=True, exist_ok=True)
    for speaker in range(speakers):
        for emotion in EMOTIONS:
            for take in range(takes):
                number = len(rows)
                file = folder / f"{number:03d}.wav"
                row = Utterance(file.stem, file, emotion, speaker=f"s{speaker}", text=f"t{take}")
                random = np.random.default_rng([7, number])
                samples = speech(number, random.uniform(0.4, 0.6))
                soundfile.write(file, samples if alter is None else alter(samples, row), RATE, subtype="PCM_16")
                rows.append(replace(row) if edit is None else edit(row))
    return Corpus("noise", table_of(rows), "made here")
