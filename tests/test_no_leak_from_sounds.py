"""The contract from sound files to predictions: other test sounds and labels change nothing that was fitted.

`evenvoice.evaluate` runs twice on folders of sounds that differ in the test part of one fold. What is cached, computed
of the whole corpus or cut anew between the two would show in the weights.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from evenvoice.corpora import Corpus
from evenvoice.protocols import PROTOCOLS, SELECT_ON_TEST, make_folds, open_protocol
from evenvoice.recipes import Recipe, open_recipe, recipe_names
from evenvoice.study import evaluate, work
from evenvoice.training import TrainedModel
from tests import fabricate
from tests.poisoned import FEW, VARIANTS, fitted
from tests.quick import quick_recipe

RATE = 16000
HONEST = [name for name in PROTOCOLS if name != "paper"]
# These divide by emotion, so that other labels of test rows would make other folds.
STRATIFIED = ("random", "kfold")
# A protocol for each recipe, a variant for each protocol of one recipe: pairs, not all of all.
CASES = [
    *((name, HONEST[number % len(HONEST)], "as it is") for number, name in enumerate(recipe_names())),
    *(("smote-2dcnn", name, variant) for name in ("speaker-folds", "random", "given") for variant in VARIANTS),
]


Sounds = Callable[..., Corpus]


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Sounds:
    """Corpora, each written once: of given rows the sounds are others, and so are their labels if asked for."""

    @cache
    def corpus(tested: frozenset[int] = frozenset(), labels: bool = False) -> Corpus:
        return _corpus(tmp_path_factory.mktemp("sounds"), tested, labels)

    return corpus


def _corpus(folder: Path, tested: frozenset[int], labels: bool) -> Corpus:
    """Five speakers, shaped noise."""
    table = fabricate.utterances(n_speakers=5, per_emotion=(4, 3, 4, 4))
    table["corpus"] = ["other" if speaker == "s4" else "one" for speaker in table["speaker"]]
    files, emotions = [], table["emotion"].to_numpy(str).copy()
    for row, emotion in enumerate(table["emotion"]):
        rng = np.random.default_rng([row, row in tested])
        samples = 0.02 * (1 + fabricate.EMOTIONS.index(emotion)) * rng.standard_normal(int(rng.integers(5000, 8000)))
        files.append(str(folder / f"{row:03d}.wav"))
        soundfile.write(files[-1], np.cumsum(samples) * 0.05 if row in tested else samples, RATE)
    if labels:
        rows = sorted(tested)
        emotions[rows] = np.roll(emotions[rows], 5)
    return Corpus("noise", table.assign(file=files, emotion=emotions), "CC0-1.0", labels=fabricate.EMOTIONS)


def _recipe(name: str, variant: str) -> Recipe:
    few = {"balance": {"options": FEW}} if name == "smote-2dcnn" else {}
    return quick_recipe(name, {**VARIANTS[variant], **few})


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> dict[int, tuple[TrainedModel, np.ndarray]]:
    """The model and the answers of each fold, as the runs are written; on a machine of known speed."""
    monkeypatch.setattr("evenvoice.study.cost.rows_per_second", lambda *_: 100.0)
    found: dict[int, tuple[TrainedModel, np.ndarray]] = {}
    write = work.write_run

    def recorded(folder: Path, info: dict[str, Any], result: Any, **options: Any) -> None:
        found[info["fold"]] = result.model, result.predictions.filter(regex="^p:").to_numpy()
        write(folder, info, result, **options)

    monkeypatch.setattr(work, "write_run", recorded)
    return found


_QUICK = ("smote-2dcnn", "functionals-svm", "voice-linear")
_MARKED = [pytest.param(*case, marks=[] if case[0] in _QUICK else [pytest.mark.slow]) for case in CASES]


@pytest.mark.parametrize(("recipe_name", "protocol_name", "variant"), _MARKED)
def test_nothing_fitted_depends_on_test_sounds_or_labels(
    recipe_name: str, protocol_name: str, variant: str, models: dict[int, Any], sounds: Sounds, tmp_path: Path
) -> None:
    recipe, protocol = _recipe(recipe_name, variant), open_protocol(protocol_name)
    corpus = sounds()
    fold = make_folds(protocol, corpus.table, seed=0)[-1]
    evaluate(corpus, [recipe], [protocol_name], seeds=(0,), out=tmp_path / "clean", jobs=1)
    clean = dict(models)
    models.clear()
    other = sounds(frozenset(fold.test.tolist()), protocol_name not in STRATIFIED)
    evaluate(other, [recipe], [protocol_name], seeds=(0,), out=tmp_path / "blind", jobs=1)
    (model, answers), (blind, others) = clean[fold.number], models[fold.number]
    assert fitted(model) == fitted(blind)
    assert model.epoch == blind.epoch
    assert recipe_name == "majority" or not np.array_equal(answers, others)
    if len(clean) > 1 and recipe_name not in ("majority", "knn", "dtw"):
        # In the other folds these rows train, and what is fitted is other.
        assert fitted(clean[0][0]) != fitted(models[0][0])


def test_selecting_on_the_test_part_fails_the_contract(models: dict[int, Any], sounds: Sounds, tmp_path: Path) -> None:
    recipe = open_recipe("2dcnn", {"training": {"epochs": 6, "learning_rate": 0.01}})
    protocol = f"speaker-folds{SELECT_ON_TEST}"
    corpus = sounds()
    fold = make_folds(open_protocol(protocol), corpus.table, seed=0)[-1]
    evaluate(corpus, [recipe], [protocol], seeds=(0,), out=tmp_path / "clean", jobs=1)
    clean = dict(models)
    other = sounds(frozenset(fold.test.tolist()), True)
    evaluate(other, [recipe], [protocol], seeds=(0,), out=tmp_path / "blind", jobs=1)
    history = [found[fold.number][0].history for found in (clean, models)]
    assert not np.array_equal(*(one.filter(like="test").to_numpy() for one in history))
    assert np.array_equal(*(one.filter(like="train").to_numpy() for one in history))
