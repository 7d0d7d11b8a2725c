from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.study import Study, load_study
from evenvoice.study.completeness import gaps
from evenvoice.study.marks import by_recipe
from evenvoice.study.table import summaries
from evenvoice.tables import ends
from tests.report.fabricated import write_honest, write_leaky, write_run, write_study


@pytest.fixture
def study(tmp_path: Path) -> Study:
    write_study(tmp_path)
    write_leaky(tmp_path)
    write_honest(tmp_path)
    return load_study(tmp_path)


def test_scores_are_those_worked_out_by_hand(study: Study) -> None:
    honest, leaky = summaries(study)
    assert (honest["protocol"], honest["leaky"], honest["n_test"]) == ("speaker-folds", False, 6)
    assert honest["ua"] == pytest.approx({"mean": 0.6875, "sd": 0.125 / 2**0.5})
    assert honest["wa"] == pytest.approx({"mean": 0.75, "sd": (1 / 6) / 2**0.5})
    assert (leaky["protocol"], leaky["leaky"], leaky["n_test"]) == ("paper", True, 3)
    assert leaky["ua"]["mean"] == pytest.approx(0.75)
    assert leaky["ua_real"]["mean"] == pytest.approx(0.5)
    assert leaky["ua_synthetic"]["mean"] == pytest.approx(1.0)


def test_marks_say_what_a_reader_must_know(study: Study) -> None:
    assert [row["marks"] for row in summaries(study)] == [[], ["LEAKY", "speakers may be shared"]]


def test_a_recipes_rows_stand_together_from_strict_to_leaky(tmp_path: Path) -> None:
    write_study(tmp_path)
    for recipe in ("2dcnn", "smote-2dcnn"):
        write_leaky(tmp_path, recipe=recipe)
        write_honest(tmp_path, recipe=recipe, seeds=1)
    rows = [(row["recipe"], row["protocol"]) for row in summaries(load_study(tmp_path))]
    assert rows == [(recipe, name) for recipe in ("2dcnn", "smote-2dcnn") for name in ("speaker-folds", "paper")]


def test_text_gives_per_cent_with_one_decimal(study: Study) -> None:
    lines = study.table().to_text(160).splitlines()
    honest = next(result for result in study.results if not result.leaky)
    ua, wa = (ends(honest.intervals[name]).split() for name in ("ua", "wa"))
    assert lines[2].split() == [
        "smote-2dcnn", "mean", "speaker-folds", "68.8", "±", "8.8", *ua, "75.0", "±", "11.8", *wa, "70.1", "±", "10.8",
        "2", "×", "2", "6", "2", "min",
    ]  # fmt: skip
    assert "1 of the 3 test rows are synthetic; UA 100.0 % on these, 50.0 % on the real ones" in study.table().to_text(
        120
    )


@pytest.mark.parametrize("width", [20, 60, 80, 120])
def test_leaky_is_shown_however_narrow_the_terminal(study: Study, width: int) -> None:
    row = next(line for line in study.table().to_text(width).splitlines() if " paper " in line)
    assert "LEAKY" in row
    assert "75.0" in row  # UA
    assert "66.7" in row  # WA


def test_names_are_no_markup(tmp_path: Path) -> None:
    write_study(tmp_path)
    write_honest(tmp_path, seeds=1, recipe="[red]:smile:|")
    assert "[red]:smile:|" in load_study(tmp_path).table().to_text(120)
    assert r"| [red\]:smile:\| | mean |" in load_study(tmp_path).table().to_markdown()


def test_markdown_has_the_same_numbers(study: Study) -> None:
    lines = study.table().to_markdown().splitlines()
    (ua, wa), leaky = ([ends(result.intervals[name]) for name in ("ua", "wa")] for result in by_recipe(study))
    assert lines[2].startswith(
        f"| smote-2dcnn | mean | speaker-folds |  | 68.8 ± 8.8 | {ua} | 75.0 ± 11.8 | {wa} | 70.1 ± 10.8 |"
    )
    ua, wa = leaky
    assert lines[3] == (
        f"| smote-2dcnn | mean | paper | **LEAKY**, speakers may be shared | 75.0 | {ua} | 66.7 | {wa} | 66.7 | 1 × 1 "
        "| 3 | 30 s | 1 | 50.0 | 100.0 |"
    )
    assert len({line.count("|") for line in lines[:4]}) == 1
    assert "tiny, 2 emotions" in lines[-1]


def test_a_synthetic_corpus_is_named_as_such(tmp_path: Path) -> None:
    write_study(tmp_path, synthetic=True)
    write_honest(tmp_path, seeds=1)
    for text in (load_study(tmp_path).table().to_text(200), load_study(tmp_path).table().to_markdown()):
        assert "a machine spoke, and no accuracy claim rests on it" in text


def test_a_missing_fold_is_told(tmp_path: Path) -> None:
    write_study(tmp_path)
    write_honest(tmp_path, seeds=1, folds=1)
    study = load_study(tmp_path)
    assert gaps(study) == ["smote-2dcnn × speaker-folds, seed 0: 1 fold (0) so far, which test 3 of 6 utterances"]
    assert not summaries(study)[0]["complete"]
    assert "not complete" in study.table().to_text(120)


def test_uneven_grids_are_told(tmp_path: Path) -> None:
    write_study(tmp_path)
    write_honest(tmp_path)
    write_leaky(tmp_path, recipe="2dcnn")
    assert gaps(load_study(tmp_path)) == [
        "2dcnn × paper: no run with seed 1, which other results have",
        "2dcnn × speaker-folds: no run, while both have others",
        "smote-2dcnn × paper: no run, while both have others",
    ]


def test_a_whole_study_has_no_gaps(tmp_path: Path) -> None:
    write_study(tmp_path)
    write_honest(tmp_path)
    write_run(tmp_path, {"a1": "angry", "h1": "happy"}, protocol="random", seed=0)
    write_run(tmp_path, {"a2": "angry", "h1": "happy"}, protocol="random", seed=1)
    study = load_study(tmp_path)
    assert gaps(study) == []
    assert all(row["complete"] for row in summaries(study))
