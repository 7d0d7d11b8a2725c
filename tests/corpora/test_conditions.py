"""``--without``: each condition is of the corpus as it was given."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.corpora import Corpus, Utterance, leave_out, table_of
from evenvoice.errors import EvenvoiceError


@pytest.fixture
def corpus() -> Corpus:
    rows = [
        Utterance(f"{who}{number}", Path(f"/{who}{number}.wav"), emotion, speaker=who, session=who, text=text)
        for who in ("anna", "ben")
        for number, (emotion, text) in enumerate((("sad", "well, yes"), ("happy", "no"), ("sad", "no")))
    ]
    return Corpus("mine", table_of(rows), "CC0-1.0")


def test_conditions_do_not_depend_on_their_order(corpus: Corpus) -> None:
    for conditions in (["speaker=ben", "session=ben"], ["session=ben", "speaker=ben"], ["speaker=ben", "speaker=ben"]):
        assert leave_out(corpus, conditions).table.index.tolist() == ["anna0", "anna1", "anna2"]


def test_a_value_may_hold_a_comma(corpus: Corpus) -> None:
    assert leave_out(corpus, ["text=well, yes"]).table["text"].unique().tolist() == ["no"]
    assert leave_out(corpus, ["emotion=happy", " speaker = ben , "]).table.index.tolist() == ["anna0", "anna2"]


def test_labels_that_are_gone_are_no_labels(corpus: Corpus) -> None:
    assert leave_out(corpus, ["emotion=happy"]).labels == ("sad",)
    assert leave_out(corpus, []) is corpus


@pytest.mark.parametrize("condition", ["", "speaker", "speaker=", "=ben", " = "])
def test_what_is_no_condition_is_one_line(corpus: Corpus, condition: str) -> None:
    with pytest.raises(EvenvoiceError, match="expected COLUMN=VALUE, for example session=5"):
        leave_out(corpus, [condition])


def test_nothing_left_is_one_line(corpus: Corpus) -> None:
    with pytest.raises(EvenvoiceError, match="no utterances"):
        leave_out(corpus, ["speaker=anna", "session=ben"])
