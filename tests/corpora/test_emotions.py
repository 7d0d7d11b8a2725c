from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenvoice.corpora.emotions import EMOTIONS, canonical, parse_selection
from evenvoice.errors import EvenvoiceError


@pytest.mark.parametrize(
    ("word", "emotion"),
    [
        ("anger", "angry"),
        ("ang", "angry"),
        ("Happiness", "happy"),
        ("sadness", "sad"),
        ("fearful", "fear"),
        ("surprised", "surprise"),
        ("pleasant surprise", "surprise"),
        ("Pleasant_Surprise", "surprise"),
        ("pleasant-surprised ", "surprise"),
        ("ps", "surprise"),
        ("exc", "excited"),
        ("fru", "frustrated"),
        ("xxx", "unknown"),
        ("bored", "boredom"),
        ("", None),
        ("angryy", None),
    ],
)
def test_names_in_use_have_one_name(word: str, emotion: str | None) -> None:
    assert canonical(word) == emotion


def test_a_canonical_name_is_its_own() -> None:
    assert {canonical(emotion) for emotion in EMOTIONS} == set(EMOTIONS)
    assert {"angry", "happy", "sad", "neutral", "fear", "disgust", "surprise", "boredom", "calm"} <= set(EMOTIONS)


@given(st.lists(st.sampled_from(EMOTIONS), min_size=1, unique=True))
def test_a_plain_selection_keeps_its_order(emotions: list[str]) -> None:
    assert list(parse_selection(" , ".join(emotions)).items()) == [(emotion, (emotion,)) for emotion in emotions]


@pytest.mark.parametrize(
    ("selection", "labels"),
    [
        ("angry,happy=happy+excited,sad", {"angry": ("angry",), "happy": ("happy", "excited"), "sad": ("sad",)}),
        ("happy=excited", {"happy": ("excited",)}),
        ("happy=exc,joyous=happy", {"happy": ("excited",), "joyous": ("happy",)}),
        ("happiness = happiness + exc", {"happy": ("happy", "excited")}),
        (" ALL ", {}),
    ],
)
def test_merging_and_renaming(selection: str, labels: dict[str, tuple[str, ...]]) -> None:
    assert parse_selection(selection) == labels


@pytest.mark.parametrize(
    ("selection", "says"),
    [
        ("angry,happpy", r"'happpy' is no known emotion \(did you mean 'happy'\?\); known are angry, happy"),
        ("happy=happy+meh", "'meh' is no known emotion"),
        ("", "an empty name"),
        ("angry,,sad", "an empty name"),
        ("happy=", "an empty name"),
        ("=happy", "an empty name"),
        ("sad,happy=sad", "'sad' goes to 'sad' and 'happy'"),
        ("happy=sad+sad", "'sad' goes to 'happy' twice"),
        ("sad,sad", "label 'sad' twice"),
        ("all,sad", "all stands alone"),
        ("a b=sad", "'a b' cannot be a label"),
    ],
)
def test_a_selection_that_cannot_be_read_is_one_line(selection: str, says: str) -> None:
    with pytest.raises(EvenvoiceError, match=says) as caught:
        parse_selection(selection)
    assert "\n" not in str(caught.value)
    assert repr(selection) in str(caught.value)
