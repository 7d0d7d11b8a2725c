"""A value that is given twice, or a path that is empty, is refused before anything is read or written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import run, tree


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("train voices --recipe knn --recipe voice-linear", "train: --recipe is given 2 times and takes one value"),
        ("corpus show voices --emotions sad --emotions angry", "--emotions is given 2 times"),
        ("evaluate voices --shape mean --form array", "--shape is given 2 times"),
        ("plot roc study --protocol speaker --protocol kfold", "--protocol is given 2 times"),
    ],
)
def test_an_option_of_one_value_is_given_once(line: str, says: str) -> None:
    assert says in run(*line.split()).complaint()


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
    assert run("recipe", "show", "knn", "--json", "--json").result().startswith("{")
    said = run("recipe", "show", "2dcnn", "--set", "training.epochs=1", "--set", "training.batch_size=2").result()
    assert "epochs: 1" in said
    assert "batch_size: 2" in said
