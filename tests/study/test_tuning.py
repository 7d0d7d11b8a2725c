"""Tuning: what a trial may see, what is chosen, and what is kept, on fabricated features."""

from __future__ import annotations

import dataclasses
import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from optuna.trial import TrialState
from tests import fabricate

from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.protocols import make_folds, open_protocol
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.study.tuning import Tuning, load_tuning, objective, trial, tune
from evenvoice.study.tuning import store as store_module
from evenvoice.study.tuning.division import divide
from evenvoice.study.tuning.space import own_settings
from evenvoice.training import Examples

run = importlib.import_module("evenvoice.study.tuning.run")

TABLE = fabricate.utterances(n_speakers=5, per_emotion=(3, 2, 3, 3))
EXAMPLES = fabricate.examples(TABLE)
TESTED = make_folds(open_protocol("speaker-folds"), TABLE, seed=0)[0].test
SMALL = {"name": "small", "front_end": {"form": "mean"}, "model": {"options": {"filters": 8, "dense_units": 8}}}
RATES = {"low": 1e-4, "high": 1e-2, "log": True}
NO_SEARCH = dict.fromkeys(open_recipe("smote-2dcnn").search)


def corpus_of(table: pd.DataFrame) -> Corpus:
    files = [f"/nowhere/{utterance}.wav" for utterance in table.index]
    return Corpus("noise", table.assign(file=files), "CC0-1.0", labels=fabricate.EMOTIONS)


def recipe_of(search: dict[str, Any], epochs: int = 2, k: int = 2, **training: Any) -> Recipe:
    changes = {"training": {"epochs": epochs, **training}, "balancer": {"options": {"k_neighbors": k}}}
    return open_recipe("smote-2dcnn", {**SMALL, **changes, "search": {**NO_SEARCH, **search}})


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of known speed, and no test part to open: `tests/cli/test_tune.py` opens one."""
    monkeypatch.setattr(run, "rows_per_second", lambda *_: 100.0)
    monkeypatch.setattr(run, "evaluate", lambda *_, **__: None)
    hear(monkeypatch, EXAMPLES)


def hear(monkeypatch: pytest.MonkeyPatch, examples: Examples) -> list[set[str]]:
    """Let every recording be heard as these features; return what was asked for, call by call."""
    asked: list[set[str]] = []
    places = {utterance: row for row, utterance in enumerate(examples.ids)}

    def load(corpus: Corpus, settings: object, **_: object) -> tuple[Corpus, Examples]:
        asked.append(set(corpus.table.index))
        heard = examples.take(np.array([places[utterance] for utterance in corpus.table.index]))
        return corpus, dataclasses.replace(heard, emotions=corpus.table["emotion"].to_numpy(str))

    for module in (run, objective):
        monkeypatch.setattr(module, "load_examples", load)
    return asked


def tuned(out: Path, recipe: Recipe, trials: int = 4, corpus: Corpus | None = None, **options: Any) -> Tuning:
    arguments = {"inner_folds": 2, "jobs": 1, **options}
    return tune(corpus or corpus_of(TABLE), recipe, trials=trials, out=out, **arguments)


def outcome(tuning: Tuning) -> list[tuple[Any, ...]]:
    """What a trial came to, without its time and number."""
    return [(t.state, t.ua, t.settings, t.own) for t in tuning.trials if t.state != "interrupted"]


def test_nothing_of_the_test_part_reaches_a_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = recipe_of({"training.learning_rate": RATES, "balancer.options.k_neighbors": [1, 2]})
    clean = tuned(tmp_path / "clean", recipe, trials=5)
    table, features = TABLE.copy(), list(EXAMPLES.features)
    labels = table["emotion"].to_numpy(str).copy()
    labels[TESTED] = np.roll(labels[TESTED], 5)
    table["emotion"] = labels
    assert (labels != TABLE["emotion"]).any()
    for row in TESTED:
        features[row] = np.full_like(features[row], np.nan)
    asked = hear(monkeypatch, dataclasses.replace(EXAMPLES, features=features, emotions=labels))
    blind = tuned(tmp_path / "blind", recipe, trials=5, corpus=corpus_of(table))
    assert outcome(blind) == outcome(clean)
    assert blind.chosen == clean.chosen
    file = "small-tuned.yaml"
    assert (tmp_path / "blind" / file).read_text() == (tmp_path / "clean" / file).read_text()
    assert asked
    assert not any(found & set(TABLE.index[TESTED]) for found in asked)


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_a_trial_is_judged_on_speakers_that_nothing_in_its_fit_saw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    fits: list[tuple[set[str], set[str]]] = []
    fit = objective.fit

    def recorded(recipe: Recipe, train: Examples, validation: Examples | None, *rest: Any, **more: Any) -> Any:
        assert train.speakers is not None
        model = fit(recipe, train, validation, *rest, **more)
        fits.append((set(train.speakers), set().union(*map(set, model.fitted_on.values()))))
        return model

    monkeypatch.setattr(objective, "fit", recorded)
    more = {"validation_share": share, "select": "best-on-validation"} if share else {}
    recipe = recipe_of({"training.learning_rate": [0.01, 0.001]}, k=1, **more)
    division = divide(corpus_of(TABLE), recipe, "speaker-folds", 0, 2, 0)
    inside = division.inside.table
    held_out = [set(inside.index[fold.test]) for fold in make_folds(division.inner, inside, 0)]
    tuned(tmp_path, recipe, trials=2)
    assert len(fits) == 4
    for (_, seen), judged in zip(fits, held_out * 2, strict=True):
        assert seen
        assert not set(TABLE.loc[list(seen), "speaker"]) & set(TABLE.loc[list(judged), "speaker"])
    if share:  # a part of the two or three speakers is cut off, and the network is not fitted on it
        assert all(len(speakers) == 1 for speakers, _ in fits)


def test_a_planted_good_value_is_found(tmp_path: Path) -> None:
    recipe = recipe_of({"training.learning_rate": [1e-9, 5e-3]}, epochs=6, learning_rate=1e-9)
    found = tuned(tmp_path, recipe, trials=4)
    assert found.best is not None
    assert found.first is not None
    assert found.best.settings == {"training.learning_rate": 5e-3}
    assert found.best.ua == max(t.ua for t in found.trials if t.ua is not None)
    assert found.best.ua > 0.1 + found.first.ua
    made = open_recipe(tmp_path / "small-tuned.yaml")
    assert made.training.learning_rate == 5e-3
    assert made.model.options["filters"] == 8
    assert made.name == "small-tuned"


def test_the_recipe_as_it_is_comes_first_and_is_kept_unless_beaten(tmp_path: Path) -> None:
    # With such a rate nothing is learnt, so that no value is better than another.
    recipe = recipe_of({"training.adam_eps": [1e-6, 1e-7, 1e-8]}, learning_rate=1e-12)
    found = tuned(tmp_path, recipe, trials=3)
    assert found.trials[0].own
    assert found.trials[0].settings == {"training.adam_eps": 1e-7}
    assert len({t.ua for t in found.trials}) == 1
    assert found.chosen == 0
    assert found.changed == {}
    kept = open_recipe(tmp_path / "small-tuned.yaml")
    for part in ("front_end", "normalise", "balancer", "model", "training"):
        assert getattr(kept, part) == getattr(recipe, part)


def test_own_settings_outside_the_space_are_tried_as_they_are(tmp_path: Path) -> None:
    recipe = recipe_of({"training.learning_rate": [0.5, 0.3]}, learning_rate=0.0123456789)
    found = tuned(tmp_path, recipe, trials=2)
    assert [t.settings["training.learning_rate"] for t in found.trials if t.own] == [0.0123456789]


def test_the_file_extends_the_users_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.yaml").write_text(
        "extends: smote-2dcnn\nfront_end: {form: mean}\nbalancer: {options: {k_neighbors: 2}}\n"
        "training: {epochs: 1}\nsearch: {training.batch_size: [8, 16], front_end.n_mfcc: null}\n"
    )
    monkeypatch.chdir(tmp_path)
    recipe = open_recipe("mine.yaml", {"model": {"options": {"filters": 8}}, "normalise": "speaker"})
    tuned(Path("out"), recipe, trials=2, extends="mine.yaml")
    made = open_recipe("out/mine-tuned.yaml")
    assert "extends: ../mine.yaml" in Path("out/mine-tuned.yaml").read_text()
    assert (made.training.epochs, made.normalise, made.model.options["filters"]) == (1, "speaker", 8)


def test_impossible_settings_are_a_failed_trial_with_its_reason(tmp_path: Path) -> None:
    recipe = recipe_of({"balancer.options.k_neighbors": [2, 50]})
    found = tuned(tmp_path, recipe, trials=6)
    failed = found.of_state("failed")
    assert failed
    assert len(found.trials) == found.finished == 6
    assert all("k_neighbors=50 needs 51" in t.reason for t in failed)
    assert {t.settings["balancer.options.k_neighbors"] for t in failed} == {50}
    table = pd.read_csv(tmp_path / "trials.csv")
    assert table["state"].tolist() == [t.state for t in found.trials]
    assert table["reason"].notna().sum() == len(failed)


def test_nan_is_a_failed_trial_and_all_failed_is_said(tmp_path: Path) -> None:
    recipe = recipe_of({"training.learning_rate": [1e38, 1e37]}, learning_rate=1e38)
    with pytest.raises(EvenvoiceError, match=r"none of the 2 trials came to its end; trial 0: the loss is NaN in epo"):
        tuned(tmp_path, recipe, trials=2)


@pytest.mark.parametrize("fails", [1, 4])
def test_another_error_ends_the_tuning_and_its_trial_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: int
) -> None:
    recipe = recipe_of({"training.learning_rate": RATES})
    whole = tuned(tmp_path / "whole", recipe, trials=3)
    with monkeypatch.context() as patched:
        fits: list[Recipe] = []

        def broken(recipe: Recipe, *rest: Any, **more: Any) -> Any:
            fits.append(recipe)
            if len(fits) == fails:
                raise RuntimeError("a bug of ours")
            return objective_fit(recipe, *rest, **more)

        objective_fit = objective.fit
        patched.setattr(objective, "fit", broken)
        with pytest.raises(RuntimeError, match="a bug of ours"):
            tuned(tmp_path / "out", recipe, trials=3)
    found = tuned(tmp_path / "out", recipe, trials=3)
    assert [t.state for t in found.trials].count("interrupted") == 1
    again = (fails - 1) // 2  # two fits a trial
    assert found.trials[again].state == "interrupted"
    assert found.trials[again].settings == found.trials[again + 1].settings
    assert outcome(found) == outcome(whole)
    assert not list((tmp_path / "out" / ".locks").glob("trial-*"))


def test_goes_on_where_it_stopped_and_says_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = recipe_of({"training.learning_rate": RATES, "training.batch_size": [16, 32]})
    whole = tuned(tmp_path / "whole", recipe, trials=4)
    with monkeypatch.context() as patched:  # ends before it opens the test part, as a killed process may
        patched.setattr(run, "_chosen", lambda *_: store_module.Store(tmp_path / "out").count()[0] == 2)
        tuned(tmp_path / "out", recipe, trials=2)
    said: list[str] = []
    found = tuned(tmp_path / "out", recipe, trials=4, say=said.append)
    assert said[0].startswith("2 trials (2 are there already) of 2 fits each, about ")
    assert outcome(found) == outcome(whole)
    assert found.chosen == whole.chosen
    assert len({str(t.settings) for t in found.trials}) == 4


def test_a_trial_that_ends_while_it_is_counted_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = recipe_of({"training.learning_rate": RATES})
    store = store_module.Store(tmp_path)
    store.bind({"recipe": {}}, {}, {})
    with store.claim(recipe.search, own_settings(recipe), 9, 0) as claim:
        assert claim is not None
        assert store.count() == (0, 1)
        before = store.trials()
        store.study.tell(claim.trial, 0.5)
    monkeypatch.setattr(store, "trials", lambda: before)
    assert before[0].state == TrialState.RUNNING
    assert store.count() == (1, 0)
    store.close()


def test_a_trial_below_the_median_is_pruned_and_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "EVERY", 2)
    monkeypatch.setattr(store_module, "PRUNER", {"n_startup_trials": 1, "n_min_trials": 1, "n_warmup_steps": 4})
    recipe = recipe_of({"training.learning_rate": [1e-9, 5e-3]}, epochs=6, learning_rate=5e-3)
    found = tuned(tmp_path, recipe, trials=6)
    pruned = found.of_state("pruned")
    assert {t.settings["training.learning_rate"] for t in pruned} == {1e-9}
    assert all(t.ua is None and "after epoch" in t.reason for t in pruned)
    assert len(found.trials) == 6
    assert found.best is not None
    assert found.best.settings["training.learning_rate"] == 5e-3


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
    ("text", "message"), [("no database", "cannot be read as a tuning"), (None, "holds no tuning")]
)
def test_a_damaged_or_missing_file_is_one_line(tmp_path: Path, text: str | None, message: str) -> None:
    if text:
        (tmp_path / "tuning.db").write_text(text * 100)
    with pytest.raises(EvenvoiceError, match=message):
        load_tuning(tmp_path)


def test_features_are_kept_while_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = hear(monkeypatch, EXAMPLES)
    corpus = corpus_of(TABLE)
    sizes = [open_recipe("smote-2dcnn", {"front_end": {"n_mfcc": n}}).front_end for n in (13, 20, 13, 20)]
    roomy, narrow = objective.Kept(), objective.Kept(room=1)
    for settings in sizes:
        roomy.of(corpus, settings, skip_bad=False)
    assert len(asked) == 2
    for settings in sizes:
        narrow.of(corpus, settings, skip_bad=False)
    assert len(asked) == 2 + 4
