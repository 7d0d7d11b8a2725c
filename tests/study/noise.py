"""A corpus of noise: quick to decode and to fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from evenvoice.corpora import Corpus
from tests import fabricate


def noise_corpus(folder: Path, n_speakers: int = 4) -> Corpus:
    """Write noise as audio: four emotions that differ in loudness."""
    table = fabricate.utterances(n_speakers=n_speakers, per_emotion=(4, 3, 4, 4))
    rng = np.random.default_rng(0)
    files = []
    for utterance, emotion in table["emotion"].items():
        files.append(str(folder / f"{utterance}.wav"))
        loudness = 0.02 * (1 + fabricate.EMOTIONS.index(emotion))
        soundfile.write(files[-1], loudness * rng.standard_normal(6000), 16000)
    return Corpus("noise", table.assign(file=files), "CC0-1.0", labels=fabricate.EMOTIONS)
