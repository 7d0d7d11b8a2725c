"""Tuning: who is divided how, and what is refused before any trial."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import open_recipe
from evenvoice.tuning import load_tuning
from evenvoice.tuning.division import divide
from tests.tuning.small_tunings import RATES, TABLE, TESTED, corpus_of, recipe_of, surroundings, tuned  # noqa: F401  # a fixture for every test

ONE_EMOTION = Corpus("noise", corpus_of(TABLE).table[TABLE["emotion"] == "sad"], "CC0-1.0")


def test_another_tuning_in_the_same_folder_is_refused_and_an_opened_one_has_ended(tmp_path: Path) -> None:
    same = {"recipe": recipe_of({"training.learning_rate": RATES}, epochs=1), "trials": 1}
    assert tuned(tmp_path, **same).opened
    for change, message in (
        ({"seed": 1}, "holds a tuning with another seed; choose another --out"),
        ({"inner_folds": 3}, "another inner folds"),
        ({"fold": 1}, "another fold"),
        ({"protocol": "speaker"}, "another protocol"),
        ({"recipe": recipe_of({"training.learning_rate": [0.1, 0.2]}, epochs=1)}, "another recipe"),
        ({"corpus": corpus_of(TABLE.iloc[1:])}, "another corpus"),
        ({"trials": 2}, r"the test part has been opened, after 1 trials; .*tune anew in another --out"),
    ):
        with pytest.raises(EvenvoiceError, match=message):
            tuned(tmp_path, **{**same, **change})
    again = tuned(tmp_path, **same)
    assert (again.finished, again.opened) == (1, True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"protocol": "paper"}, "tune: protocol 'paper' is LEAKY"),
        ({"protocol": "speaker-folds+select-on-test"}, "is LEAKY"),
        ({"protocol": "speaker+enrol-1"}, "'speaker\\+enrol-1' keeps rows out of its parts, .*; use speaker$"),
        ({"protocol": "speaker-folds+thin-3"}, "would learn from them; use speaker-folds$"),
        ({"protocol": "speaker+speakers-2"}, "would learn from them; use speaker$"),
        ({"corpus": ONE_EMOTION}, r"one emotion only \(sad\); add recordings of another"),
        (
            {"protocol": "kfold", "inner_folds": 50},
            "tune: the training part cannot be divided by 50 --inner-folds: ",
        ),
        ({"fold": 5}, "protocol 'speaker-folds' has the folds 0 to 4, found 5"),
        ({"inner_folds": 5}, "5 groups of speakers asked for, the training part has 4; use --inner-folds 4"),
        ({"recipe": recipe_of({})}, "recipe 'small' has no search space; declare one in a file that extends it"),
        ({"corpus": corpus_of(TABLE.assign(speaker=None)), "protocol": "speaker"}, "needs the speaker of every"),
    ],
)
def test_what_cannot_be_tuned_is_one_line(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    recipe = options.pop("recipe", recipe_of({"training.learning_rate": RATES}))
    with pytest.raises(EvenvoiceError, match=message):
        tuned(tmp_path / "out", recipe, **options)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"normalise": "speaker"}, "does not know every speaker"),
        ({"search": {"training.validation_share": [0.1, 0.2]}}, "training.validation_share cannot be searched"),
    ],
)
def test_what_needs_speakers_is_refused_before_any_trial(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    recipe = open_recipe(recipe_of({"training.learning_rate": RATES}), change)
    with pytest.raises(EvenvoiceError, match=message):
        tuned(tmp_path / "out", recipe, corpus=corpus_of(TABLE.assign(speaker=None)))


def test_unknown_speakers_are_tuned_by_kfold_and_a_wanted_validation_part_is_in_the_division(tmp_path: Path) -> None:
    corpus = corpus_of(TABLE.assign(speaker=None))
    recipe = recipe_of({"training.learning_rate": RATES}, validation_share=0.25)
    found = tuned(tmp_path, recipe, trials=1, corpus=corpus)
    assert (found.bound["protocol"], found.about["inner"]) == ("kfold", "kfold")
    marked = divide(corpus, recipe, "kfold", 0, 2, 0).marked(corpus, recipe).table["split"]
    assert marked.value_counts().to_dict() == {"train": 33, "validation": 11, "test": 11}


def test_the_division_is_the_protocols_fold_and_loses_nobody() -> None:
    corpus = corpus_of(TABLE)
    recipe = recipe_of({"training.learning_rate": RATES})
    division = divide(corpus, recipe, "speaker-folds", 0, 2, 0)
    split = division.marked(corpus, recipe).table["split"]
    assert np.flatnonzero(split == "test").tolist() == TESTED.tolist()
    assert (split != "test").sum() == len(division.inside) == len(TABLE) - len(TESTED)
    given = divide(
        corpus_of(TABLE.assign(split=(["validation", "train", "test"] * 19)[: len(TABLE)])), recipe, "given", 0, 2, 0
    )
    assert len(given.inside) == 37  # a validation part that the corpus brings is there to learn from


@pytest.mark.parametrize(
    ("text", "message"), [("no database", "cannot be read or written as a tuning"), (None, "holds no tuning")]
)
def test_a_damaged_or_missing_file_is_one_line(tmp_path: Path, text: str | None, message: str) -> None:
    if text:
        (tmp_path / "tuning.db").write_text(text * 100, encoding="utf-8")
    with pytest.raises(EvenvoiceError, match=message):
        load_tuning(tmp_path)
