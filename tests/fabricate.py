"""Small fabricated utterances with features in which emotions differ a little: quick to fit, known to the last bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from evenvoice.recipes import Recipe, needs_of
from evenvoice.training import Dataset
from evenvoice.training.dataset import features_key

EMOTIONS = ("angry", "happy", "neutral", "sad")


def utterances(n_speakers: int = 6, per_emotion: tuple[int, ...] = (6, 3, 7, 5)) -> pd.DataFrame:
    """A corpus' table: every speaker has the same counts; two speakers a session."""
    rows = [
        {
            "emotion": emotion,
            "speaker": f"s{speaker}",
            "session": str(speaker // 2),
            "gender": "female" if speaker % 2 else "male",
            "text": str(number % 3),
            "split": "test" if speaker == 0 else "train",
        }
        for speaker in range(n_speakers)
        for emotion, count in zip(EMOTIONS, per_emotion, strict=True)
        for number in range(count)
    ]
    table = pd.DataFrame(rows)
    table.index = pd.Index([f"u{row:03d}" for row in range(len(table))], name="utterance")
    return table


def examples(
    table: pd.DataFrame,
    seed: int = 0,
    difference: float = 1.0,
    n_rows: int = 120,
    perturbations: Sequence[str] = (),
) -> Dataset:
    """Ragged features [n_rows, 12…20]: noise, plus an offset for each emotion in rows of its own; variants alike."""
    rng = np.random.default_rng(seed)
    features = []
    for emotion in table["emotion"]:
        values = rng.standard_normal((n_rows, int(rng.integers(12, 20)))).astype(np.float32)
        width = n_rows // len(EMOTIONS)
        first = width * EMOTIONS.index(emotion)
        values[first : first + width] += difference
        features.append(values)
    variants = {
        name: examples(table, seed + number, difference, n_rows) for number, name in enumerate(perturbations, start=1)
    }
    emotions, speakers = table["emotion"].to_numpy(str), table["speaker"].to_numpy(str)
    return Dataset(list(table.index), features, emotions, speakers, variants=variants)


def examples_for(recipe: Recipe, table: pd.DataFrame, seed: int = 0, difference: float = 1.0) -> Dataset:
    """What a recipe and its partners need: `examples` with as many rows as each extractor has."""
    own, *beside = [
        examples(table, seed, difference, need.features.make().n_rows, need.perturbations)
        for need in needs_of([recipe])
    ]
    keys = [features_key(need.features) for need in needs_of([recipe])[1:]]
    return replace(own, others=dict(zip(keys, beside, strict=True)))
