"""``evenvoice corpus``: the list, and what a corpus holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from evenvoice.corpora import LOADERS
from tests.cli.command import run

Table = Callable[..., Path]


def test_list_names_every_corpus_and_every_form() -> None:
    answer = run("corpus", "list")
    first = [line.split()[0] for line in answer.result().splitlines() if not line.startswith(" ")]
    assert first == ["corpus", *(f"{name}:PATH" for name in LOADERS), "demo", "folder:PATH", "table.csv"]
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
    assert "speakers are not known" in shown["warnings"]


def test_a_corpus_that_may_not_be_downloaded_says_where_to_get_it(tmp_path: Path) -> None:
    complaint = run("corpus", "download", "iemocap", "--out", tmp_path / "iemocap").complaint()
    assert "licence: for research, after a signed form); get it from https://sail.usc.edu/iemocap" in complaint
    assert not list(tmp_path.iterdir())
