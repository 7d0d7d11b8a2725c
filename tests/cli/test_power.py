"""``evenvoice power``: from a pilot study, and from stated components for a corpus."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.command import run
from tests.report.fabricated import UNSEEN, write_run, write_study

ROWS = {f"{speaker}{number}": ("angry", "happy")[number % 2] for speaker in "abcdefgh" for number in range(8)}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Two recipes, two seeds, speakers a to h; the second is right more often."""
    folder = write_study(tmp_path / "study", utterances=len(ROWS))
    for recipe, every in (("plain", 3), ("good", 5)):
        for seed in (0, 1):
            answers = {
                row: emotion if (ord(row[0]) + int(row[1]) + (seed if row[0] < "c" else 0)) % every else "angry"
                for row, emotion in ROWS.items()
            }
            write_run(folder, answers, recipe=recipe, seed=seed, emotions=ROWS, promise=UNSEEN)
    for path in folder.glob("runs/*/*/*/*/predictions.csv"):
        table = pd.read_csv(path)
        table.insert(2, "speaker", table["utterance"].str[0])
        table.to_csv(path, index=False)
    return folder


def test_a_pilot_study_says_what_it_can_find_and_what_a_difference_takes(study: Path) -> None:
    found = json.loads(run("power", study, "--difference", "3", "--json").result())
    assert (found["speakers"], found["fits"], found["difference"]) == (8, 2, 0.03)
    assert found["basis"] == "measured on 1 pair of systems of this study"
    assert found["detectable"] > 0.03
    text = " ".join(run("power", study, "--difference", "90").result().split())
    assert "8 speakers and 2 fits of each system find a difference of" in text
    assert "enough for 90 points" in text


def test_sentences_are_broken_at_the_terminals_width(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    lines = run("power", study).result().splitlines()
    assert 45 < max(map(len, lines)) <= 50


def test_a_corpus_is_planned_from_stated_components(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    for row in ROWS:
        (tmp_path / f"{row}.wav").touch()
    rows = [f"{row}.wav,{emotion},{row[0]}" for row, emotion in ROWS.items()]
    table.write_text("\n".join(["file,emotion,speaker", *rows]), encoding="utf-8")
    found = json.loads(run("power", table, "--difference", "5", "--speaker-sd", "5", "--json").result())
    assert (found["speakers"], found["fits"]) == (8, 3)
    assert found["components"]["speakers"] == pytest.approx(2 * 0.05**2 * 0.2)
    assert found["basis"].startswith("stated: over speakers 5 points")
    assert "--alike 2; expected a number from 0 to 1" in run("power", table, "--alike", "2").complaint()


@pytest.mark.parametrize("option", ["--speaker-sd", "--fit-sd", "--both-sd", "--alike", "--emotions"])
def test_what_a_study_has_measured_is_not_stated(study: Path, option: str) -> None:
    said = run("power", study, option, "1").complaint()
    assert said == f"power: {option} is for a corpus, and {study} is a study; leave it out"


@pytest.mark.parametrize(("option", "value"), [("--power", "0.8"), ("--power", "100"), ("--difference", "0")])
def test_per_cent_and_points_are_no_fractions(study: Path, option: str, value: str) -> None:
    assert f"power: {option} {value}; expected" in run("power", study, option, value).complaint()
