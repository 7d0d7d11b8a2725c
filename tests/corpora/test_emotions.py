from __future__ import annotations

import pytest

from evenvoice.corpora.emotions import EMOTIONS, canonical


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
