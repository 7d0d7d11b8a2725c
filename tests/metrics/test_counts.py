"""Counts by hand, and measures of counts against `score`, which takes them from scikit-learn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics import score
from evenvoice.metrics.counts import (
    f1s_of,
    macro_f1_of,
    precisions_of,
    recalls_of,
    ua_of,
    unit_counts,
    wa_of,
)

LABELS = ("angry", "happy", "sad")


def _table(speakers: list[str | None], truth: list[str], answers: list[str]) -> pd.DataFrame:
    names = [f"u{row}" for row in range(len(truth))]
    return pd.DataFrame({"utterance": names, "speaker": speakers, "emotion": truth, "predicted": answers})


def _random(seed: int, absent: str = "", unanswered: str = "") -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    spoken = [label for label in LABELS if label != absent]
    answered = [label for label in LABELS if label != unanswered]
    return _table(list(rng.choice([*"abcd"], 60)), list(rng.choice(spoken, 60)), list(rng.choice(answered, 60)))


def test_counts_worked_by_hand() -> None:
    first = _table([*"bab"], ["sad", "sad", "happy"], ["sad", "happy", "happy"])
    second = _table([*"bc"], ["angry", "sad"], ["sad", "sad"])
    cells = unit_counts([first, second], LABELS)
    assert cells.units == ("a", "b", "c")
    assert cells.unit == "speaker"
    assert len(cells) == 3
    assert cells.counts.shape == (3, 2, 3, 3)
    assert cells.counts[0, 0].tolist() == [[0, 0, 0], [0, 0, 0], [0, 1, 0]]  # a: sad taken for happy
    assert cells.counts[1, 0].tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 1]]  # b: happy and sad, both right
    assert cells.counts[1, 1].tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 0]]  # b, second seed: angry taken for sad
    assert cells.counts[2, 0].sum() == 0  # c is not in the first seed
    assert cells.counts.sum() == 5


def test_utterances_stand_in_where_one_speaker_is_not_known() -> None:
    cells = unit_counts([_table(["a", None], ["sad", "sad"], ["sad", "happy"])], LABELS)
    assert cells.unit == "utterance"
    assert cells.units == ("u0", "u1")


def test_speakers_that_are_numbers_are_names() -> None:
    table = _table(["a", "a"], ["sad", "sad"], ["sad", "sad"]).assign(speaker=[3, 10])
    assert unit_counts([table], LABELS).units == ("10", "3")


@pytest.mark.parametrize(
    "table",
    [_random(0), _random(1, absent="happy"), _random(2, unanswered="sad"), _random(3, absent="sad", unanswered="sad")],
    ids=["all", "an emotion is absent", "an emotion is never answered", "neither"],
)
def test_agrees_with_score(table: pd.DataFrame) -> None:
    scores = score(table, LABELS)
    matrix = unit_counts([table], LABELS).counts.sum(axis=0)[0]
    assert matrix.tolist() == scores.confusion.to_numpy().tolist()
    assert ua_of(matrix) == pytest.approx(scores.ua)
    assert wa_of(matrix) == pytest.approx(scores.wa)
    assert macro_f1_of(matrix) == pytest.approx(scores.macro_f1)
    for name, values in (("recall", recalls_of(matrix)), ("precision", precisions_of(matrix)), ("f1", f1s_of(matrix))):
        np.testing.assert_allclose(values, scores.per_emotion[name], err_msg=name)


def test_measures_of_many_matrices_are_those_of_each() -> None:
    matrices = unit_counts([_random(0), _random(1, absent="sad")], LABELS).counts
    for measure in (ua_of, wa_of, macro_f1_of):
        assert measure(matrices).shape == matrices.shape[:2]
        assert measure(matrices)[2, 1] == pytest.approx(float(measure(matrices[2, 1])))


def test_nothing_to_divide_by_is_nan_without_a_warning() -> None:
    empty = np.zeros((3, 3))
    assert np.isnan(ua_of(empty))
    assert np.isnan(wa_of(empty))
    assert np.isnan(recalls_of(empty)).all()


@pytest.mark.parametrize("tables", [[], [_random(0), _random(0).iloc[:0]]])
def test_nothing_to_count_is_said(tables: list[pd.DataFrame]) -> None:
    with pytest.raises(EvenvoiceError, match="no rows to score"):
        unit_counts(tables, LABELS)


@pytest.mark.parametrize("column", ["emotion", "predicted"])
def test_an_unknown_emotion_is_said(column: str) -> None:
    table = _table(["a"], ["sad"], ["sad"]).assign(**{column: ["bored"]})
    with pytest.raises(EvenvoiceError, match=f"{column} 'bored' is unknown; expected one of angry, happy, sad"):
        unit_counts([table], LABELS)
