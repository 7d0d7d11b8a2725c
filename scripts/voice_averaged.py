"""Average the linear voice model's answers over perturbed copies of an utterance, on validation speakers.

    python scripts/voice_averaged.py FOLDER_OF_CORPORA CACHE {emodb,ravdess} ...

Prints UA in per cent of the recipe `voice-linear`, nothing known of the speaker and adapted with all of the speaker's
utterances: of the utterance as it is, and of the mean of its log-probabilities and those of copies at other speeds and
pitches (test-time augmentation). A copy is centred on its speaker's copies of the same perturbation. Features, folds,
groups and fit are those of ``voice_study.py``, and so is the cache. Nothing is kept.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
import voice_study as study

Scores = npt.NDArray[np.float32]

SPEEDS, PITCHES = study.PERTURBATIONS[:4], study.PERTURBATIONS[4:]
AVERAGED: dict[str, tuple[str, ...]] = {
    "as it is": (),
    "two speeds": SPEEDS[1:3],
    "four speeds": SPEEDS,
    "two pitches": PITCHES,
    "two speeds, two pitches": (*SPEEDS[1:3], *PITCHES),
    "all six": study.PERTURBATIONS,
}


def log_probabilities(corpus: study.Corpus, variants: list[study.Rows]) -> dict[str, Scores]:
    """Return the log-probabilities ``[n, classes]`` of validation speakers, by how what is predicted was perturbed."""
    found = {text: np.full((len(corpus.y), corpus.k), np.nan, np.float32) for text in study.VARIANTS}
    for out, scored in study.folds(corpus, "validation"):
        train, rows = ~np.isin(corpus.group, out), np.flatnonzero(np.isin(corpus.group, scored))
        model, mean, scale, span = study.fit(corpus, train, variants)
        for text, values in zip(study.VARIANTS, variants, strict=True):
            X = np.clip((values[rows] - mean) / scale, -study.CLIP, study.CLIP) @ span
            found[text][rows] = np.log(model.probabilities(X.reshape(len(X), 1, 1, -1)) + 1e-9)
    return found


def main() -> None:
    """Measure and print."""
    corpora, cache, *names = sys.argv[1:]
    torch.set_num_threads(1)
    for name in names:
        corpus = study.Corpus(name, Path(corpora), Path(cache))
        centred = [values - study.own_means(values, corpus.speaker) for values in corpus.features]
        both = [log_probabilities(corpus, variants) for variants in (corpus.features, centred)]
        for said, copies in AVERAGED.items():
            sums = [sum((one[text] for text in copies), one[""]) for one in both]
            print(name, said, " / ".join(f"{study.recall(corpus, one.argmax(axis=1)):.1f}" for one in sums), flush=True)


if __name__ == "__main__":
    main()
