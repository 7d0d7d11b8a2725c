from __future__ import annotations

import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evenvoice.corpora import Corpus, open_corpus
from evenvoice.corpora.table_file import open_table
from evenvoice.errors import EvenvoiceError, MissingExtraError
from tests.corpora.trees import write_sound


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.wav", "sub/b, 'c' 🎤.wav"):
        write_sound(tmp_path / name)
    return tmp_path


def read(folder: Path, text: str, encoding: str = "utf-8") -> Corpus:
    (folder / "table.csv").write_bytes(text.encode(encoding))
    return open_table(folder / "table.csv")


def test_file_and_emotion_are_enough(folder: Path) -> None:
    corpus = read(folder, "file,emotion\na.wav,Anger\n\"sub/b, 'c' 🎤.wav\",happiness\n")
    assert corpus.name == "table"
    assert corpus.table["emotion"].to_dict() == {"a.wav": "Anger", "sub/b, 'c' 🎤.wav": "happiness"}
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
    assert corpus.table["age"].to_list() == ["9", None]
    assert corpus.without("age", ["9"]).table.index.to_list() == [second]
    assert corpus.warnings == ()


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
        ("file\na.wav\n", "line 1: one column, file; expected file and emotion, parted by"),
        ("file|emotion\na.wav|sad\n", r"line 1: one column, file\|emotion; expected file and emotion"),
        ("file,label\na.wav,sad\n", "line 1: no column 'emotion'; it has file, label; .* --columns emotion=label$"),
        ("path,emotion\na.wav,sad\n", "line 1: no column 'file'; .* --columns file=path$"),
        ("path,label\na.wav,sad\n", "line 1: no column 'file'; .* --columns file=path,emotion=label$"),
        ("a.wav,sad\nb.wav,sad\n", "line 1: no column 'file'; .*no header\\? Put a line .* above it: file,emotion$"),
        ("emotion,speaker\nsad,1\n", "line 1: no column 'file'"),
        ("file,emotions\na.wav,sad\n", r"line 1: no column 'emotion'; .* \(did you mean 'emotions'\?\)"),
        ("file,emotion,file\na.wav,sad,a.wav\n", "line 1: column 'file' twice"),
        ("file,emotion\n ,sad\n", "line 2: no file"),
        ("file,emotion\na.wav,\n", "line 2: no emotion"),
        ("file,emotion\na.wav\n", "line 2: 1 cells where the header has 2"),
        ("file,emotion\nb, c.wav,sad\n", "line 2: 3 cells where the header has 2; quote a cell"),
        ("file,emotion,speaker\na.wav,sad,1\nb.wav,sad,\n", "line 3: no speaker, though other lines have one"),
        ("file,emotion,start\na.wav,sad,soon\n", "line 2: start 'soon' is not a time"),
        ("file,emotion,start\na.wav,sad,-1 days\n", "line 2: start '-1 days' is not a time"),
        ("file,emotion,start\na.wav,sad,-1\n", "line 2: start '-1' is not a time"),
        ("file,emotion,end\na.wav,sad,inf\n", "line 2: end 'inf' is not a time"),
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_what_spreadsheets_write_is_read(folder: Path, encoding: str, separator: str) -> None:
    rows = [["file", "emotion", "speaker", "text", "start", ""], ["a.wav", "sad", "Zoë", "Käse", "0.25", "", ""]]
    corpus = read(folder, "".join(separator.join(row) + "\r\n" for row in rows), encoding)
    assert corpus.table.iloc[0][["emotion", "speaker", "text", "start"]].to_list() == ["sad", "Zoë", "Käse", 0.25]
    guessed = ["table.csv is not UTF-8 and was read as Windows-1252; save it as UTF-8 if letters are wrong"]
    assert list(corpus.warnings) == (guessed if encoding == "cp1252" else [])


def test_decimal_commas_and_excels_line_about_the_separator(folder: Path) -> None:
    corpus = read(folder, "sep=;\nfile;emotion;start;end\na.wav;sad;0,1;0,25\n")
    assert corpus.table[["start", "end"]].to_numpy().tolist() == [[0.1, 0.25]]
    with pytest.raises(EvenvoiceError, match="line 3: no emotion"):
        read(folder, "sep=;\nfile;emotion\na.wav;\n")


def test_an_unnamed_column_is_left_out_and_said(folder: Path) -> None:
    corpus = read(folder, ",file,emotion\n0,a.wav,sad\n")
    assert corpus.warnings == ("table.csv: column 1 has no name, left out",)


def test_a_column_that_resembles_a_known_one_is_a_column_of_its_own(folder: Path) -> None:
    corpus = read(folder, "file,emotion,Season,speker\na.wav,sad,8,anna\n")
    assert corpus.table.loc["a.wav", ["Season", "speker"]].to_list() == ["8", "anna"]
    assert not corpus.has("session")
    assert corpus.warnings == ("column 'speker' is kept as a column of its own (did you mean 'speaker'?)",)


def test_columns_are_named(folder: Path) -> None:
    (folder / "table.csv").write_text("path,label,emotion,who,utterance\na.wav,wut,x,anna,7\n", encoding="utf-8")
    (folder / "table2.csv").write_text("path,label,who\na.wav,wut,anna\n", encoding="utf-8")
    corpus = open_corpus(str(folder / "table.csv"), columns="file=path,emotion=label,speaker=who")
    assert corpus.table.iloc[0][["emotion", "speaker", "emotion (table)", "utterance (table)"]].to_list() == [
        "wut", "anna", "x", "7"
    ]  # fmt: skip
    with pytest.raises(EvenvoiceError, match=r"no column 'labl' \(did you mean 'label'\?\)"):
        open_corpus(str(folder / "table.csv"), columns={"emotion": "labl", "file": "path"})
    with pytest.raises(EvenvoiceError, match="expected OURS=THEIRS"):
        open_corpus(str(folder / "table.csv"), columns="emotion")
    with pytest.raises(EvenvoiceError, match=r"no column 'file'; .* --columns speaker=who,file=path,emotion=label$"):
        open_corpus(str(folder / "table2.csv"), columns="speaker=who")


def test_the_column_corpus_is_kept_and_said(folder: Path) -> None:
    corpus = read(folder, "file,emotion,corpus\na.wav,sad,one\n")
    assert corpus.table.loc["a.wav", "corpus"] == "one"
    assert corpus.warnings[0].startswith("column 'corpus' is kept: protocol cross")


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("in_table", ["NFC", "NFD"])
def test_a_file_is_found_under_another_unicode_form(tmp_path: Path, on_disk: str, in_table: str) -> None:
    name = "Stimmé/Ärger.wav"
    write_sound(tmp_path / unicodedata.normalize(on_disk, name))
    corpus = read(tmp_path, f"file,emotion\n{unicodedata.normalize(in_table, name)},wut\n")
    assert Path(corpus.table["file"].iloc[0]).is_file()


def test_a_file_is_found_under_a_windows_path(tmp_path: Path) -> None:
    write_sound(tmp_path / "wav" / "a.wav")
    assert Path(read(tmp_path, "file,emotion\nwav\\a.wav,sad\n").table["file"].iloc[0]).is_file()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer.* git lfs pull"),
        (b"file,emotion\na.wav,\0sad\n", "line 2: a NUL character"),
        (b"file,emotion\n" + b"a" * 300 + b".wav,sad\n", "line 2: file 'a+'… has a name of 304 bytes"),
        (
            b"file,emotion\n" + b"a/" * 3000 + b".wav,sad\n",
            "line 2: file .*is a path of 6,004 bytes, and no system takes",
        ),
        (b"file,emotion\na.wav," + b"x" * 5000 + b"\n", "line 2: emotion 'x+'… has 5,000 characters; shorten it"),
        (b"file,emotion,speaker\na.wav,sad," + b"x" * 201 + b"\n", "line 2: speaker 'x+'… has 201 characters"),
        (b"file,emotion," + b"x" * 5000 + b"\na.wav,sad,1\n", "line 1: a column named 'x+'… of 5,000 characters"),
        (b"file,emotion," + b",".join(b"%d" % n for n in range(10**6)) + b"\n", r"1,000,002 columns, more than 1,000;"),
        (b"file,emotion\na.wav," + b"x" * 200_000 + b"\n", "line 2: no CSV .field larger than field limit"),
        (b"\x81\x8d\xff", "no text in UTF-8"),
    ],
)
def test_a_file_that_is_no_table_is_one_line_in_bounded_time(tmp_path: Path, raw: bytes, says: str) -> None:
    (tmp_path / "table.csv").write_bytes(raw)
    with pytest.raises(EvenvoiceError, match=says) as caught:
        open_table(tmp_path / "table.csv")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_spreadsheets_are_read_where_their_library_is_installed(folder: Path, suffix: str) -> None:
    frame = pd.DataFrame({"file": ["a.wav"], "emotion": ["wut"], "speaker": [7]})
    write = {".xlsx": pd.DataFrame.to_excel, ".parquet": pd.DataFrame.to_parquet}[suffix]
    try:
        write(frame, folder / f"table{suffix}", index=False)  # type: ignore[operator]
    except ImportError:
        (folder / f"table{suffix}").write_bytes(b"x")
        with pytest.raises(MissingExtraError, match=r'pip install "evenvoice\[tables\]", or save the table as CSV'):
            open_table(folder / f"table{suffix}")
        return
    corpus = open_table(folder / f"table{suffix}")
    assert corpus.table.iloc[0][["emotion", "speaker"]].to_list() == ["wut", "7"]
    assert corpus.clips()[0].file == folder / "a.wav"
    (folder / f"broken{suffix}").write_bytes(b"x")
    with pytest.raises(EvenvoiceError, match=f"cannot be read as {suffix}"):
        open_table(folder / f"broken{suffix}")


def test_of_a_workbook_the_first_sheet_is_read_and_said(folder: Path) -> None:
    pytest.importorskip("openpyxl")
    frame = pd.DataFrame({"file": ["a.wav"], "emotion": ["sad"]})
    with pd.ExcelWriter(folder / "table.xlsx", engine="openpyxl") as book:
        frame.to_excel(book, sheet_name="one", index=False)
        frame.to_excel(book, sheet_name="two", index=False)
    said = "sheet 'one' is read, the first of 2; to read another, put it first"
    assert open_table(folder / "table.xlsx").warnings == (said,)


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    with zipfile.ZipFile(tmp_path / "table.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 201_000_000)
    assert (tmp_path / "table.xlsx").stat().st_size < 300_000
    with pytest.raises(EvenvoiceError, match="unpacks to 201 MB, more than 200; is it this file"):
        open_table(tmp_path / "table.xlsx")


def test_a_parquet_file_of_too_many_lines_is_not_read(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    run = pyarrow.array(np.zeros(5_000_001, np.int8))
    parquet.write_table(pyarrow.table({"file": run}), tmp_path / "table.parquet")
    with pytest.raises(EvenvoiceError, match="5,000,001 lines, more than 5,000,000"):
        open_table(tmp_path / "table.parquet")


def test_a_line_that_repeats_another_is_left_out_and_one_with_another_label_is_kept(folder: Path) -> None:
    corpus = read(folder, "file,emotion,start\na.wav,sad,\na.wav,sad,\na.wav,happy,\na.wav,happy,0.1\n")
    assert corpus.table["emotion"].to_dict() == {"a.wav": "sad", "a.wav#2": "happy", "a.wav#0.1-": "happy"}
    assert corpus.warnings == (
        "repeats, left out: 1 ('a.wav' in line 2 and line 3)",
        "recordings listed again with another emotion, which leaks where a split parts them: "
        "1 ('a.wav' in line 2 and line 4)",
    )


def test_a_recording_is_one_by_whichever_path(folder: Path) -> None:
    other = f"../{folder.name}/a.wav"
    corpus = read(folder, f"file,emotion,age\na.wav,sad,3\n{other},sad,3\n{folder / 'a.wav'},sad,4\n")
    assert corpus.table["age"].to_list() == ["3", "4"]
    assert [line.partition(":")[0] for line in corpus.warnings] == [
        "repeats, left out",
        "recordings listed again with another age, which leaks where a split parts them",
    ]


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("file,emotion,speaker_id", "if it holds the speaker, say --columns speaker=speaker_id"),
        ("file,emotion,Begin", "if it holds the start in seconds, say --columns start=Begin"),
        ("file,emotion,start,duration", "so utterances last to the end of their file, whatever 'duration' says"),
        ("file,emotion,speaker", None),
        ("file,emotion,start,end,duration", None),
        ("file,emotion,duration", None),
    ],
)
def test_columns_that_others_call_differently_are_named(folder: Path, header: str, says: str | None) -> None:
    corpus = read(folder, f"{header}\n" + ",".join(["a.wav", "sad", "0", "1", "1"][: header.count(",") + 1]))
    assert corpus.warnings == () if says is None else any(says in line for line in corpus.warnings)


def test_a_column_is_named_once(folder: Path) -> None:
    for columns, says in (
        ("emotion=label,emotion=other", "'emotion' is 'label' and 'other'; name one"),
        ("emotion=label,speaker=label", "column 'label' for emotion and for speaker; name it for one"),
    ):
        (folder / "table.csv").write_text("file,label,other\na.wav,sad,x\n", encoding="utf-8")
        with pytest.raises(EvenvoiceError, match=says):
            open_table(folder / "table.csv", columns)


def test_a_tsv_is_a_table(folder: Path) -> None:
    (folder / "table.tsv").write_text("file\temotion\na.wav\tsad\n", encoding="utf-8")
    assert open_corpus(str(folder / "table.tsv")).labels == ("sad",)


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match=r"absent\.csv: no such file"):
        open_corpus(str(tmp_path / "absent.csv"))
