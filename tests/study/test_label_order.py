"""The order in which a user names the labels is for the eye: it changes no prediction."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from evenvoice.corpora import Corpus
from evenvoice.recipes import open_recipe
from evenvoice.study import evaluate
from evenvoice.training import TrainedModel, train
from tests import fabricate

QUICK = {"training": {"epochs": 2}, "balancer": {"options": {"k_neighbors": 2}}}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("noise")
    table = fabricate.utterances(n_speakers=3, per_emotion=(4, 3, 4, 4))
    rng = np.random.default_rng(0)
    for utterance in table.index:
        soundfile.write(folder / f"{utterance}.wav", 0.1 * rng.standard_normal(6000), 16000)
    return Corpus("noise", table.assign(file=[str(folder / f"{name}.wav") for name in table.index]), "CC0-1.0")


def test_predictions_are_the_same_in_any_order_and_go_on_in_one_folder(corpus: Corpus, tmp_path: Path) -> None:
    turned = replace(corpus, labels=corpus.labels[::-1])
    assert turned.labels != corpus.labels
    assert turned.classes == corpus.classes
    recipe = open_recipe("smote-2dcnn", QUICK)
    for name, one in (("straight", corpus), ("turned", turned)):
        evaluate(one, [recipe], ["random"], seeds=[0], out=tmp_path / name, jobs=1)
    files = [next((tmp_path / name).glob("runs/*/*/*/*/predictions.csv")) for name in ("straight", "turned")]
    pd.testing.assert_frame_equal(pd.read_csv(files[0]), pd.read_csv(files[1]))
    said: list[str] = []
    evaluate(turned, [recipe], ["random"], seeds=[0], out=tmp_path / "straight", jobs=1, say=said.append)
    assert said == ["1 fit: all are there already"]


def test_a_model_file_has_its_labels_in_alphabetical_order(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has those of what was trained, see ``tests/training/test_export.py``."""
    given: list[TrainedModel] = []

    def export(trained: TrainedModel, path: Path, **_: object) -> Path:
        given.append(trained)
        return path

    monkeypatch.setattr("evenvoice.training.on_corpus.export", export)
    train(replace(corpus, labels=corpus.labels[::-1]), open_recipe("smote-2dcnn", QUICK), tmp_path)
    assert given[0].labels == corpus.classes
