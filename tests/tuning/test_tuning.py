"""Tuning: what a trial may see, what is chosen, and what is kept, on fabricated features."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from optuna.trial import TrialState

from evenvoice.errors import EvenvoiceError
from evenvoice.protocols import make_folds, open_protocol
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.tables import time_in_words
from evenvoice.training import Dataset
from evenvoice.tuning import objective, trial
from evenvoice.tuning import store as store_module
from evenvoice.tuning.division import divide
from evenvoice.tuning.space import own_settings
from evenvoice.tuning.trial import Job
from tests.tuning.small_tunings import (  # noqa: F401  # a fixture for every test
    EXAMPLES,
    RATES,
    TABLE,
    TESTED,
    answer_loads,
    corpus_of,
    cost,
    outcome,
    recipe_of,
    run,
    surroundings,
    tuned,
)


def test_nothing_of_the_test_part_reaches_a_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = recipe_of({"training.learning_rate": RATES, "balance.options.k_neighbors": [1, 2]})
    clean = tuned(tmp_path / "clean", recipe, trials=5)
    table, features = TABLE.copy(), list(EXAMPLES.features)
    labels = table["emotion"].to_numpy(str).copy()
    labels[TESTED] = np.roll(labels[TESTED], 5)
    table["emotion"] = labels
    assert (labels != TABLE["emotion"]).any()
    for row in TESTED:
        features[row] = np.full_like(features[row], np.nan)
    asked = answer_loads(monkeypatch, dataclasses.replace(EXAMPLES, features=features, emotions=labels))
    blind = tuned(tmp_path / "blind", recipe, trials=5, corpus=corpus_of(table))
    assert outcome(blind) == outcome(clean)
    assert blind.chosen == clean.chosen
    file = "small-tuned.yaml"
    assert (tmp_path / "blind" / file).read_text(encoding="utf-8") == (tmp_path / "clean" / file).read_text(
        encoding="utf-8"
    )
    assert asked
    assert not any(found & set(TABLE.index[TESTED]) for found in asked)


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_a_trial_is_judged_on_speakers_that_nothing_in_its_fit_saw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    fits: list[tuple[set[str], set[str]]] = []
    fit = objective.fit

    def recorded(recipe: Recipe, train: Dataset, validation: Dataset | None, *rest: Any, **more: Any) -> Any:
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
    for part in ("features", "shape", "normalise", "balance", "model", "training"):
        assert getattr(kept, part) == getattr(recipe, part)


@pytest.mark.parametrize(
    ("changes", "path", "where", "own"),
    [
        ({"loss": {"name": "focal"}}, "loss.options.gamma", [0.5, 1.0], 2.0),
        ({"loss": {"name": "focal", "options": {"gamma": 1.0}}}, "loss.options.gamma", [0.5, 1.0], 1.0),
        ({}, "training.retrain.epochs", [5, 10], None),
        ({"training": {"retrain": {"balance": "smote"}}}, "training.retrain.balance.options.k_neighbors", [2, 3], 5),
        ({"training": {"masks": {"number": 1}}}, "training.masks.rows", [2, 3], 8),
    ],
)
def test_own_settings_of_every_section(changes: dict[str, Any], path: str, where: list[Any], own: object) -> None:
    recipe = open_recipe("2dcnn", {**changes, "search": {path: where}})
    assert own_settings(recipe)[path] == own


def test_a_section_that_the_recipe_lacks_is_tried_without_it_first(tmp_path: Path) -> None:
    recipe = recipe_of({"training.retrain.epochs": [1, 2]})
    found = tuned(tmp_path, recipe, trials=2)
    assert [(trial.own, trial.state) for trial in found.trials] == [(True, "complete"), (False, "complete")]


def test_own_settings_outside_the_space_are_tried_as_they_are(tmp_path: Path) -> None:
    recipe = recipe_of({"training.learning_rate": [0.5, 0.3]}, learning_rate=0.0123456789)
    found = tuned(tmp_path, recipe, trials=2)
    assert [t.settings["training.learning_rate"] for t in found.trials if t.own] == [0.0123456789]


def test_the_file_extends_the_users_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.yaml").write_text(
        "extends: smote-2dcnn\nshape: mean\nbalance: {options: {k_neighbors: 2}}\n"
        "training: {epochs: 1}\nsearch: {training.batch_size: [8, 16], features.n_mfcc: null}\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    recipe = open_recipe("mine.yaml", {"model": {"options": {"filters": 8}}, "normalise": "speaker"})
    tuned(Path("out"), recipe, trials=2, extends="mine.yaml")
    made = open_recipe("out/mine-tuned.yaml")
    assert "extends: ../mine.yaml" in Path("out/mine-tuned.yaml").read_text(encoding="utf-8")
    assert (made.training.epochs, made.normalise, made.model.options["filters"]) == (1, "speaker", 8)


def test_impossible_settings_are_a_failed_trial_with_its_reason(tmp_path: Path) -> None:
    recipe = recipe_of({"balance.options.k_neighbors": [2, 50]})
    found = tuned(tmp_path, recipe, trials=6)
    failed = found.of_state("failed")
    assert failed
    assert len(found.trials) == found.finished == 6
    assert all("k_neighbors=50 needs 51" in t.reason for t in failed)
    assert {t.settings["balance.options.k_neighbors"] for t in failed} == {50}
    table = pd.read_csv(tmp_path / "trials.csv")
    assert table["state"].tolist() == [t.state for t in found.trials]
    assert table["reason"].notna().sum() == len(failed)


def test_nan_is_a_failed_trial_and_all_failed_is_said(tmp_path: Path) -> None:
    recipe = recipe_of({"training.learning_rate": [1e38, 1e37]}, learning_rate=1e38)
    with pytest.raises(EvenvoiceError, match=r"none of the 2 trials came to its end; trial 0: the loss is NaN in epo"):
        tuned(tmp_path, recipe, trials=2)


@pytest.mark.slow
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
    found = tuned(tmp_path / "out", recipe, trials=4, on_message=said.append)
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


def test_features_are_kept_while_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer_loads(monkeypatch, EXAMPLES)
    corpus = corpus_of(TABLE)
    sizes = [open_recipe("smote-2dcnn", {"features": {"n_mfcc": n}}) for n in (13, 20, 13, 20)]
    roomy, narrow = objective.Kept(), objective.Kept(room=1)
    for settings in sizes:
        roomy.of(corpus, settings, skip_bad=False)
    assert len(asked) == 2
    for settings in sizes:
        narrow.of(corpus, settings, skip_bad=False)
    assert len(asked) == 2 + 4


def test_settings_that_no_network_takes_cost_no_more_than_their_trial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The announcement draws settings at random, and times them: some may be impossible, as too few coefficients."""

    def timed(recipe: Recipe, *_: object) -> float:
        if recipe.training.learning_rate != 0.01:
            raise EvenvoiceError("too small")
        return 100.0

    monkeypatch.setattr(cost, "rows_per_second", timed)
    said: list[str] = []
    tuned(tmp_path, recipe=recipe_of({"training.learning_rate": RATES}, epochs=1), trials=1, on_message=said.append)
    assert ", about " in said[0]


def test_the_time_of_a_tuning_counts_the_networks_of_partners() -> None:
    """45 rows, two parts, four copies beside each: 45 × 5 rows an epoch, at 100 rows a second."""

    def announced(recipe: str, **changes: Any) -> str:
        search = {"clip": {"low": 3.0, "high": 6.0}}
        job = Job(
            "", Path(), corpus_of(TABLE), open_recipe(recipe, {"search": search, **changes}),
            open_protocol("kfold"), 2, 0, 1, "cpu", False, False,
        )  # fmt: skip
        return cost.announcement(job, job.inside, 0, 0, 1)

    assert announced("voice-linear") == "1 trial of 2 fits each, whose time is not estimated"
    epochs = open_recipe("voice-residual").training.epochs
    per_epoch = len(TABLE) * 5 / 100
    assert announced("voice-deep") == (
        f"1 trial of 2 fits each, about {time_in_words(epochs * per_epoch)} with 1 job, less what pruning saves"
    )
