from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.corpora import Corpus, open_corpus
from evenvoice.corpora.csv_table import open_csv
from evenvoice.errors import EvenvoiceError
from tests.corpora.trees import write_sound


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.wav", "sub/b, 'c' 🎤.wav"):
        write_sound(tmp_path / name)
    return tmp_path


def read(folder: Path, text: str, encoding: str = "utf-8") -> Corpus:
    (folder / "table.csv").write_bytes(text.encode(encoding))
    return open_csv(folder / "table.csv")


def test_file_and_emotion_are_enough(folder: Path) -> None:
    corpus = read(folder, "file,emotion\na.wav,Anger\n\"sub/b, 'c' 🎤.wav\",happiness\n")
    assert corpus.name == "table"
    assert corpus.table["emotion"].to_dict() == {"a.wav": "angry", "sub/b, 'c' 🎤.wav": "happy"}
    assert [clip.file for clip in corpus.clips()] == [folder / "a.wav", folder / "sub/b, 'c' 🎤.wav"]
    assert not any(corpus.has(column) for column in ("speaker", "session", "text", "gender", "style", "start", "split"))


def test_every_column(folder: Path) -> None:
    header = "Emotion,file,speaker,session,text,gender,style,start,end,split,age"
    corpus = read(
        folder, f"{header}\r\nsad,a.wav,007,1,Hi!,F,read,0.1,0.25,train,9\r\n\r\nsad,a.wav,8,1,,m,,0.3,,test,\r\n"
    )
    first, second = corpus.table.index
    assert (first, second) == ("a.wav#0.1-0.25", "a.wav#0.3-")
    columns = ["speaker", "session", "text", "gender", "style", "start", "end", "split"]
    assert corpus.table.loc[first, columns].to_list() == ["007", "1", "Hi!", "female", "read", 0.1, 0.25, "train"]
    assert corpus.table.loc[second, ["text", "gender", "start"]].to_list() == [None, "male", 0.3]
    assert corpus.oddities == ("columns left out: age",)


def test_excels_byte_order_mark_is_no_part_of_a_column(folder: Path) -> None:
    assert len(read(folder, "file,emotion\na.wav,sad\n", "utf-8-sig")) == 1


def test_spaces_around_cells_are_no_part_of_them(folder: Path) -> None:
    corpus = read(folder, "emotion, file , speaker\n sad, a.wav, anna\n")
    assert corpus.table.loc["a.wav", ["emotion", "speaker"]].to_list() == ["sad", "anna"]


def test_absolute_paths_stay(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    text = f"file,emotion\n{folder / 'a.wav'},sad\n"
    assert read(elsewhere, text).table["file"].to_list() == [str(folder / "a.wav")]


def test_some_files_may_be_absent_but_not_all(folder: Path) -> None:
    # One that is absent is for the audio to refuse, or to pass over where the user asks for it.
    assert len(read(folder, "file,emotion\na.wav,sad\nabsent.wav,sad\n")) == 2
    with pytest.raises(
        EvenvoiceError, match=r"none of its 2 recordings exists, for example .*x\.wav; paths are relative"
    ):
        read(folder, "file,emotion\nx.wav,sad\ny.wav,sad\n")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1: no header"),
        ("\n", "line 1: no header"),
        ("file,emotion\n", "a header and no lines"),
        ("file\na.wav\n", "line 1: no column 'emotion'"),
        ("emotion,speaker\nsad,1\n", "line 1: no column 'file'"),
        ("file;emotion\na.wav;sad\n", "line 1: no commas"),
        ("file,emotion,speker\na.wav,sad,1\n", r"line 1: unknown column 'speker' \(did you mean 'speaker'\?\)"),
        ("file,emotions\na.wav,sad\n", r"line 1: unknown column 'emotions' \(did you mean 'emotion'\?\)"),
        ("file,emotion,file\na.wav,sad,a.wav\n", "line 1: column 'file' twice"),
        (
            "file,emotion\na.wav,sad\n\na.wav,hapy\n",
            r"line 4: 'a\.wav': 'hapy' is no known emotion \(did you mean 'happy'",
        ),
        ("file,emotion\n ,sad\n", "line 2: no file"),
        ("file,emotion\na.wav,\n", "line 2: no emotion"),
        ("file,emotion\na.wav\n", "line 2: 1 cells where the header has 2"),
        ("file,emotion\nb, c.wav,sad\n", "line 2: 3 cells where the header has 2; quote a cell"),
        ("file,emotion\na.wav,sad\na.wav,happy\n", r"line 3: 'a\.wav' is already in line 2"),
        ("file,emotion,speaker\na.wav,sad,1\nb.wav,sad,\n", "line 3: no speaker, though other lines have one"),
        ("file,emotion,start\na.wav,sad,soon\n", "line 2: start 'soon' is no time"),
        ("file,emotion,start\na.wav,sad,-1\n", "line 2: start '-1' is no time"),
        ("file,emotion,end\na.wav,sad,inf\n", "line 2: end 'inf' is no time"),
        ("file,emotion,start,end\na.wav,sad,2,1.5\n", "line 2: end 1.5 is not after start 2"),
        ("file,emotion,end\na.wav,sad,0\n", "line 2: end 0 is not after start 0"),
        ('file,emotion\n"a.wav,sad\n', "line 2: no CSV"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_line_with_its_number(folder: Path, text: str, says: str) -> None:
    with pytest.raises(EvenvoiceError, match=says) as caught:
        read(folder, text)
    assert "\n" not in str(caught.value)
    assert str(folder / "table.csv") in str(caught.value)


def test_other_encodings_are_refused(folder: Path) -> None:
    with pytest.raises(EvenvoiceError, match="not UTF-8"):
        read(folder, "file,emotion,text\na.wav,sad,Käse\n", "latin-1")


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match=r"absent\.csv: no such file"):
        open_corpus(str(tmp_path / "absent.csv"))
