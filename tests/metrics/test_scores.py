"""Scores worked by hand and against scikit-learn; tables that cannot be scored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics import labels_of, make_predictions, read_predictions, score

LABELS = ("angry", "happy", "sad")


def _table(truth: list[str], answers: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"emotion": truth, "predicted": answers})


def test_ua_and_wa_worked_by_hand() -> None:
    # angry 3 of 4, happy 0 of 1, sad 1 of 1: UA (0.75 + 0 + 1) / 3, WA 4 / 6
    scores = score(_table(["angry"] * 4 + ["happy", "sad"], ["angry", "angry", "angry", "sad", "sad", "sad"]), LABELS)
    assert scores.ua == pytest.approx(1.75 / 3)
    assert scores.wa == pytest.approx(4 / 6)
    assert scores.per_emotion.loc["sad", "precision"] == pytest.approx(1 / 3)
    assert scores.confusion.loc["angry"].to_list() == [3, 0, 1]


def test_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    truth, answers = rng.choice(LABELS, (2, 200), p=[0.6, 0.3, 0.1])
    scores = score(_table(list(truth), list(answers)), LABELS)
    assert scores.ua == pytest.approx(balanced_accuracy_score(truth, answers))
    assert scores.wa == pytest.approx(accuracy_score(truth, answers))
    assert scores.macro_f1 == pytest.approx(f1_score(truth, answers, average="macro"))


def test_an_emotion_that_does_not_occur_has_no_recall_and_no_say() -> None:
    """EmoDB's speaker 08 has no disgust: its fold must not count a recall of zero."""
    scores = score(_table(["angry", "sad"], ["angry", "sad"]), LABELS)
    assert np.isnan(scores.per_emotion.loc["happy", "recall"])
    assert scores.ua == 1.0


def _predictions() -> pd.DataFrame:
    utterances = pd.DataFrame({"emotion": ["sad", "angry"], "speaker": ["03", "08"]}, index=["a", "b"])
    return make_predictions(utterances, np.array([[0.25, 0.25, 0.5], [0.7, 0.2, 0.1]]), LABELS)


def test_own_columns_are_kept_for_subgroups_whatever_is_within_their_names() -> None:
    utterances = pd.DataFrame({"emotion": ["sad"], "group:age": ["old"], "p:sad": [1.0], "empty": [None]}, index=["a"])
    table = make_predictions(utterances, np.array([[0.25, 0.25, 0.5]]), LABELS)
    assert table["group:age"].to_list() == ["old"]
    assert (table["p:sad"].to_list(), "empty" in table) == ([0.5], False)


def test_predictions_are_joined_by_position_and_go_round(tmp_path: Path) -> None:
    table = _predictions()
    assert table["predicted"].to_list() == ["sad", "angry"]
    assert labels_of(table) == LABELS
    table.to_csv(tmp_path / "predictions.csv", index=False)
    again = read_predictions(tmp_path / "predictions.csv")
    assert again["speaker"].to_list() == ["03", "08"]  # a name, not a number
    pd.testing.assert_frame_equal(again, table, check_dtype=False)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda table: table.drop(columns="emotion"), "column 'emotion' is missing"),
        (lambda table: table.assign(emotion=["sad", "angri"]), r"row 3: emotion 'angri' has no column p:angri \(did"),
        (lambda table: table.assign(utterance=["a", "a"]), "utterance 'a' stands in it twice"),
        (lambda table: table.assign(**{"p:sad": [3.0, 0.1]}), "row 2: probabilities sum to 3.5, not to 1; .*softmax"),
        (lambda table: table.assign(**{"p:sad": [np.nan, 0.1]}), "row 2: probabilities sum to nan"),
        (lambda table: table.assign(**{"p:sad": table["p:sad"] - 1, "p:angry": table["p:angry"] + 1}), "row 2: a prob"),
        (lambda table: table[["utterance", "emotion", "predicted", "synthetic"]], "no probability column"),
    ],
)
def test_a_table_that_cannot_be_scored_is_one_clear_line(tmp_path: Path, damage, message: str) -> None:
    path = tmp_path / "predictions.csv"
    damage(_predictions()).to_csv(path, index=False)
    with pytest.raises(EvenvoiceError, match=f"predictions.csv: {message}"):
        read_predictions(path)


def test_a_file_that_is_no_table_is_said(tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match="cannot be read as a table of predictions"):
        read_predictions(tmp_path / "nothing.csv")
