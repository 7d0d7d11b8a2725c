"""Speakers and reliability: worked by hand on four speakers, one of whom is never understood."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evenvoice.report.groups import group_tables, speakers_figure, worst_speaker
from evenvoice.report.page import write_report
from evenvoice.report.reliability import calibration_words, reliability_figure
from evenvoice.study import Result, load_study
from tests.report.fabricated import write_run, write_study

EMOTIONS = {f"{speaker}{n}": ("angry", "happy")[n % 2] for speaker in "abcd" for n in range(6)}


@pytest.fixture
def result(tmp_path: Path) -> Result:
    """Speakers a, b, c: all right. Speaker d: all wrong. Every answer has probability 1."""
    write_study(tmp_path, utterances=len(EMOTIONS))
    wrong = {"angry": "happy", "happy": "angry"}
    answers = {row: wrong[emotion] if row[0] == "d" else emotion for row, emotion in EMOTIONS.items()}
    for fold, speakers in enumerate(("ab", "cd")):
        tested = {row: answer for row, answer in answers.items() if row[0] in speakers}
        write_run(tmp_path, tested, emotions=EMOTIONS, fold=fold)
    genders = {"a": "f", "b": "f", "c": "m", "d": "m"}
    for path in tmp_path.glob("runs/*/*/*/*/predictions.csv"):
        table = pd.read_csv(path)
        table["speaker"] = table["utterance"].str[0]
        table.assign(gender=table["speaker"].map(genders)).to_csv(path, index=False)
    return load_study(tmp_path).results[0]


def test_the_worst_speaker_is_named_and_comes_first(result: Result) -> None:
    captions = [caption for caption, _ in group_tables(result)]
    assert captions == ["By speaker; worst: d, UA 0.0 %", "By gender; worst: m, UA 50.0 %"]
    tables = {caption.partition(";")[0]: rows for caption, rows in group_tables(result)}
    assert tables["By speaker"][0] == {"speaker": "d", "test rows": "6", "UA %": "0.0", "WA %": "0.0"}
    assert [(row["gender"], row["speakers"], row["WA %"]) for row in tables["By gender"]] == [
        ("m", "2", "50.0"),
        ("f", "2", "100.0"),
    ]
    assert tables["By gender"][0][""] == "2 speakers: too few to say"
    assert tables["By gender"][1]["UA % [95 %]"] == "100.0"  # no interval that reads as certainty
    assert worst_speaker(result) == (
        "Recognised worst: speaker d, UA 0.0 %; the median speaker has 100.0 %, the best 100.0 %."
    )


def test_a_point_for_each_speaker(result: Result) -> None:
    figure = speakers_figure(result)
    assert figure is not None
    (points,) = figure.axes[0].collections
    assert [height for _, height in points.get_offsets()] == [0, 100, 100, 100]


def test_the_diagram_shows_a_system_that_is_too_sure(result: Result) -> None:
    """Probability 1 for 24 answers, 18 of them right."""
    accuracy = reliability_figure(result).axes[0].lines[-1]
    assert accuracy.get_xydata().tolist() == [[100, 75]]
    assert calibration_words(result).startswith("Expected calibration error 25.0 [")
    assert "uncalibrated softmax" in calibration_words(result)


def test_the_page_has_all_of_it(result: Result) -> None:
    text = write_report(result.runs[0].folder.parents[4]).read_text(encoding="utf-8")
    assert "Recognised worst: speaker d" in text
    assert "By gender" in text
    assert "UA of each speaker" in text
    assert "Reliability diagram" in text
    assert "interval for this model, new speakers; over 4 speakers and 1 fit" in text
