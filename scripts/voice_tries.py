"""Measure two tries of the linear voice model on validation speakers: F0 in whole sentences, and single short words.

    python scripts/voice_tries.py FOLDER_OF_CORPORA {sentences,words} {emodb,ravdess} [PERTURBATION ...]

Prints UA in per cent, nothing known of the speaker and adapted with all of the speaker's utterances: of the recipe
`voice-linear` with the perturbations named (none: no copies), with F0 and without. ``words`` cuts a piece of 0.4 to
0.8 s out of each sentence, around one of its loud syllables, and trains and tests on those; where openSMILE is there,
it also measures ComParE 2016 with a linear SVM (C = 1e-4 and 1e-3) on the same pieces. Folds, groups and fit are those
of ``voice_study.py``. Nothing is kept.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
import voice_study as study
from sklearn.svm import SVC

from evenvoice.audio import load
from evenvoice.audio.perturbation import open_perturbation
from evenvoice.features import FeatureSettings, compute
from evenvoice.features.functionals import Functionals
from evenvoice.features.functionals.sets import F0
from evenvoice.features.voice import Voice

RATE = 16000
Wave = npt.NDArray[np.float32]
Answers = Callable[[npt.NDArray[np.bool_], npt.NDArray[np.int64], Sequence[study.Rows]], study.Whole]


class Labels(study.Corpus):
    """The labels and groups of a corpus, and its waveforms instead of features."""

    def __init__(self, name: str, corpora: Path, part: str) -> None:
        table = pd.read_csv(corpora / f"{name}.csv", dtype=str)
        labels = sorted(table["emotion"].unique())
        self.y = table["emotion"].map(labels.index).to_numpy(np.int64)
        self.k = len(labels)
        self.speaker = table["speaker"].to_numpy()
        number = {speaker: i for i, speaker in enumerate(sorted(set(self.speaker)))}
        self.group = np.array([number[s] % (6 if name == "ravdess" else 10**9) for s in self.speaker])
        whole = (load(corpora / name / file, rate=RATE) for file in table["file"])
        self.waves = [word(wave, seed) if part == "words" else wave for seed, wave in enumerate(whole)]


def word(wave: Wave, seed: int) -> Wave:
    """Return 0.4 to 0.8 s around a loud syllable: a local maximum of the energy within 10 dB of the highest."""
    random = np.random.default_rng(seed)
    length = int(random.uniform(0.4, 0.8) * RATE)
    energy = np.convolve(np.convolve(wave**2, np.ones(400) / 400, "same")[::160], np.hanning(21) / 10, "same")
    inner = energy[1:-1]
    peaks = 1 + np.flatnonzero((inner >= energy[:-2]) & (inner > energy[2:]) & (inner > 0.1 * energy.max()))
    centre = random.choice(peaks) if len(peaks) else int(energy.argmax())
    start = int(np.clip(centre * 160 - length // 2, 0, max(0, len(wave) - length)))
    piece = wave[start : start + length].copy()
    fade = np.linspace(0, 1, 80, dtype=np.float32)
    piece[:80] *= fade
    piece[-80:] *= fade[::-1]
    return piece


def voice_features(waves: Sequence[Wave], perturbation: str) -> tuple[study.Rows, tuple[str, ...]]:
    """Return the functionals with F0's ``[n, d]``, and their names."""
    voice = Voice(f0=True)
    functionals = Functionals(voice.row_names)
    change = open_perturbation(perturbation) if perturbation else None
    made = []
    for seed, wave in enumerate(waves):
        changed = np.ascontiguousarray(change(wave, RATE, seed=seed) if change else wave)
        with torch.inference_mode():
            rows, frames = voice(torch.from_numpy(changed)[None], torch.tensor([changed.size]))
            made.append(functionals(rows, frames)[0].numpy())
    return np.stack(made), functionals.names


def scores(corpus: Labels, variants: Sequence[study.Rows], answers: Answers) -> str:
    """Return both UA of the validation speakers, as text."""
    found: dict[str, study.Whole] = {}
    centred = [values - study.own_means(values, corpus.speaker) for values in variants]
    for out, scored in study.folds(corpus, "validation"):
        train, rows = ~np.isin(corpus.group, out), np.flatnonzero(np.isin(corpus.group, scored))
        for name, values in (("global", variants), ("adapted", centred)):
            study._put(found, name, rows, answers(train, rows, values), len(train))
    return " / ".join(f"{study.recall(corpus, values):.1f}" for values in found.values())


def systems(corpus: Labels, part: str, perturbations: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each system and its scores."""

    def linear(train: npt.NDArray[np.bool_], rows: study.Whole, values: Sequence[study.Rows]) -> study.Whole:
        return study.answers(study.fit(corpus, train, values), values[0][rows])

    def machine(c: float) -> Answers:
        def answers(train: npt.NDArray[np.bool_], rows: study.Whole, values: Sequence[study.Rows]) -> study.Whole:
            fitted = values[0][train]
            mean, scale = fitted.mean(axis=0), fitted.std(axis=0)
            X = np.clip((values[0] - mean) / np.where(scale > 1e-8, scale, 1), -study.CLIP, study.CLIP)
            products = X @ X[train].T
            svm = SVC(C=c, kernel="precomputed", class_weight="balanced").fit(products[train], corpus.y[train])
            return np.asarray(svm.predict(products[rows]))

        return answers

    made = [voice_features(corpus.waves, text) for text in ("", *perturbations)]
    plain = ~np.isin(made[0][1], F0)
    yield "voice-linear", scores(corpus, [values[:, plain] for values, _ in made], linear)
    yield "voice-linear with F0", scores(corpus, [values for values, _ in made], linear)
    if part == "words" and importlib.util.find_spec("opensmile"):
        smile = FeatureSettings(name="opensmile:ComParE_2016").make()
        compare = np.stack([compute(smile, wave)[:, 0] for wave in corpus.waves])
        for c in (1e-4, 1e-3):
            yield f"ComParE 2016, linear SVM, C = {c:g}", scores(corpus, [compare], machine(c))


def main() -> None:
    """Measure and print."""
    corpora, part, name, *perturbations = sys.argv[1:]
    torch.set_num_threads(1)
    corpus = Labels(name, Path(corpora), part)
    for system, said in systems(corpus, part, perturbations):
        print(f"{name}, {part}, {len(perturbations)} copies: {system}: {said}", flush=True)


if __name__ == "__main__":
    main()
