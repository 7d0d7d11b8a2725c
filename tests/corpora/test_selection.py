"""The selection language of ``--emotions``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenvoice.corpora.emotions import EMOTIONS
from evenvoice.corpora.selection import matching, parse_selection
from evenvoice.errors import EvenvoiceError


@given(st.lists(st.sampled_from(EMOTIONS), min_size=1, unique=True))
def test_a_plain_selection_keeps_its_order(emotions: list[str]) -> None:
    assert list(parse_selection(" , ".join(emotions)).items()) == [(emotion, (emotion,)) for emotion in emotions]


@pytest.mark.parametrize(
    ("selection", "labels"),
    [
        ("angry,happy=happy+excited,sad", {"angry": ("angry",), "happy": ("happy", "excited"), "sad": ("sad",)}),
        ("happy=excited", {"happy": ("excited",)}),
        ("happy=exc,joyous=happy", {"happy": ("exc",), "joyous": ("happy",)}),
        ("happiness = happiness + exc", {"happiness": ("happiness", "exc")}),
        ("a b = Freude!", {"a b": ("Freude!",)}),
        (" ALL ", {}),
    ],
)
def test_merging_and_renaming(selection: str, labels: dict[str, tuple[str, ...]]) -> None:
    assert parse_selection(selection) == labels


@pytest.mark.parametrize(
    ("selection", "says"),
    [
        ("", "an empty name"),
        ("angry,,sad", "an empty name"),
        ("happy=", "an empty name"),
        ("=happy", "an empty name"),
        ("sad,happy=sad", "'sad' goes to 'sad' and 'happy'"),
        ("happy=sad+sad", "'sad' goes to 'happy' twice"),
        ("sad,sad", "label 'sad' twice"),
        ("all,sad", "all stands alone"),
    ],
)
def test_a_selection_that_cannot_be_read_is_one_line(selection: str, says: str) -> None:
    with pytest.raises(EvenvoiceError, match=says) as caught:
        parse_selection(selection)
    assert "\n" not in str(caught.value)
    assert repr(selection) in str(caught.value)


@pytest.mark.parametrize("selection", [3, None, b"sad", {}, [], ["sad", 3], {"sad": 3}, {"sad": []}, {3: "sad"}, [""]])
def test_a_selection_of_another_type_is_one_line(selection: object) -> None:
    with pytest.raises(EvenvoiceError, match=r"expected labels|an empty name"):
        parse_selection(selection)  # type: ignore[arg-type]


def test_a_label_with_signs_can_be_named_where_the_corpus_is_known() -> None:
    assert parse_selection("joy+pride,x=y", ["joy+pride", "x=y"]) == {"joy+pride": ("joy+pride",), "x=y": ("x=y",)}


@pytest.mark.parametrize(
    ("word", "found"),
    [("sad", ["sad"]), ("SAD", ["sad"]), ("mad", ["Anger", "angry "]), ("Zo\xeb", ["Zoe\u0308"]), ("x", [])],
)
def test_a_word_means_a_label_of_the_corpus(word: str, found: list[str]) -> None:
    assert matching(word, ["sad", "Anger", "angry ", "Zoe\u0308"]) == found
