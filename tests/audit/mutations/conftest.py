"""Real small studies, made once: what leaks are planted in, and what must be found clean."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from evenvoice.corpora import Corpus
from evenvoice.protocols import SELECT_ON_TEST
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.study import evaluate
from tests import fabricate

SMOTE = {"balance": {"options": {"k_neighbors": 2}}}
LAST = {**SMOTE, "training": {"epochs": 1}}
LONGER = {**SMOTE, "training": {"epochs": 4}}
BEST = {**SMOTE, "training": {"epochs": 2, "select": "best-on-validation", "validation_share": 0.3}}


def noise_corpus(folder: Path, n_speakers: int, per_emotion: tuple[int, ...] = (4, 3, 4, 4)) -> Corpus:
    """Noise as audio: four emotions that differ in loudness."""
    table = fabricate.utterances(n_speakers=n_speakers, per_emotion=per_emotion)
    table["corpus"] = ["other" if speaker == "s3" else "one" for speaker in table["speaker"]]
    rng = np.random.default_rng(0)
    files = []
    for utterance, emotion in table["emotion"].items():
        files.append(str(folder / f"{utterance}.wav"))
        loudness = 0.02 * (1 + fabricate.EMOTIONS.index(emotion))
        soundfile.write(files[-1], loudness * rng.standard_normal(6000), 16000)
    return Corpus("noise", table.assign(file=files), "CC0-1.0", labels=fabricate.EMOTIONS)


@pytest.fixture(scope="session")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Noise of four speakers."""
    return noise_corpus(tmp_path_factory.mktemp("noise"), 4)


def _study(noise: Corpus, out: Path, settings: dict[str, object], *protocols: str, seeds: int = 1) -> Path:
    recipe: Recipe = open_recipe("smote-2dcnn", settings)
    with pytest.MonkeyPatch.context() as patch:  # a machine of known speed: measuring it takes a second
        patch.setattr("evenvoice.study.cost.rows_per_second", lambda *_: 100.0)
        evaluate(noise, [recipe], protocols, seeds=range(seeds), out=out, jobs=1)
    return out


@pytest.fixture(scope="session")
def honest(noise: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four speakers in turn, two seeds, the best epoch on a validation part."""
    return _study(noise, tmp_path_factory.mktemp("honest"), BEST, "speaker", seeds=2)


@pytest.fixture(scope="session")
def others(noise: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Honest studies under other protocols, of the last epoch."""
    return _study(noise, tmp_path_factory.mktemp("others"), LAST, "random", "session", "given")


@pytest.fixture(scope="session")
def leaky(noise: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The order of steps of the paper, and the best epoch on the test part."""
    return _study(noise, tmp_path_factory.mktemp("leaky"), LONGER, "paper", f"session{SELECT_ON_TEST}")
