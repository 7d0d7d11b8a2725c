"""``evenvoice run``: what `evaluate` wrote gives the same table again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import predictions, run


def test_the_file_that_evaluate_writes_gives_the_same_predictions(
    voices: Path, tmp_path: Path, undrawn: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("--speaker-from", "([a-z]+)_", "--recipe", "knn", "--set", "model.options.n_neighbors=1", "--jobs", "1")
    first = run("evaluate", f"folder:{voices}", *asked, "--protocol", "speaker", "--out", tmp_path / "first")
    file = tmp_path / "first" / "study.yaml"
    monkeypatch.chdir(voices)
    again = run("run", file, "--jobs", "1")
    assert f"folder: {file.parent}\n" in again.err
    assert "4 fits: all are there already" in again.err
    second = run("run", file, "--jobs", "1", "--out", tmp_path / "second")
    table = [answer.result().split("report: ")[0].splitlines() for answer in (first, second)]
    assert [line.split()[:4] for line in table[0]] == [line.split()[:4] for line in table[1]]
    assert predictions(tmp_path / "first") == predictions(tmp_path / "second")


def test_a_file_that_is_wrong_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text("corpus: folder:nowhere", encoding="utf-8")
    assert "nowhere" in run("run", tmp_path / "study.yaml").complaint()
