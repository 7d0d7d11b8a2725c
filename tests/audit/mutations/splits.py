"""A clean split, and leaks planted in it: one small function for each, with the code that must be found.

Six speakers in six sessions of their own, who say sentences of their own: four train, one validates, two test.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from tests.audit.mutations.planted import Mutations

EMOTIONS = ("angry", "happy", "neutral", "sad")
PARTS = {"s0": "train", "s1": "train", "s2": "train", "s3": "validation", "s4": "test", "s5": "test"}
PER_EMOTION = 18
Plant = Callable[[pd.DataFrame], pd.DataFrame]


PLANTED: Mutations[Plant] = Mutations()
planted = PLANTED


def clean() -> pd.DataFrame:
    """The split without a leak."""
    rows = [
        {"utterance": f"{speaker}-{emotion}-{number}", "file": f"/nowhere/{speaker}-{emotion}-{number}.wav",
         "emotion": emotion, "speaker": speaker, "session": f"session {speaker}", "text": f"{speaker} says {number}",
         "part": part}
        for speaker, part in PARTS.items() for emotion in EMOTIONS for number in range(PER_EMOTION)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _row(table: pd.DataFrame, part: str) -> dict[str, str]:
    """A row of a part, to be changed."""
    return dict(table[table["part"] == part].iloc[0])


def _with(table: pd.DataFrame, row: dict[str, str]) -> pd.DataFrame:
    return pd.concat([table, pd.DataFrame([row])], ignore_index=True)


@planted("shared-utterance", "shared-file", "shared-speaker", "shared-session", "shared-text", leak=True)
def a_training_row_is_tested_as_well(table: pd.DataFrame) -> pd.DataFrame:
    return _with(table, _row(table, "train") | {"part": "test"})


@planted("shared-utterance", leak=True)
def an_id_of_the_training_part_is_tested(table: pd.DataFrame) -> pd.DataFrame:
    return _with(table, _row(table, "test") | {"file": "/nowhere/x.wav", "utterance": table["utterance"][0]})


@planted("shared-file", leak=True)
def a_training_file_is_tested_under_another_id(table: pd.DataFrame) -> pd.DataFrame:
    return _with(table, _row(table, "test") | {"utterance": "x", "file": table["file"][0]})


@planted("shared-file", leak=True)
def a_file_is_named_by_another_way_to_it(table: pd.DataFrame) -> pd.DataFrame:
    return _with(table, _row(table, "test") | {"utterance": "x", "file": "/nowhere/../nowhere/s0-angry-0.wav"})


@planted("shared-utterance", leak=True)
def a_validation_id_is_tested(table: pd.DataFrame) -> pd.DataFrame:
    return _with(table, _row(table, "test") | {"file": "/nowhere/x.wav", "utterance": "s3-angry-0"})


@planted("shared-utterance", leak=False)
def a_training_id_validates(table: pd.DataFrame) -> pd.DataFrame:
    return _with(table, _row(table, "validation") | {"file": "/nowhere/x.wav", "utterance": "s0-angry-0"})


@planted("shared-speaker", leak=True)
def one_row_of_a_training_speaker_is_tested(table: pd.DataFrame) -> pd.DataFrame:
    return _with(table, _row(table, "test") | {"utterance": "x", "file": "/nowhere/x.wav", "speaker": "s1"})


@planted("shared-speaker", leak=True)
def a_speaker_validates_and_is_tested(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(speaker=table["speaker"].replace("s3", "s4"))


@planted("shared-speaker", leak=False)
def a_speaker_trains_and_validates(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(speaker=table["speaker"].replace("s3", "s0"))


@planted("shared-session", leak=False)
def all_speakers_were_recorded_in_one_session(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(session="1")


@planted("shared-text", leak=False)
def all_speakers_say_the_same_sentences(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(text=table["text"].str.split().str[-1])


@planted("shared-speaker", "shared-session", "shared-text", leak=True)
def the_rows_were_drawn_at_random(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(part=table["part"].sample(frac=1, random_state=0).to_numpy())


@planted("missing-class", leak=False)
def an_emotion_is_not_tested(table: pd.DataFrame) -> pd.DataFrame:
    return table[~((table["part"] == "test") & (table["emotion"] == "happy"))]


@planted("missing-class", leak=False)
def an_emotion_is_tested_and_never_taught(table: pd.DataFrame) -> pd.DataFrame:
    return table[~((table["part"] == "train") & (table["emotion"] == "sad"))]


@planted("test-too-small", leak=False)
def a_handful_is_tested(table: pd.DataFrame) -> pd.DataFrame:
    few = table[table["part"] == "test"].groupby(["speaker", "emotion"]).head(4)
    return pd.concat([table[table["part"] != "test"], few])


@planted("test-too-small", leak=False)
def one_emotion_is_hardly_tested(table: pd.DataFrame) -> pd.DataFrame:
    rare = table[(table["part"] == "test") & (table["emotion"] == "happy")].index[2:]
    return table.drop(index=rare)


@planted("test-too-small", leak=False)
def one_speaker_is_tested(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(speaker=table["speaker"].replace("s5", "s4"))


@planted("repeated-utterance", leak=False)
def a_test_row_stands_there_twice(table: pd.DataFrame) -> pd.DataFrame:
    return _with(table, _row(table, "test"))
