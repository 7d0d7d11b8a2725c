"""``evenvoice balance``: a table, a page, JSON, advice, the list of methods, and one line where something is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.command import run
from tests.study.noise import noise_corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of recordings of noise."""
    folder = tmp_path_factory.mktemp("noise")
    noise_corpus(folder).table.reset_index().to_csv(folder / "noise.csv", index=False)
    return folder / "noise.csv"


def test_it_evaluates_compares_and_writes_page_and_table(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = ("balance", corpus, "--recipe", "functionals-svm", "--methods", "random-over,focal", "--imbalance", "own,3",
             "--protocol", "speaker", "--fit-seeds", "2", "--jobs", "1", "--out", out)  # fmt: skip
    answer = run(*asked)
    text = answer.result()
    assert "left out: functionals-svm+focal: loss" in answer.err
    assert "random-over" in text
    assert f"report: {out / 'balance.html'}" in text
    page = (out / "balance.html").read_text(encoding="utf-8")
    assert page.count("<figure>") == 3
    assert "functionals-svm+focal" in page
    table = pd.read_csv(out / "balance.csv")
    assert list(table["method"]) == ["none", "random-over"] * 2
    assert {path.name for path in (out / "figures").glob("*.png")} == {
        "balance-curve-1.png", "balance-gains-1.png", "balance-gains-2.png"
    }  # fmt: skip
    again = run(*asked, "--json")
    assert "all are there already" in again.err
    found = json.loads(again.result())
    assert [entry["ua"] for entry in found["entries"]] == pytest.approx(table["ua"].tolist())
    assert found["report"] == str(out / "balance.html")


def test_advice_evaluates_nothing(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = run("balance", "--advise", corpus, "--protocol", "speaker").result()
    assert "1.3 : 1 between the largest and the smallest class; at least 9 rows of happy" in text
    assert "1. none:" in text
    found = json.loads(run("balance", corpus, "--advise", "--protocol", "speaker", "--json").result())
    assert found["rarest"] == "happy"
    beside = run("balance", corpus, "--advise", "--protocol", "speaker", "--methods", "smote", "--fit-seeds", "2")
    assert "warning: --advise evaluates nothing, so --methods, --fit-seeds change nothing\n" in beside.err
    assert not list(tmp_path.iterdir())


def test_the_methods_are_listed() -> None:
    text = run("balance", "--list").result()
    assert "samplers: class-weights, smote" in text
    assert "losses: label-smoothing" in text
    for asked in (("--list", "--json"), ("--json", "--list")):
        assert json.loads(run("balance", *asked).result())["samplers"][:2] == ["class-weights", "smote"]


def test_what_is_wrong_is_one_line(corpus: Path, tmp_path: Path) -> None:
    asked = ("balance", corpus, "--recipe", "functionals-svm", "--out", tmp_path / "out")
    assert "method 'smoet' is unknown" in run(*asked, "--methods", "smoet").complaint()
    assert "imbalance: found '0'" in run(*asked, "--methods", "smote", "--imbalance", "0").complaint()
