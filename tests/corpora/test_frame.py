"""A pandas table is a corpus, also as audformat and Hugging Face write it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evenvoice.corpora import Corpus, open_corpus
from evenvoice.errors import EvenvoiceError
from tests.corpora.trees import write_sound
from tests.corpora.wrong import WRONG


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in "ab":
        write_sound(tmp_path / f"{name}.wav")
    return tmp_path


def frame(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"file": ["a.wav", "b.wav"], "emotion": ["wut", "freude"], **columns})


def test_a_frame_and_its_root(folder: Path) -> None:
    corpus = Corpus.from_frame(frame(speaker=[1.0, 2.0], age=[30, 41]), root=str(folder), name="mine", licence="CC0")
    assert (corpus.name, corpus.licence, corpus.speakers) == ("mine", "CC0", ("1", "2"))
    assert corpus.table["age"].to_list() == [30, 41]
    assert corpus.without("age", ["30"]).labels == ("freude",)
    assert [clip.file for clip in corpus.clips()] == [folder / "a.wav", folder / "b.wav"]


def test_the_working_directory_is_the_root_unless_one_is_given(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert open_corpus(frame(), emotions="Wut").clips()[0].file == folder / "a.wav"


@pytest.mark.parametrize(
    "times",
    [
        {"start": pd.to_timedelta(["0 days 00:00:00.1", None]), "end": pd.to_timedelta(["0 days 00:00:00.25", None])},
        {"start": ["0 days 00:00:00.100000", "NaT"], "end": ["0 days 00:00:00.250000", "NaT"]},
        {"start": ["0 days 00:00:00.1", None], "end": ["0 days 00:00:00.25", "NaT"]},
        {"start": [0.1, None], "end": [0.25, np.nan]},
        {"start": ["0.1", ""], "end": ["0,25", None]},
        {"start": [np.timedelta64(100, "ms"), pd.NaT], "end": [np.timedelta64(250, "ms"), pd.NaT]},
    ],
)
@pytest.mark.parametrize("in_the_index", [False, True])
def test_audformats_times(folder: Path, times: dict[str, object], in_the_index: bool) -> None:
    table = frame(**times)
    if in_the_index:
        table = table.set_index(["file", "start", "end"])
    corpus = Corpus.from_frame(table, root=folder)
    assert corpus.table[["start", "end"]].iloc[0].to_list() == [0.1, 0.25]
    assert corpus.table[["start", "end"]].iloc[1].isna().all()


def test_times_of_whole_days_only(folder: Path) -> None:
    corpus = Corpus.from_frame(frame(start=["0 days", "0 days"], end=["1 days", "NaT"]), root=folder)
    assert corpus.table["start"].to_list() == [0.0, 0.0]
    assert corpus.table["end"].iloc[0] == 86400.0


def test_a_corpus_comes_back_from_its_table(folder: Path) -> None:
    corpus = Corpus.from_frame(frame(start=[0.1, 0.2], speaker=["x", "y"], age=[3, None]), root=folder)
    again = Corpus.from_frame(corpus.table)
    assert again.fingerprint() == corpus.fingerprint()
    pd.testing.assert_frame_equal(again.table, corpus.table)
    assert open_corpus(corpus, emotions="wut").labels == ("wut",)


def test_categories_and_missing_values(folder: Path) -> None:
    table = frame(gender=pd.array(["F", pd.NA], dtype="string"), text=pd.Categorical(["x", None]), split=[None, "test"])
    corpus = Corpus.from_frame(table.astype({"emotion": "category"}), root=folder)
    assert corpus.table[["gender", "text", "split"]].to_numpy().tolist() == [
        ["female", "x", None],
        [None, None, "test"],
    ]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (frame().drop(columns="emotion"), "frame: one column, file; expected file and emotion"),
        (frame().rename(columns={"emotion": "label"}), " with columns emotion=label$"),
        (frame(emotion=["sad", None]), "frame, row 1: no emotion"),
        (frame(emotion=["sad", ["x"]]), r"frame, row 1: emotion holds a list, \['x'\]; expected text"),
        (frame(file=["a.wav", {"path": "b.wav"}]), "frame, row 1: file holds a dict"),
        (frame(speaker=["x", None]), "frame, row 1: no speaker, though other lines have one"),
        (frame(start=["soon", None]), "frame, row 0: start 'soon' is not a time"),
        (frame(start=[True, None]), "frame, row 0: start 'True' is not a time"),
        (frame(start=[1, None], end=[0.5, None]), "row 0: end 0.5 is not after start 1"),
        (frame(file=["x.wav", "y.wav"]), "none of its 2 recordings exists, for example .*x.wav; paths are relative"),
        (frame().iloc[:0], "give every utterance a line"),
        (pd.concat([frame(), frame()], axis="columns"), "column 'file' twice"),
    ],
)
def test_a_frame_that_cannot_be_used_is_one_line(folder: Path, table: pd.DataFrame, says: str) -> None:
    with pytest.raises(EvenvoiceError, match=says) as caught:
        Corpus.from_frame(table, root=folder)
    assert "\n" not in str(caught.value)


def test_a_path_is_a_folder_or_a_table(folder: Path) -> None:
    write_sound(folder / "voices" / "wut" / "a.wav")
    assert open_corpus(folder / "voices").labels == ("wut",)
    frame().to_csv(folder / "table.csv", index=False)
    assert open_corpus(folder / "table.csv").labels == ("freude", "wut")


@pytest.mark.parametrize("value", WRONG, ids=range(len(WRONG)))
def test_whatever_is_given_is_one_line(value: object, folder: Path) -> None:
    good = frame()
    calls = [
        lambda: open_corpus(value),
        lambda: Corpus.from_frame(value),
        lambda: Corpus("x", value, "CC0"),
    ]
    for option in ("emotions", "style", "speaker_from", "emotion_from", "columns"):
        if value is not None:
            calls.append(lambda option=option: open_corpus(f"folder:{folder}", **{option: value}))
    if value is not None and not isinstance(value, str):
        calls += [
            lambda: Corpus.from_frame(good, root=value),
            lambda: Corpus.from_frame(good, root=folder, name=value),
        ]
    if value is not None and not isinstance(value, dict):
        calls.append(lambda: Corpus.from_frame(good, root=folder, columns=value))
    for call in calls:
        with pytest.raises(EvenvoiceError) as caught:
            call()
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 2000
