"""Measure the linear voice recipe on unseen speakers: validation pairs first, then the test parts once.

    python scripts/voice_study.py FOLDER_OF_CORPORA CACHE {validation,test,robustness} [emodb|ravdess ...]

FOLDER_OF_CORPORA holds ``emodb/``, ``ravdess/`` and their tables ``emodb.csv``, ``ravdess.csv``. Features stay in
CACHE; what was measured is added to ``docs/research/voice.csv``, a line a measure, and lines that are there are not
measured again. The frozen choice is `RECIPE`.

Groups are EmoDB's ten speakers, and of RAVDESS six times every sixth of the sorted actors. ``validation``: two
neighbouring groups are held out of each fit, so that each is the validation part in the fold of the other; ``test``:
one group is held out; ``robustness``: the same, of recordings that went through a channel.

Each fit works in the span of its training part's unperturbed rows, which makes it several times faster: both models are
the same in any rotation of the features. What perturbed rows have beside that span is left out.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from evenvoice.audio import load
from evenvoice.audio.perturbation import open_perturbation
from evenvoice.features.functionals import Functionals
from evenvoice.features.voice import Voice
from evenvoice.models.classical import LinearFusion

PERTURBATIONS = ("speed:0.9", "speed:0.95", "speed:1.05", "speed:1.1", "pitch:1", "pitch:-1")
RECIPE = {"C": 0.001, "ridge": 0.0008, "share": 0.3}
CLIP = 6.0
KAPPA = 5.0
CHANNELS = ("codec:telephone", "codec:mp3", "noise:10", "noise:0", "room:0.4")
ENROLLED = (0, 1, 2, 5, 10, 20, None)  # None: all of the speaker's utterances
DRAWS = 5
OUT = Path("docs/research/voice.csv")

Rows = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int64]


class Corpus:
    """Features ``[1 + perturbations, n, d]``, classes, speakers, and the groups that are held out together."""

    def __init__(self, name: str, corpora: Path, cache: Path) -> None:
        table = pd.read_csv(corpora / f"{name}.csv", dtype=str)
        labels = sorted(table["emotion"].unique())
        self.y: Whole = table["emotion"].map(labels.index).to_numpy(np.int64)
        self.k = len(labels)
        self.speaker = table["speaker"].to_numpy()
        number = {speaker: i for i, speaker in enumerate(sorted(set(self.speaker)))}
        self.group = np.array([number[s] % (6 if name == "ravdess" else 10**9) for s in self.speaker])
        self.files = [corpora / name / file for file in table["file"]]
        self.cache = cache / name
        self.features = [self.through(text) for text in VARIANTS]

    def through(self, perturbation: str) -> Rows:
        """Return the features ``[n, d]`` of all files after a perturbation."""
        kept = self.cache.with_name(f"{self.cache.name}-{perturbation.replace(':', '')}.npy")
        return features(self.files, perturbation, kept)


VARIANTS = ("", *PERTURBATIONS)


def features(files: Sequence[Path], perturbation: str, kept: Path) -> Rows:
    """Return the functionals of each file, float32 ``[n, d]``."""
    if kept.is_file():
        return np.asarray(np.load(kept), np.float32)
    voice = Voice()
    functionals = Functionals(voice.row_names)
    change = open_perturbation(perturbation) if perturbation else None
    made = []
    for number, file in enumerate(files):
        waveform = load(file, rate=voice.sample_rate)
        if change is not None:
            # Noise and room of its own for each: else training and test would share them.
            waveform = change(waveform, voice.sample_rate, seed=number)
        with torch.inference_mode():
            rows, frames = voice(torch.from_numpy(waveform)[None], torch.tensor([waveform.size]))
            made.append(functionals(rows, frames)[0].numpy())
    kept.parent.mkdir(parents=True, exist_ok=True)
    np.save(kept, np.stack(made))
    return np.stack(made)


def folds(corpus: Corpus, part: str) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the groups left out of a fit, and those of them that are scored."""
    n = int(corpus.group.max()) + 1
    for number in range(n):
        yield ([number, (number + 1) % n] if part == "validation" else [number]), [number]


def fit(
    corpus: Corpus, train: npt.NDArray[np.bool_], variants: Sequence[Rows]
) -> tuple[LinearFusion, Rows, Rows, Rows]:
    """Return the model, the mean and scale of its features, and the directions that span the training part."""
    together = np.concatenate([values[train] for values in variants])
    mean, scale = together.mean(axis=0), together.std(axis=0)
    scale = np.where(scale > 1e-8, scale, 1).astype(np.float32)
    standard = [np.clip((values[train] - mean) / scale, -CLIP, CLIP) for values in variants]
    strengths, directions = np.linalg.eigh(standard[0].astype(np.float64) @ standard[0].T)
    kept = strengths > 1e-6 * strengths[-1]
    span = (standard[0].T @ (directions[:, kept] / np.sqrt(strengths[kept]))).astype(np.float32)
    X = np.concatenate([values @ span for values in standard])
    y = np.tile(corpus.y[train], len(variants))
    weights = (len(y) / (corpus.k * np.bincount(y, minlength=corpus.k))).astype(np.float32)
    model = LinearFusion((1, 1, X.shape[1]), corpus.k, **RECIPE)
    model.fit(X.reshape(len(X), 1, 1, -1), y, class_weights=weights)
    return model, mean, scale, span


def answers(fitted: tuple[LinearFusion, Rows, Rows, Rows], rows: Rows) -> Whole:
    """Return the class of each row."""
    model, mean, scale, span = fitted
    X = np.clip((rows - mean) / scale, -CLIP, CLIP) @ span
    return np.asarray(model.probabilities(X.reshape(len(X), 1, 1, -1)).argmax(axis=1))


def own_means(values: Rows, speaker: npt.NDArray[np.object_]) -> Rows:
    """Return each row's speaker's mean."""
    means = np.empty_like(values)
    for one in set(speaker):
        means[speaker == one] = values[speaker == one].mean(axis=0)
    return means


def measure(corpus: Corpus, part: str) -> dict[str, Whole]:
    """Return the pooled answers of each system: ``global``, and ``adapted K`` for each K and draw."""
    found: dict[str, Whole] = {}
    centred = [values - own_means(values, corpus.speaker) for values in corpus.features]
    for out, scored in folds(corpus, part):
        train = ~np.isin(corpus.group, out)
        rows = np.flatnonzero(np.isin(corpus.group, scored))
        _put(found, "global", rows, answers(fit(corpus, train, corpus.features), corpus.features[0][rows]), len(train))
        adapted = fit(corpus, train, centred)
        level = own_means(corpus.features[0], corpus.speaker)[train].mean(axis=0)
        for k in ENROLLED:
            for draw in range(1 if k in (0, None) else DRAWS):
                random = np.random.default_rng(draw)
                for speaker in sorted(set(corpus.speaker[rows])):
                    own = rows[corpus.speaker[rows] == speaker]
                    enrolled = own if k is None else random.permutation(own)[:k]
                    values = corpus.features[0]
                    offset = level
                    if len(enrolled):
                        # All of a speaker's utterances are that speaker's mean, as in training.
                        weight = 1.0 if k is None else len(enrolled) / (len(enrolled) + KAPPA)
                        offset = level + np.float32(weight) * (values[enrolled].mean(axis=0) - level)
                    # Enrolled utterances are not tested, unless all are enrolled.
                    tested = own if k is None else np.setdiff1d(own, enrolled)
                    name = f"adapted {'all' if k is None else k} draw {draw}"
                    _put(found, name, tested, answers(adapted, values[tested] - offset), len(train))
        print(part, out, flush=True)
    return found


def measure_channels(corpus: Corpus) -> dict[str, Whole]:
    """Return the pooled answers of the test parts after each channel; trained on clean speech."""
    changed = {text: corpus.through(text) for text in CHANNELS}
    found: dict[str, Whole] = {}
    for out, scored in folds(corpus, "test"):
        rows = np.flatnonzero(np.isin(corpus.group, scored))
        fitted = fit(corpus, ~np.isin(corpus.group, out), corpus.features)
        for text, values in changed.items():
            _put(found, f"global, {text}", rows, answers(fitted, values[rows]), len(corpus.y))
    return found


def _put(found: dict[str, Whole], name: str, rows: Whole, labels: Whole, n: int) -> None:
    found.setdefault(name, np.full(n, -1))[rows] = labels


def recall(corpus: Corpus, predicted: Whole, draw: npt.NDArray[np.float64] | None = None) -> float:
    """Return the UA in per cent of what was predicted, each utterance counted as often as its speaker was drawn."""
    weight = (predicted >= 0) * (np.ones(len(predicted)) if draw is None else draw)
    classes = [corpus.y == label for label in range(corpus.k)]
    recalls = [(weight * (predicted == corpus.y))[own].sum() / max(weight[own].sum(), 1e-9) for own in classes]
    return 100 * float(np.mean(recalls))


def interval(corpus: Corpus, predicted: Whole) -> tuple[float, float]:
    """Return a 95 % percentile interval over 2,000 draws of whole speakers."""
    speakers, index = np.unique(corpus.speaker, return_inverse=True)
    random = np.random.default_rng(0)
    draws = random.multinomial(len(speakers), np.full(len(speakers), 1 / len(speakers)), size=2000)
    values = [recall(corpus, predicted, draw[index].astype(np.float64)) for draw in draws]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def main() -> None:
    """Measure what is missing in the table."""
    corpora, cache, part, *names = sys.argv[1:]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    done = set() if not OUT.is_file() else {tuple(row[:2]) for row in csv.reader(OUT.open(encoding="utf-8"))}
    torch.set_num_threads(1)
    for name in names or ["emodb", "ravdess"]:
        if (name, part) in done:
            continue
        corpus = Corpus(name, Path(corpora), Path(cache))
        found = measure_channels(corpus) if part == "robustness" else measure(corpus, part)
        lines = []
        for system in dict.fromkeys(key.partition(" draw")[0] for key in found):
            draws = [values for key, values in found.items() if key.partition(" draw")[0] == system]
            ua = np.mean([recall(corpus, values) for values in draws])
            low, high = interval(corpus, draws[0])
            lines.append([name, part, system, f"{ua:.1f}", f"{low:.1f}", f"{high:.1f}", len(draws)])
        fresh = not OUT.is_file()
        with OUT.open("a", newline="", encoding="utf-8") as table:
            writer = csv.writer(table)
            if fresh:
                writer.writerow(["corpus", "part", "system", "ua", "low", "high", "draws"])
            writer.writerows(lines)
        for line in lines:
            print(*line, flush=True)


if __name__ == "__main__":
    main()
