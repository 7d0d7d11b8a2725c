"""``evenvoice demo``, on a corpus that takes no synthesiser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import evenvoice
from evenvoice.corpora import open_corpus
from evenvoice.recipes import DEFAULT_RECIPE, open_recipe
from tests.cli.command import run

Table = Callable[..., Path]


def test_demo_evaluates_trains_and_predicts(table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table()
    path.write_text(path.read_text(encoding="utf-8").replace(",2,", ",5,"), encoding="utf-8")
    corpus = replace(open_corpus(str(path)), synthetic=True)
    recipe = open_recipe("smote-2dcnn", {"training": {"epochs": 1}})
    asked: list[str] = []
    monkeypatch.setattr(evenvoice, "open_corpus", lambda name: (asked.append(name), corpus)[1], raising=False)
    monkeypatch.setattr(evenvoice, "open_recipe", lambda name: (asked.append(name), recipe)[1], raising=False)
    out = tmp_path / "demo"
    answer = run("demo", "--jobs", "1", "--out", out)
    lines = answer.result().splitlines()
    assert asked == ["demo", DEFAULT_RECIPE]
    (row,) = [line for line in lines if line.startswith("smote-2dcnn")]
    assert row.split()[1:3] == ["mean", "session"]
    assert "The corpus is synthetic: a machine spoke, and no accuracy claim rests on it." in lines
    spoken = [line for line in lines if "(spoken as " in line]
    assert [line.partition("(spoken as ")[2].partition(")")[0] for line in spoken] == ["angry", "happy", "sad"]
    assert all("/carl_" in line or "/dora_" in line for line in spoken), "session 5 is unseen"
    assert f"report: {out / 'report.html'}" in lines
    assert f"model:  {out / 'model.onnx'}" in lines
    assert (out / "report.html").is_file()
    assert (out / "model.onnx").is_file()
    assert "2 fits, about " in answer.err
