"""``evenvoice compare``: one table in four formats, and one line for whatever cannot stand in it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.report.fabricated import UNSEEN, write_run, write_study

ROWS = {f"{speaker}{number}": emotion for speaker in "abcdefgh" for number, emotion in enumerate(("angry", "happy"))}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Two recipes: one answers angry to all, the other is always right."""
    folder = write_study(tmp_path / "study", utterances=len(ROWS))
    write_run(folder, dict.fromkeys(ROWS, "angry"), recipe="plain", emotions=ROWS, promise=UNSEEN)
    write_run(folder, ROWS, recipe="good_one", emotions=ROWS, promise=UNSEEN)
    return folder


def test_the_table_names_what_it_is_over(study: Path) -> None:
    """The fabricated tables have no speaker: the table says that its intervals are over utterances, and too narrow."""
    text = run("compare", study, "--recipe", "plain", "--recipe", "good_one").result()
    assert "50.0 [" in text
    assert "+50.0 –" in text  # the same for every utterance: no interval that reads as certainty
    assert "this model, new utterances" in text
    assert "There is one fit, so the recipes cannot be compared" in " ".join(text.split())
    assert "over utterances" in text
    assert "too narrow" in text
    assert text.index("plain") < text.index("good_one")


def test_json_has_what_a_script_reads(study: Path) -> None:
    first, second = json.loads(run("compare", study, "--recipe", "plain", "--recipe", "good_one", "--json").result())
    assert (first["system"], first["ua"]["estimate"], first["against_first"]) == ("plain", 0.5, None)
    assert second["ua"]["estimate"] == 1.0
    assert second["p_ua_holm"] == second["against_first"]["p_ua"] < 0.05
    assert second["protocol"] == "speaker-folds"
    assert second["leaky"] is False


def test_csv_has_a_column_for_each_number(study: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("compare", study, "--csv").result())))
    assert {row["system"]: float(row["ua"]) for row in rows} == {"plain": 0.5, "good_one": 1.0}
    assert float(rows[1]["p_ua"]) < 0.05
    assert rows[0]["p_ua"] == ""


def test_latex_is_a_tabular_with_its_signs_escaped(study: Path) -> None:
    lines = run("compare", study, "--latex").result().splitlines()
    assert lines[0] == r"\begin{table}"
    assert lines[-1] == r"\end{table}"
    assert lines[1].startswith(r"\caption{Intervals: 95 \%, for this model, new utterances")
    body = lines[2:-1]
    assert body[0] == r"\begin{tabular}{lllrrrrrr}"
    assert body[-1] == r"\end{tabular}"
    assert any(line.startswith(r"good\_one & speaker-folds") for line in body)
    assert all(line.count("&") == 8 for line in body if line.endswith(r"\\"))


def test_markdown_is_a_table(study: Path) -> None:
    lines = run("compare", study, "--markdown").result().splitlines()
    assert lines[1] == "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    assert len({line.count("|") for line in lines[:4]}) == 1


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (
            "utterance,emotion,synthetic,predicted,p:sad\n1,sad,False,happy,1\n",
            "'happy' has no column p:happy",
        ),
        ("utterance,emotion,synthetic,predicted,p:sad,p:happy\n1,sad,False,sad,0.9,0.9\n", "probabilities sum to 1.8"),
        ("utterance,emotion,synthetic,predicted,p:sad\n1,sad,False,sad,1\n1,sad,False,sad,1\n", "stands in it twice"),
        ("utterance,emotion,predicted,p:sad\n1,sad,sad,1\n", "column 'synthetic' is missing"),
        ("", "cannot be read as a table of predictions"),
    ],
)
def test_a_table_that_cannot_be_scored_is_one_line(table: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "theirs.csv"
    path.write_text(table, encoding="utf-8")
    complaint = run("compare", path).complaint()
    assert str(path) in complaint
    assert says in complaint


def test_other_corpora_two_formats_and_nothing_are_refused(study: Path, tmp_path: Path) -> None:
    other = write_study(tmp_path / "other", utterances=len(ROWS), fingerprint="1", name="another")
    write_run(other, ROWS, emotions=ROWS, promise=UNSEEN)
    assert "of corpus another (1)" in run("compare", study, other).complaint()
    assert "exclude each other" in run("compare", study, "--json", "--csv").complaint()
    assert "no such file or folder" in run("compare", tmp_path / "nowhere").complaint()
