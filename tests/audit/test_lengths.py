"""Lengths: one for all that cuts speech, and one that an emotion has to itself; lengths that differ are no finding."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evenvoice.audit.lengths import length_findings


def table(lengths: list[float], emotions: list[str], end: float = -5.0) -> pd.DataFrame:
    return pd.DataFrame({"duration": lengths, "emotion": emotions, "end_level": end})


def codes(of: pd.DataFrame) -> list[str]:
    return [finding.kind.code for finding in length_findings(of)]


EMOTIONS = ["angry", "calm", "sad"] * 10
MIXED = list(1 + np.arange(30) / 10)


def test_lengths_that_differ_are_no_finding() -> None:
    assert codes(table(MIXED, EMOTIONS)) == []


def test_one_length_is_a_finding_where_recordings_end_loud() -> None:
    cut = table([2.0] * 29 + [1.7], EMOTIONS)
    (finding,) = length_findings(cut)
    assert finding.kind.code == "cut-to-one-length"
    assert finding.message.startswith("29 of 30 recordings last 2.000 s; 29 of these end loud")
    assert finding.evidence == ("angry: 10 of 10 end loud", "calm: 10 of 10 end loud", "sad: 9 of 9 end loud")
    assert codes(table([2.0] * 30, EMOTIONS, end=-60.0)) == []  # padded, or silence left around the speech
    assert codes(table([2.0] * 26 + [1.7] * 4, EMOTIONS)) == []  # fewer than nine tenths
    assert codes(cut.assign(end_level=[-5.0] * 5 + [-60.0] * 25)) == []  # fewer than a fifth of these end loud
    assert codes(cut.iloc[:9]) == []


def test_one_length_of_an_emotion_is_a_finding_however_it_ends() -> None:
    lengths = [2.9 if emotion == "sad" else length for emotion, length in zip(EMOTIONS, MIXED, strict=True)]
    (finding,) = length_findings(table(lengths, EMOTIONS, end=-60.0))
    assert finding.kind.code == "emotion-has-one-length"
    assert finding.message == "1 of 3 emotions"
    assert finding.evidence == ("sad: 10 of 10 last 2.900 s, of the others 1 of 20",)


def test_each_emotion_of_a_length_of_its_own() -> None:
    lengths = [{"angry": 1.0, "calm": 2.0, "sad": 3.0}[emotion] for emotion in EMOTIONS]
    (finding,) = length_findings(table(lengths, EMOTIONS))
    assert finding.message == "3 of 3 emotions"


def test_a_length_that_others_have_as_well_is_none() -> None:
    lengths = [2.9 if emotion != "angry" else length for emotion, length in zip(EMOTIONS, MIXED, strict=True)]
    assert codes(table(lengths, EMOTIONS)) == []
    few = table([2.9] * 4 + MIXED[:20], ["sad"] * 4 + ["calm"] * 20)
    assert codes(few) == []
