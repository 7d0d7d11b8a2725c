"""What a study measured of a recipe: figures worked out by hand, of this recipe and corpus, and never a LEAKY one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.recognizer.metadata import check_measured
from evenvoice.study import load_study
from evenvoice.study.measured import honest_entries, measured
from tests.report import fabricated

# What `fabricated` writes into run.json.
RECIPE = Recipe(name="smote-2dcnn", balance={"name": "smote"})  # type: ignore[arg-type]  # pydantic makes the section
FINGERPRINT = "0"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two seeds of two folds, all there, and a LEAKY result."""
    study = fabricated.write_study(tmp_path / "my study")
    fabricated.write_honest(study)
    fabricated.write_leaky(study)
    return study


def test_an_entry_says_what_was_measured_and_how(folder: Path) -> None:
    said: list[str] = []
    (entry,) = measured(folder, RECIPE, FINGERPRINT, say=said.append)
    # Seed 0: angry 3 of 4, happy 1 of 2; seed 1: angry 4 of 4, happy 1 of 2.
    assert entry["ua"]["estimate"] == pytest.approx((0.625 + 0.75) / 2)
    assert entry["wa"]["estimate"] == pytest.approx((4 / 6 + 5 / 6) / 2)
    # Probabilities are 0 or 1, so each wrong answer is off by 1.
    assert entry["ece"]["estimate"] == pytest.approx((2 / 6 + 1 / 6) / 2)
    assert {"estimate", "low", "high", "method", "level", "unit", "units"} <= set(entry["ua"])
    assert (entry["study"], entry["protocol"], entry["leaky"]) == ("my study", "speaker-folds", False)
    assert entry["promise"] == "speakers in the test part are unseen in training"
    assert entry["disjoint"] == ["speaker"]
    assert (entry["seeds"], entry["folds"], entry["test_utterances"], entry["speakers"]) == (2, 2, 6, None)
    assert len(entry["predictions_sha256"]) == 64
    assert json.loads(json.dumps(entry, allow_nan=False)) == entry
    assert said == [f"{folder}: smote-2dcnn × paper is left out: LEAKY, no figure to advertise"]


def test_the_same_predictions_have_the_same_hash_wherever_they_lie(folder: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(folder, tmp_path / "moved"))
    first, second = (measured(load_study(place), RECIPE, FINGERPRINT)[0] for place in (folder, moved))
    assert second["study"] == "moved"
    assert first["predictions_sha256"] == second["predictions_sha256"]
    changed = next(moved.glob("runs/*/speaker-folds/seed-1/fold-0/predictions.csv"))
    changed.write_text(changed.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert measured(moved, RECIPE, FINGERPRINT)[0]["predictions_sha256"] != first["predictions_sha256"]


def test_protocols_with_unseen_speakers_come_first(folder: Path) -> None:
    shared = {"words": "stratified k-fold", "disjoint": [], "leaky": False}
    fabricated.write_honest(folder, protocol="kfold", promise=shared)
    assert [result.protocol for result in load_study(folder).results] == ["kfold", "paper", "speaker-folds"]
    assert [entry["protocol"] for entry in measured(folder, RECIPE, FINGERPRINT)] == ["speaker-folds", "kfold"]


def test_a_recipes_name_words_and_search_do_not_matter_and_its_settings_do(folder: Path) -> None:
    described = {"about": "A copy.", "source": "Here.", "search": {"training.epochs": [5, 50]}}
    renamed = open_recipe(RECIPE, {"name": "mine", **described})
    assert measured(folder, renamed, FINGERPRINT) == measured(folder, RECIPE, FINGERPRINT)
    for change in ({"training": {"epochs": 99}}, {"shape": {"name": "array"}}, {"balance": {"name": "none"}}):
        with pytest.raises(EvenvoiceError, match=r"measured no recipe with the settings of 'smote-2dcnn', only smote-"):
            measured(folder, open_recipe(RECIPE, change), FINGERPRINT)


def test_runs_of_other_settings_under_the_same_name_are_not_mixed_in(folder: Path) -> None:
    for path in folder.glob("runs/*/speaker-folds/seed-1/*/run.json"):
        info = json.loads(path.read_text(encoding="utf-8"))
        info["recipe"]["training"]["epochs"] = 7
        path.write_text(json.dumps(info), encoding="utf-8")
    (entry,) = measured(folder, RECIPE, FINGERPRINT)
    assert (entry["seeds"], entry["ua"]["estimate"]) == (1, 0.625)
    for path in folder.glob("runs/*/speaker-folds/seed-0/*/run.json"):
        info = json.loads(path.read_text(encoding="utf-8"))
        info["recipe"]["training"]["of a later evenvoice"] = 1
        path.write_text(json.dumps(info), encoding="utf-8")
    with pytest.raises(EvenvoiceError, match="can be advertised"):
        measured(folder, RECIPE, FINGERPRINT)


def test_a_study_of_another_corpus_is_refused(folder: Path) -> None:
    with pytest.raises(EvenvoiceError, match=r"my study: measured corpus tiny \(6 utterances\), other than") as caught:
        measured(folder, RECIPE, "1")
    assert str(caught.value).isprintable()


def test_nothing_but_leaky_or_unfinished_results_is_nothing_to_advertise(folder: Path) -> None:
    shutil.rmtree(folder / "runs" / "smote-2dcnn" / "speaker-folds" / "seed-1" / "fold-0")
    said: list[str] = []
    assert honest_entries(load_study(folder), RECIPE, say=said.append) == []
    assert [line.partition(" is left out: ")[2].partition(";")[0] for line in said] == [
        "LEAKY, no figure to advertise",
        "seed 1 is not finished",
    ]
    with pytest.raises(EvenvoiceError, match=r"\(only paper, speaker-folds, LEAKY or not finished\); evaluate with"):
        measured(folder, RECIPE, FINGERPRINT)


def test_a_protocol_with_one_fold_is_finished_with_it(tmp_path: Path) -> None:
    study = fabricated.write_study(tmp_path)
    answers = dict(zip(fabricated.FOLDS[0], fabricated.ANSWERS[0][0], strict=True))
    fabricated.write_run(study, answers, protocol="random", promise={"words": "random", "disjoint": [], "leaky": False})
    (entry,) = measured(study, RECIPE, FINGERPRINT)
    # angry 1 of 2, happy 1 of 1.
    assert (entry["test_utterances"], entry["ua"]["estimate"]) == (3, 0.75)


def test_it_is_compared_with_the_other_recipes_of_the_study(folder: Path) -> None:
    """The other recipe answers as this one in seed 0, and worse by one angry row in seed 1."""
    assert measured(folder, RECIPE, FINGERPRINT)[0]["compared"] == []
    fabricated.write_honest(folder, recipe="knn", seeds=1)
    for number, answers in enumerate(fabricated.ANSWERS[0]):
        rows = dict(zip(fabricated.FOLDS[number], answers, strict=True))
        fabricated.write_run(folder, rows, recipe="knn", seed=1, fold=number)
    (entry,) = measured(folder, RECIPE, FINGERPRINT)
    (other,) = entry["compared"]
    assert other["recipe"] == "knn"
    assert other["difference"]["estimate"] == pytest.approx((0 + 0.125) / 2)
    assert other["words"].startswith("No difference is shown between smote-2dcnn and knn: 6.2 points of UA")
    check_measured([entry], "a file")
