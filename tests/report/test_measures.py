from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.report.measures import class_counts, confusion, curve, emotion_scores, fold_numbers, seen
from evenvoice.study import Result, load_study
from evenvoice.study.marks import by_protocol
from tests.report.fabricated import IDS, write_honest, write_leaky, write_run, write_study


@pytest.fixture
def results(tmp_path: Path) -> dict[str, Result]:
    write_study(tmp_path)
    write_leaky(tmp_path)
    write_honest(tmp_path)
    return {result.protocol: result for result in load_study(tmp_path).results}


def test_confusion_adds_the_seeds(results: dict[str, Result]) -> None:
    counts = confusion(results["speaker-folds"])
    assert counts.to_numpy().tolist() == [[3 + 4, 1 + 0], [1 + 1, 1 + 1]]  # rows: true angry, true happy


def test_emotion_scores_are_means_over_seeds(results: dict[str, Result]) -> None:
    scores = emotion_scores(results["speaker-folds"])
    means = {label: {name: value.estimate for name, value in found.items() if value} for label, found in scores.items()}
    assert means["angry"] == pytest.approx(
        {"precision": (3 / 4 + 4 / 5) / 2, "recall": (3 / 4 + 1) / 2, "f1": (3 / 4 + 8 / 9) / 2}
    )
    assert means["happy"] == pytest.approx({"precision": 3 / 4, "recall": 1 / 2, "f1": (1 / 2 + 2 / 3) / 2})


def test_class_counts_tell_synthetic_rows_apart(results: dict[str, Result]) -> None:
    honest = class_counts(results["speaker-folds"])
    assert honest.loc["angry"].to_dict() == {"before": 2, "kept": 2, "synthetic": 0}
    assert honest.loc["happy"].to_dict() == {"before": 1, "kept": 1, "synthetic": 1}
    leaky = class_counts(results["paper"])
    assert leaky.loc["happy"].to_dict() == {"before": 2, "kept": 2, "synthetic": 2}


def test_curves_are_means_over_runs_between_the_lowest_and_the_highest(results: dict[str, Result]) -> None:
    accuracy = curve(results["speaker-folds"], "train_accuracy")  # folds 0 and 1 begin with 0.5 and 0.6, end with 0.75
    assert accuracy is not None
    assert accuracy.loc[1].to_dict() == pytest.approx({"mean": 0.55, "low": 0.5, "high": 0.6})
    assert accuracy.loc[2].to_dict() == pytest.approx({"mean": 0.75, "low": 0.75, "high": 0.75})
    assert curve(results["speaker-folds"], "validation_accuracy") is None


def test_fold_numbers_count_real_and_synthetic_rows(results: dict[str, Result]) -> None:
    fold = fold_numbers(results["speaker-folds"].runs[0])
    assert (fold.train, fold.made, fold.validation, fold.test, fold.made_test) == (3, 1, 0, 3, 0)
    assert (fold.ua, fold.wa) == pytest.approx((0.75, 2 / 3))  # angry 1 of 2, happy 1 of 1
    leaky = fold_numbers(results["paper"].runs[0])
    assert (leaky.train, leaky.made, leaky.test, leaky.made_test) == (4, 1, 3, 1)


def test_what_each_step_saw(results: dict[str, Result]) -> None:
    honest = seen(results["speaker-folds"])
    assert honest["normaliser"] == {"train": (12, 12), "test": (0, 12)}
    leaky = seen(results["paper"])
    assert leaky["normaliser"]["test"] == (2, 3)  # both real ones
    assert leaky["network"]["test"] == (0, 3)


def test_an_emotion_that_is_never_tested_has_no_scores(tmp_path: Path) -> None:
    write_study(tmp_path, labels=("angry", "disgust", "happy"))
    answers = {"a1": "angry", "a2": "disgust", "h1": "happy"}
    write_run(tmp_path, answers, labels=("angry", "disgust", "happy"), protocol="random")
    found = emotion_scores(load_study(tmp_path).results[0])
    assert found["disgust"] == {"precision": None, "recall": None, "f1": None}
    assert "disgust" not in IDS.values()


def test_protocols_stand_from_strict_to_leaky(tmp_path: Path) -> None:
    write_study(tmp_path)
    for recipe in ("2dcnn", "smote-2dcnn"):
        write_leaky(tmp_path, recipe=recipe)
        write_honest(tmp_path, recipe=recipe, seeds=1)
        shared = {"words": "random", "disjoint": [], "leaky": False}
        write_run(tmp_path, {"a1": "angry", "h1": "happy"}, recipe=recipe, protocol="kfold", promise=shared)
        other = {"words": "another corpus", "disjoint": ["corpus"], "leaky": False}
        write_run(tmp_path, {"a1": "angry", "h1": "happy"}, recipe=recipe, protocol="cross", promise=other)
    order = [result.protocol for result in by_protocol(load_study(tmp_path))]
    assert order == [name for name in ("cross", "speaker-folds", "kfold", "paper") for _ in range(2)]
