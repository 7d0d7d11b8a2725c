"""Emotion tied to a property is found; complete and merely uneven designs are not."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

from evenvoice.audit.associations import association_findings, associations, cramers_v
from evenvoice.corpora import open_corpus

EMOTIONS = ("angry", "happy", "sad")


def complete(**columns: int) -> pd.DataFrame:
    """Every emotion with every value, twice."""
    names = ("emotion", *columns)
    values = [EMOTIONS, *(range(n) for n in columns.values())]
    rows = pd.DataFrame(itertools.product(*values), columns=names)
    return pd.concat([rows, rows], ignore_index=True)


def codes(table: pd.DataFrame) -> list[str]:
    return [finding.kind.code for finding in association_findings(associations(table))]


def test_cramers_v_by_hand():
    # n = 60, chi2 = 60 (400 - 100)^2 / 30^4 = 20/3; phi2 = 1/9 - 1/59; 2 - 1/59 rows and columns count.
    assert cramers_v([[20, 10], [10, 20]]) == pytest.approx(np.sqrt((1 / 9 - 1 / 59) / (1 - 1 / 59)))


def test_cramers_v_of_many_utterances_is_the_uncorrected_one():
    counts = np.array([[5, 9, 2], [7, 1, 8]]) * 10_000
    chi2 = chi2_contingency(counts, correction=False).statistic
    assert cramers_v(counts) == pytest.approx(np.sqrt(chi2 / counts.sum()), rel=1e-3)


def test_a_text_of_its_own_for_each_utterance_is_no_tie():
    table = complete(speaker=5)
    assert codes(table.assign(text=range(len(table)))) == []


def test_complete_designs_are_clean():
    assert codes(complete(speaker=6, text=3, gender=2, session=2)) == []


def test_an_uneven_design_is_clean():
    table = complete(speaker=4, text=3)
    more = table[(table["emotion"] == "angry") & (table["speaker"] < 2)]
    table = pd.concat([table, *[more] * 6], ignore_index=True)
    (tied,) = [found for found in associations(table) if found.name == "speaker"]
    assert tied.p <= 0.01
    assert 0.3 < tied.v < 0.45
    assert codes(table) == []


@pytest.mark.parametrize("column", ["speaker", "session", "gender", "text", "style", "corpus", "format", "channels"])
def test_an_emotion_of_its_own_values_is_found(column):
    table = complete(**{column: 4})
    table.loc[table["emotion"] == "angry", column] = 99
    (finding,) = association_findings(associations(table))
    assert finding.kind.code == f"emotion-tied-to-{column}"
    assert finding.kind.severity == "warning"
    assert finding.message.startswith("angry goes with")
    assert finding.evidence == ("99: 8 of 8",)


def test_each_text_with_one_emotion_is_found():
    table = complete(speaker=6)
    table["text"] = [
        f"{emotion} {speaker % 2}" for emotion, speaker in zip(table["emotion"], table["speaker"], strict=True)
    ]
    assert codes(table) == ["emotion-tied-to-text"]


def test_the_sample_rate_is_named_as_people_name_it():
    table = complete(speaker=6).assign(rate=16000)
    table.loc[table["emotion"] == "sad", "rate"] = 44100
    (finding,) = association_findings(associations(table))
    assert finding.kind.code == "emotion-tied-to-sample-rate"
    assert "sad goes with the sample rate" in finding.message
    assert finding.evidence == ("44100: 12 of 12",)


def test_four_utterances_prove_nothing():
    table = pd.DataFrame({"emotion": ["sad", "sad", "angry", "angry"], "speaker": ["a", "a", "b", "b"]})
    assert [found.v for found in associations(table)] == [1.0]
    assert codes(table) == []


def test_random_labels_are_clean():
    random = np.random.default_rng(0)
    for _ in range(20):
        table = pd.DataFrame({"emotion": random.choice(EMOTIONS, 90), "speaker": random.integers(0, 6, 90)})
        assert codes(table) == []


def test_rows_without_a_value_are_left_out():
    table = complete(speaker=4).assign(text=None)
    table.loc[:3, "text"] = ["a", "a", "b", "b"]
    assert [found.name for found in associations(table)] == ["speaker"]


@pytest.mark.parametrize(("name", "below"), [("emodb", 0.2), ("ravdess", 0.01)])
def test_real_corpora_are_not_tied(corpora_folder, name, below):
    found = associations(open_corpus(f"{name}:{corpora_folder / name}").table)
    assert {one.name for one in found} == {"speaker", "gender", "text"}
    assert max(one.v for one in found) < below
