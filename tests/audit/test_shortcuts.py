"""A planted shortcut is found on unseen speakers; chance, speakers' habits and modest loudness are not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score

from evenvoice.audit.shortcuts import (
    LOUDNESS_AND_DURATION,
    RECORDING_PROPERTIES,
    Shortcut,
    find_shortcut,
    shortcut_findings,
)
from evenvoice.errors import EvenvoiceError

pytestmark = pytest.mark.slow

EMOTIONS = ("angry", "happy", "neutral", "sad")


def recordings(speakers: int = 8, takes: int = 6, seed: int = 0) -> pd.DataFrame:
    """A complete design in which no property has to do with emotion."""
    rows = [(f"s{s}", emotion) for s in range(speakers) for emotion in EMOTIONS for _ in range(takes)]
    table = pd.DataFrame(rows, columns=["speaker", "emotion"]).rename_axis("utterance")
    random = np.random.default_rng(seed)
    for column in LOUDNESS_AND_DURATION.columns:
        table[column] = random.normal(size=len(table))
    return table.assign(format="WAV", subtype="PCM_16", rate=16000, channels=1)


def found(table: pd.DataFrame) -> list[str]:
    return [finding.kind.code for finding in shortcut_findings(find_shortcut(table))]


def test_properties_that_tell_nothing_score_chance():
    shortcut = find_shortcut(recordings(takes=12))
    assert shortcut.chance == 0.25
    assert shortcut.low < 0.25 < shortcut.high
    assert shortcut.p > 0.01
    assert shortcut_findings(shortcut) == []


def test_silence_that_an_emotion_has_is_found_and_named():
    table = recordings()
    table.loc[table["emotion"] == "sad", "leading_silence"] += 10
    shortcut = find_shortcut(table)
    assert shortcut.matters_most is not None
    assert shortcut.matters_most[0] == "leading silence"
    assert shortcut.tested_on == "unseen speakers"
    # One emotion of four is told apart, the others are guessed among three.
    assert shortcut.ua == pytest.approx((1 + 3 / 3) / 4, abs=0.08)
    (finding,) = shortcut_findings(shortcut)
    assert finding.kind.code == "shortcut"
    assert finding.kind.severity == "warning"
    assert f"UA {shortcut.ua:.1%}" in finding.message
    assert "most telling: leading silence" in finding.message
    assert finding.message.endswith("show in offset and noise how softly each was spoken")


@pytest.mark.parametrize("column", ["format", "rate"])
def test_a_format_that_an_emotion_has_is_found(column):
    table = recordings()
    table.loc[table["emotion"] == "angry", column] = "FLAC" if column == "format" else 48000
    assert found(table) == ["shortcut"]


def test_what_tells_emotion_within_each_speaker_only_is_no_shortcut_to_others():
    table = recordings(takes=10)
    # Each speaker has another value for each emotion: a forest that knew the speaker would know the emotion.
    random = np.random.default_rng(1)
    values = {key: random.normal() for key in sorted(set(zip(table["speaker"], table["emotion"], strict=True)))}
    table["dc"] = [values[key] for key in zip(table["speaker"], table["emotion"], strict=True)]
    assert found(table) == []
    unknown = find_shortcut(table.assign(speaker=None))
    assert unknown.found
    assert unknown.tested_on == "utterances held out (speakers are unknown)"


def test_what_tells_kinds_of_speakers_apart_is_left_to_their_habits():
    """Half of the speakers are mostly angry, half mostly sad, and a property tells which half: chance within each."""
    table = recordings(speakers=12, takes=12)
    take = table.groupby(["speaker", "emotion"]).cumcount()
    half = table["speaker"].str[1:].astype(int) % 2
    usual = np.where(half == 0, "angry", "sad")
    table = table[(table["emotion"] == usual) | (take < 2)]
    random = np.random.default_rng(1)
    table["dc"] = 10.0 * half[table.index] + random.normal(size=len(table))
    shortcut = find_shortcut(table)
    assert shortcut.ua > 0.35
    assert shortcut.p > 0.05


def test_loudness_is_no_recording_property():
    table = recordings()
    table["level"] += 3 * table["emotion"].map({name: number for number, name in enumerate(EMOTIONS)})
    assert found(table) == []
    loud = find_shortcut(table, LOUDNESS_AND_DURATION)
    assert [finding.kind.code for finding in shortcut_findings(loud)] == ["loudness-shortcut"]
    assert loud.matters_most is not None
    assert loud.matters_most[0] == "level"


def test_loudness_must_tell_far_more():
    table = recordings(takes=12)
    table["level"] += 1.2 * table["emotion"].map({name: number for number, name in enumerate(EMOTIONS)})
    loud = find_shortcut(table, LOUDNESS_AND_DURATION)
    margin = dataclasses.replace(loud, properties=RECORDING_PROPERTIES)
    assert margin.found, "it would be a finding, were it a recording property"
    assert not loud.found


@pytest.mark.parametrize(
    ("low", "p", "is_found"),
    [(0.33, 0.001, True), (0.32, 0.001, False), (0.33, 0.02, False), (float("nan"), 0.001, False)],
)
def test_it_takes_the_margin_and_little_chance(low, p, is_found):
    # Chance 0.25 and a tenth of the way to 1: 0.325.
    shortcut = Shortcut(RECORDING_PROPERTIES, 0.4, low, 0.5, p, 0.25, "unseen speakers")
    assert shortcut.found is is_found


def test_a_rare_emotion_counts_as_much_as_a_frequent_one():
    table = recordings(speakers=6, takes=20)
    table = table[(table["emotion"] == "sad") | ((table["emotion"] == "angry") & (table.index % 20 < 2))]
    table = table.assign(dc=table["dc"] + 1.5 * (table["emotion"] == "angry"))
    # Whoever guesses sad each time has 0.5; the best threshold on two normals 1.5 apart has 0.77.
    assert find_shortcut(table).ua == pytest.approx(0.7, abs=0.08)


def test_two_speakers_by_chance_are_no_finding():
    for seed in range(3):
        table = recordings(speakers=2, takes=10, seed=seed)
        assert found(table[table["emotion"].isin(["sad", "angry"])]) == []


def test_the_result_does_not_depend_on_threads_or_on_the_call():
    table = recordings(speakers=5)
    assert find_shortcut(table, jobs=1) == find_shortcut(table, jobs=2)


def test_forests_that_are_fitted_again_say_the_same(monkeypatch):
    table = recordings()
    table.loc[table["emotion"] == "sad", "rate"] = 8000
    kept = find_shortcut(table)
    assert kept.matters_most is not None
    monkeypatch.setattr("evenvoice.audit.shortcuts._FEW", 10)
    assert find_shortcut(table) == kept


def test_emotions_with_few_utterances_are_left_out():
    table = recordings(takes=3)
    few = table[(table["emotion"] != "sad") | (table["speaker"] < "s3")]
    assert find_shortcut(few).chance == pytest.approx(1 / 3)
    with pytest.raises(EvenvoiceError, match="fewer than two emotions with 10 utterances"):
        find_shortcut(table[table["speaker"] < "s3"])


def test_one_speaker_cannot_be_tested():
    with pytest.raises(EvenvoiceError, match="one speaker only"):
        find_shortcut(recordings(speakers=1, takes=12))


def test_ua_is_the_mean_recall_of_predictions_by_forests_that_had_not_seen_the_row(monkeypatch):
    seen = {}

    def spy(forests, folds, X):
        predicted = _held_out(forests, folds, X)
        seen.setdefault("predicted", predicted)
        for fold in folds:
            assert not set(fold.train) & set(fold.test)
        assert sorted(np.concatenate([fold.test for fold in folds])) == list(range(len(X)))
        return predicted

    from evenvoice.audit import shortcuts

    _held_out = shortcuts._held_out
    monkeypatch.setattr(shortcuts, "_held_out", spy)
    table = recordings()
    table.loc[table["emotion"] == "sad", "dc"] += 10
    shortcut = find_shortcut(table)
    codes = np.unique(table["emotion"], return_inverse=True)[1]
    assert shortcut.ua == pytest.approx(balanced_accuracy_score(codes, seen["predicted"]))
