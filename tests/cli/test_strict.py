"""A value that is given twice is said; a path that is empty is refused before anything is read or written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import run, tree


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("recipe show knn --emotions 3 --emotions 4", "warning: --emotions is given 2 times; 4, the last, is taken"),
        ("recipe show knn --shape mean --form array", "warning: --shape is given 2 times; array, the last, is taken"),
    ],
)
def test_of_an_option_of_one_value_the_last_is_taken_and_said(line: str, says: str) -> None:
    answer = run(*line.split())
    assert answer.result()
    assert says in answer.err


def test_of_a_setting_that_is_given_twice_the_last_is_taken_and_said() -> None:
    with pytest.warns(UserWarning, match=r"^--set training\.epochs is given twice; 2, the last, is taken$"):
        answer = run("recipe", "show", "2dcnn", "--set", "training.epochs=1", "--set", "training.epochs=2")
    assert "epochs: 2" in answer.result()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("evaluate", "folder:voices", "--out", ""), "evaluate: --out is empty; expected a path"),
        (("demo", "--out", " "), "demo: --out is empty"),
        (("report", ""), "report: DIR is empty"),
        (("compare", "study", ""), "compare: DIR… is empty"),
        (("export", "--web", ""), "export: --web is empty"),
    ],
)
def test_an_empty_path_is_not_the_working_directory(
    arguments: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert says in run(*arguments).complaint()
    assert tree(tmp_path) == {}


def test_flags_and_repeatable_options_may_be_repeated(tmp_path: Path) -> None:
    answer = run("recipe", "show", "2dcnn", "--set", "training.epochs=1", "--set", "model=knn", "--json", "--json")
    assert answer.result().startswith("{")
    assert "is given" not in answer.err
