"""``evaluate(enrol=K)``: what is enrolled is recorded, never trained on, and said wherever a result is shown."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from evenvoice.audit import audit_run
from evenvoice.errors import EvenvoiceError
from evenvoice.protocols import make_folds, open_protocol
from evenvoice.recipes import open_recipe
from evenvoice.study import evaluate
from evenvoice.study.fold import FoldResult
from evenvoice.study.guards import seen_test_rows
from evenvoice.study.table import summaries
from evenvoice.training import Dataset
from tests import fabricate
from tests.one_fold import run_fold
from tests.study.noise import noise_corpus

TABLE = fabricate.utterances()
EXAMPLES = fabricate.examples(TABLE)
RECIPE = open_recipe("functionals-svm", {"normalise": "enrolled"})


def _run(name: str, examples: Dataset = EXAMPLES) -> FoldResult:
    protocol = open_protocol(name)
    return run_fold(RECIPE, protocol, make_folds(protocol, TABLE, 0)[0], TABLE, examples, fabricate.EMOTIONS, seed=0)


def _probabilities(result: FoldResult) -> np.ndarray:
    return result.predictions.filter(regex="^p:").to_numpy()


def test_the_drawn_utterances_are_recorded_and_not_tested() -> None:
    result = _run("speaker+enrol-5")
    enrolled = set(result.split.loc[result.split["part"] == "enrolled", "utterance"])
    assert len(enrolled) == 5
    assert not enrolled & set(result.predictions["utterance"])
    assert set(TABLE.loc[list(enrolled), "speaker"]) == {"s0"}


@pytest.mark.parametrize("name", ["speaker+enrol-5", "speaker+enrol-all"])
def test_no_enrolled_row_and_no_label_of_one_reaches_a_fit(name: str) -> None:
    fold = make_folds(open_protocol(name), TABLE, 0)[0]
    features = list(EXAMPLES.features)
    for row in [*fold.enrolled, *fold.test]:
        features[row] = features[row] * 100 + 7
    clean, blind = _run(name), _run(name, Dataset(EXAMPLES.ids, features, EXAMPLES.emotions, EXAMPLES.speakers))
    for one, other in zip(*(sorted(run.model.network.learned().items()) for run in (clean, blind)), strict=True):
        np.testing.assert_array_equal(one[1], other[1])
    np.testing.assert_array_equal(clean.model.normaliser.mean, blind.model.normaliser.mean)
    assert set(clean.leaks.values()) == {0}
    steps = clean.split.drop(columns=["utterance", "part"])[clean.split["part"].isin(["enrolled", "test"])]
    assert not steps.to_numpy().any()


def test_a_step_that_saw_an_enrolled_row_is_counted() -> None:
    split = _run("speaker+enrol-5").split
    split.loc[split["part"] == "enrolled", "normaliser"] = 1
    assert seen_test_rows(split) == 5


def test_predictions_are_those_of_the_offset() -> None:
    fold = make_folds(open_protocol("speaker+enrol-5"), TABLE, 0)[0]
    result = _run("speaker+enrol-5")
    offset = result.model.offset(EXAMPLES.take(fold.enrolled))
    np.testing.assert_allclose(
        _probabilities(result), result.model.probabilities(EXAMPLES.take(fold.test), offset), atol=1e-5
    )
    plain = result.model.probabilities(EXAMPLES.take(fold.test))
    assert np.abs(_probabilities(result) - plain).max() > 1e-4


def test_each_speaker_has_an_offset_of_their_own() -> None:
    """A speaker who lies elsewhere moves no other speaker's predictions."""
    features = [
        values + np.float32(40 if speaker == "s1" else 0)
        for values, speaker in zip(EXAMPLES.features, EXAMPLES.speakers, strict=True)
    ]
    protocol = open_protocol("session+enrol-5")  # two speakers each
    fold = make_folds(protocol, TABLE, 0)[0]
    moved = dataclasses.replace(EXAMPLES, features=features, shaped={})
    here, there = (
        run_fold(RECIPE, protocol, fold, TABLE, examples, fabricate.EMOTIONS, seed=0) for examples in (EXAMPLES, moved)
    )
    others = EXAMPLES.speakers[fold.test] != "s1"
    assert others.any()
    assert not others.all()
    np.testing.assert_array_equal(_probabilities(here)[others], _probabilities(there)[others])
    assert np.abs(_probabilities(here)[~others] - _probabilities(there)[~others]).max() > 0.01


def test_what_is_enrolled_is_said_wherever_a_result_is_shown(tmp_path: Path) -> None:
    corpus = noise_corpus(tmp_path)
    study = evaluate(corpus, RECIPE, "speaker", enrol=[0, 2, "all"], out=tmp_path / "out", jobs=1)
    rows = {row["protocol"]: row for row in summaries(study)}
    assert {name: row["marks"] for name, row in rows.items()} == {
        "speaker": [],
        "speaker+enrol-2": ["adapted, 2 utterances"],
        "speaker+enrol-all": ["adapted, all utterances", "transductive"],
    }
    assert [row["n_test"] for row in rows.values()] == [60, 60 - 4 * 2, 60]
    assert all(row["complete"] for row in rows.values())
    text = study.table().to_text(200)
    assert "adapted, 2 utterances" in text
    assert not audit_run(tmp_path / "out").findings


def test_other_recipes_refuse_it_before_audio_is_read(tmp_path: Path) -> None:
    corpus = noise_corpus(tmp_path)
    with pytest.raises(EvenvoiceError, match=r"recipe 'functionals-svm' does not adapt .*normalise: enrolled"):
        evaluate(corpus, "functionals-svm", "speaker", enrol=5, out=tmp_path / "out")
    fold = make_folds(open_protocol("speaker+enrol-5"), TABLE, 0)[0]
    with pytest.raises(EvenvoiceError, match=r"nothing where utterances .*normalise: enrolled"):
        run_fold(
            open_recipe("functionals-svm"), open_protocol("speaker+enrol-5"), fold, TABLE, EXAMPLES,
            fabricate.EMOTIONS, seed=0,
        )  # fmt: skip
