"""audformat: databases and tables become corpora, and corpora databases."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evenvoice.corpora import Corpus, Utterance, open_corpus, table_of
from evenvoice.errors import EvenvoiceError
from tests.corpora.trees import write_sound

audformat = pytest.importorskip("audformat")


def _fill(database: object, name: str, index: pd.Index, split: str | None = None, **columns: list[object]) -> None:
    """Add a table; a column takes the scheme of its name, where there is one."""
    database[name] = audformat.Table(index, split_id=split)
    for column, values in columns.items():
        scheme = column if column in database.schemes else None
        database[name][column] = audformat.Column(scheme_id=scheme)
        database[name][column].set(values)


@pytest.fixture
def database(tmp_path: Path) -> object:
    """A database as audb's are: labels by file in tables of splits, speakers in a table of their own."""
    files = [write_sound(tmp_path / f"wav/{name}.wav").relative_to(tmp_path).as_posix() for name in "abcd"]
    found = audformat.Database("mine", license="CC0-1.0")
    found.schemes["emotion"] = audformat.Scheme(labels=["anger", "sadness"])
    found.schemes["speaker"] = audformat.Scheme(labels={"1": {"gender": "female"}, "2": {"gender": "male"}})
    for part in ("train", "test"):
        found.splits[part] = audformat.Split(part)
    _fill(found, "files", audformat.filewise_index(files), speaker=["1", "1", "2", "2"], transcription=list("wxyz"))
    train, test = audformat.filewise_index(files[:2]), audformat.filewise_index(files[2:])
    _fill(found, "emotion.train", train, "train", emotion=["anger", "sadness"], confidence=[0.5, 1.0])
    _fill(found, "emotion.test", test, "test", emotion=["sadness", "anger"], confidence=[0.7, 0.9])
    found.save(str(tmp_path))
    return found


def test_a_database_becomes_a_corpus(database: object, tmp_path: Path) -> None:
    corpus = open_corpus(database)
    assert (corpus.name, corpus.licence, corpus.warnings) == ("mine", "CC0-1.0", ())
    assert corpus.table.index.to_list() == [f"wav/{name}.wav" for name in "abcd"]
    assert [clip.file for clip in corpus.clips()] == [tmp_path / f"wav/{name}.wav" for name in "abcd"]
    rows = corpus.table[["emotion", "speaker", "gender", "text", "split"]].to_numpy().tolist()
    assert rows == [
        ["anger", "1", "female", "w", "train"],
        ["sadness", "1", "female", "x", "train"],
        ["sadness", "2", "male", "y", "test"],
        ["anger", "2", "male", "z", "test"],
    ]


def test_a_table_becomes_a_corpus_with_its_own_columns(database: object) -> None:
    corpus = open_corpus(database["emotion.train"], emotions="anger,sadness")
    assert corpus.table[["speaker", "confidence"]].to_numpy().tolist() == [["1", 0.5], ["1", 1.0]]


@pytest.mark.parametrize(("place", "number"), [("", 4), ("db.yaml", 4), ("db.emotion.test.parquet", 2)])
def test_a_path_names_a_database_or_a_table(database: object, tmp_path: Path, place: str, number: int) -> None:
    assert len(open_corpus(f"audformat:{tmp_path / place}")) == number


def test_segments_have_the_speaker_of_their_own_file(database: object) -> None:
    index = audformat.segmented_index(["wav/c.wav", "wav/a.wav"], [0, "0.1s"], ["0.2s", "0.4s"])
    _fill(database, "parts", index, mood=["calm", "tense"])
    corpus = open_corpus(database["parts"], columns="emotion=mood")
    assert corpus.table[["start", "end"]].to_numpy().tolist() == [[0.0, 0.2], [0.1, 0.4]]
    assert corpus.table[["emotion", "speaker", "gender"]].to_numpy().tolist() == [
        ["calm", "2", "male"],
        ["tense", "1", "female"],
    ]


def test_what_has_no_label_is_left_out_and_said(database: object) -> None:
    _fill(database, "rated", audformat.filewise_index(["wav/a.wav", "wav/b.wav"]), mood=["calm", None])
    corpus = open_corpus(database, columns={"emotion": "mood"})
    assert corpus.table.index.to_list() == ["wav/a.wav"]
    assert corpus.warnings == ("1 of its rows have no emotion, left out",)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ("emotion=emotoin", r"no values under 'emotoin' \(did you mean 'emotion'\?\); its schemes and columns are "),
        ("speaker=talker", "no values under 'talker'.*name the one that holds them with columns speaker="),
    ],
)
def test_a_name_that_is_not_there_is_one_line(database: object, columns: str, says: str) -> None:
    with pytest.raises(EvenvoiceError, match=says):
        open_corpus(database, columns=columns)


def test_labels_that_contradict_are_one_line(database: object) -> None:
    _fill(database, "again", audformat.filewise_index(["wav/a.wav"]), emotion=["sadness"])
    with pytest.raises(EvenvoiceError, match=r"contradict one another about 'emotion'.*pass one table, db\[NAME\]"):
        open_corpus(database)
    assert len(open_corpus(database["emotion.train"])) == 2


@pytest.mark.parametrize(
    ("place", "says"),
    [("nowhere", "no db.yaml in .*; name the folder that Database.save wrote"), ("db.emotio.csv", "no table 'emotio'")],
)
def test_a_path_that_is_none_is_one_line(database: object, tmp_path: Path, place: str, says: str) -> None:
    with pytest.raises(EvenvoiceError, match=says):
        open_corpus(f"audformat:{tmp_path / place}")


@pytest.mark.parametrize("times", [False, True])
@pytest.mark.parametrize("split", [None, "validation"])
def test_a_corpus_comes_back_from_its_database(tmp_path: Path, times: bool, split: str | None) -> None:
    rows = [
        Utterance(f"{name}.wav", write_sound(tmp_path / f"{name}.wav"), emotion, speaker=name, gender=gender,
                  text="hello", start=0.1 if times else None, end=0.25 if times else None, split=split)
        for name, emotion, gender in (("a", "sad", "female"), ("b", "happy", "male"))
    ]  # fmt: skip
    corpus = Corpus("mine", table_of(rows, {"age": [30, 41], "city": ["x", None]}), "CC0-1.0")
    corpus.to_audformat(tmp_path).save(str(tmp_path))
    again = open_corpus(f"audformat:{tmp_path}")
    assert (again.name, again.licence, again.warnings) == ("mine", "CC0-1.0", ())
    known = ["file", "emotion", "speaker", "gender", "text", "start", "end", "split"]
    pd.testing.assert_frame_equal(again.table[known].reset_index(drop=True), corpus.table[known].reset_index(drop=True))
    table = "emotion" if split is None else "emotion.dev"
    assert audformat.Database.load(str(tmp_path))[table]["age"].get().to_list() == [30, 41]
    assert corpus.to_audformat().is_portable is False


def test_recordings_outside_of_the_root_are_one_line(tmp_path: Path) -> None:
    corpus = Corpus("mine", table_of([Utterance("a", tmp_path / "a.wav", "sad")]), "CC0-1.0")
    with pytest.raises(EvenvoiceError, match=r"is not under .*elsewhere; name a folder that holds all recordings"):
        corpus.to_audformat(tmp_path / "elsewhere")


def test_one_recording_with_two_labels_is_one_line(tmp_path: Path) -> None:
    rows = [Utterance(name, tmp_path / "a.wav", name) for name in ("sad", "happy")]
    with pytest.raises(EvenvoiceError, match="utterance 'happy' is a recording that stands there already"):
        Corpus("mine", table_of(rows), "CC0-1.0").to_audformat()
