"""EmoDB and RAVDESS as they are, row by row against the published lists."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from evenvoice.corpora import open_corpus, summarise
from evenvoice.corpora.emotions import canonical


@pytest.mark.parametrize("name", ["emodb", "ravdess"])
def test_every_row_is_as_listed(name: str, corpora_folder: Path) -> None:
    table = open_corpus(f"{name}:{corpora_folder / name}").table
    with (corpora_folder / f"{name}.csv").open(newline="", encoding="utf-8") as lines:
        listed = list(csv.DictReader(lines))
    columns = ("file", "emotion", "speaker", "gender", "text")
    ours = {tuple(row) for row in table[list(columns)].itertuples(index=False)}
    genders = {"f": "female", "m": "male"}
    theirs = {
        (
            str(corpora_folder / name / row["file"]),
            canonical(row["emotion"]),
            row["speaker"],
            genders[row["gender"]],
            row["text"],
        )
        for row in listed
    }
    assert len(table) == len(listed) == len(theirs)
    assert ours == theirs


def test_emodb_summed_up(corpora_folder: Path) -> None:
    summary = summarise(open_corpus(f"emodb:{corpora_folder / 'emodb'}"))
    assert summary.counts.shape == (7, 10)
    assert summary.totals == {
        "angry": 127,
        "boredom": 81,
        "disgust": 46,
        "fear": 69,
        "happy": 71,
        "neutral": 79,
        "sad": 62,
    }
    assert summary.imbalance == pytest.approx(127 / 46)
    assert summary.counts.loc["disgust", "08"] == 0
    assert {"speaker 08 has no disgust", "speaker 03 has only one disgust"} <= set(summary.warnings)
    with (corpora_folder / "emodb.csv").open(newline="", encoding="utf-8") as lines:
        listed = sum(float(row["duration_s"]) for row in csv.DictReader(lines))
    assert summary.hours == pytest.approx(listed / 3600, rel=1e-4)
    assert summary.hours_note == ""


def test_ravdess_summed_up(corpora_folder: Path) -> None:
    summary = summarise(open_corpus(f"ravdess:{corpora_folder / 'ravdess'}"))
    assert summary.counts.shape == (8, 24)
    assert summary.totals["neutral"] == 96
    assert set(summary.totals.values()) == {96, 192}
    assert summary.warnings == [
        "only 2 texts, each of them spoken in every emotion",
        "recordings that are the same, byte for byte: 1 (03-01-03-01-02-01-07.flac and 03-01-03-01-02-02-07.flac)",
    ]


def test_four_emotions_of_emodb(corpora_folder: Path) -> None:
    corpus = open_corpus(f"emodb:{corpora_folder / 'emodb'}", emotions="angry,happy,sad,neutral")
    assert len(corpus) == 127 + 71 + 62 + 79
    assert corpus.labels == ("angry", "happy", "sad", "neutral")
