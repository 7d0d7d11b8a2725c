"""Speakers with one emotion, counted; normalising by speaker then takes the emotion away."""

from __future__ import annotations

import pandas as pd

from evenvoice.corpora import speaker_normalisation_warning, speakers_with_one_emotion


def table(**emotions: str) -> pd.DataFrame:
    """Speakers with a letter for each recording."""
    rows = [(speaker, letter) for speaker, letters in emotions.items() for letter in letters]
    return pd.DataFrame(rows, columns=["speaker", "emotion"])


def test_speakers_with_one_recording_do_not_count() -> None:
    found = speakers_with_one_emotion(table(a="ss", b="sc", c="s", d="ccc"))
    assert (found.speakers, found.tied, found.by_emotion) == (3, 2, {"c": 1, "s": 1})


def test_unknown_speakers_do_not_count() -> None:
    some = table(a="ss", b="cc")
    some.loc[len(some)] = [None, "s"]
    assert speakers_with_one_emotion(some).speakers == 2
    none = pd.DataFrame({"speaker": [None, None], "emotion": ["s", "c"]})
    assert (speakers_with_one_emotion(none).speakers, speakers_with_one_emotion(none).many) == (0, False)


def test_it_is_many_from_half_the_speakers_and_three_on() -> None:
    assert speakers_with_one_emotion(table(a="ss", b="cc", c="ss", d="sc", e="sc", f="sc")).many
    assert not speakers_with_one_emotion(table(a="ss", b="cc", c="ss", d="sc", e="sc", f="sc", g="sc")).many
    assert not speakers_with_one_emotion(table(a="ss", b="cc")).many


def test_the_warning_has_the_counts() -> None:
    speakers = {f"speaker{n}": "ss" if n % 2 else "cc" for n in range(26)} | {f"both{n}": "sc" for n in range(3)}
    warning = speaker_normalisation_warning(table(**speakers))
    assert warning is not None
    assert warning.startswith("26 of 29 speakers have one emotion: normalising by speaker takes the emotion away")
    assert speaker_normalisation_warning(table(a="sc", b="sc", c="sc")) is None
