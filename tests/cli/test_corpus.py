"""``evenvoice corpus``: the list, and what a corpus holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from evenvoice.corpora import LOADERS
from tests.cli.command import QUICK, run

Table = Callable[..., Path]


def test_list_names_every_corpus_and_every_form() -> None:
    answer = run("corpus", "list")
    first = [line.split()[0] for line in answer.result().splitlines() if not line.startswith(" ")]
    more = ["audformat:PATH", "audb:NAME@VERSION", "datasets:PATH"]
    assert first == ["corpus", *(f"{name}:PATH" for name in LOADERS), "demo", "folder:PATH", "table.csv", *more]
    assert answer.err == ""


def test_show_counts_utterances_by_speaker_and_emotion(table: Table) -> None:
    answer = run("corpus", "show", table(), "--without", "speaker=carl")
    lines = answer.result().splitlines()
    assert lines[0] == "table: 27 utterances, 3 speakers, 3 emotions"
    assert [line.split() for line in lines[1:6] if line.strip()] == [
        ["speaker", "angry", "happy", "sad", "all"],
        ["anna", "3", "3", "3", "9"],
        ["ben", "3", "3", "3", "9"],
        ["dora", "3", "3", "3", "9"],
        ["all", "9", "9", "9", "27"],
    ]
    assert "imbalance: largest emotion 1.00 times the smallest" in lines
    assert answer.err == "reading the headers of table: 27 to do\n"


def test_show_as_json_is_one_object(voices: Path) -> None:
    shown = json.loads(run("corpus", "show", f"folder:{voices}", "--json").result())
    assert (shown["name"], shown["utterances"]) == ("voices", 36)
    assert shown["totals"] == {"angry": 12, "happy": 12, "sad": 12}
    assert any(line.startswith("speakers are not known, ") for line in shown["warnings"])


def test_a_corpus_that_may_not_be_downloaded_says_where_to_get_it(tmp_path: Path) -> None:
    complaint = run("corpus", "download", "iemocap", "--out", tmp_path / "iemocap").complaint()
    assert "licence: for research, after a signed form); get it from https://sail.usc.edu/iemocap" in complaint
    assert not list(tmp_path.iterdir())


def test_warnings_go_to_stderr_once(table: Table, tmp_path: Path, undrawn: None) -> None:
    path = table(("sad/anna_0.wav", "sad", "anna ", "1", "scripted", "train"), ("sad/anna_1.wav", "sad", "Anna"))
    answer = run("evaluate", path, "--protocol", "random", *QUICK, "--out", tmp_path / "out")
    assert answer.code == 0, answer.err
    said = [line for line in answer.err.splitlines() if line.startswith("warning: ")]
    assert len(said) == len(set(said)) == 2
    assert any("speakers 'Anna' and 'anna' differ only in spelling" in line for line in said)
