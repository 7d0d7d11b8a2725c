"""The table of a split: names of columns and parts, what is refused, and the numbers in messages, worked by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from evenvoice.audit.split import audit_split
from evenvoice.audit.split_table import read_split
from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError


def _file(folder: Path, text: str) -> Path:
    path = folder / "split.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_names_are_ours_and_empty_cells_are_not_known(tmp_path: Path) -> None:
    path = _file(
        tmp_path, "\ufeffID, Split ,file,Label,speaker,x\n1,Dev,a.wav,sad,03,y\n2,training,,NA,,y\n3, TEST ,,,3,\n"
    )
    table = read_split(path)
    assert table.to_dict("list") == {
        "part": ["validation", "train", "test"],
        "utterance": ["1", "2", "3"],
        "file": [str(tmp_path / "a.wav"), None, None],
        "emotion": ["sad", "NA", None],
        "speaker": ["03", None, "3"],
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"split\.csv, line 1: no header"),
        ("part,speaker\n", "a header and no lines"),
        ("speaker\n03\n", r"no column part \(or split\); it has speaker"),
        ("spilt,speaker\ntest,03\n", r"no column part \(or split\) \(did you mean 'split'\?\)"),
        ("part,colour\ntest,red\n", "nothing but the part is known; add one at least of utterance, file"),
        (
            "part,speaker\ntrain,03\nvaldation,08\n",
            r"line 3: part 'valdation' is unknown \(did you mean 'validation'\?\)",
        ),
        ("part,speaker\ntrain,03\n,08\n", "line 3: no part; write train, validation"),
        ("part,split,speaker\ntest,test,03\n", "columns part and split mean the same; keep one"),
        ("part,speaker\ntrain,03,08\ntest\n", r"line 2: 3 cells where the header has 2"),
        # Read with its first column as an index, this would be another split.
        ("speaker,part\n03,train,test\n08,test,train\n", r"line 2: 3 cells where the header has 2"),
        ("part,part,speaker\ntest,train,03\n", "line 1: column 'part' twice"),
    ],
)
def test_what_is_no_split(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(EvenvoiceError, match=message):
        read_split(_file(tmp_path, text))


def test_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match=r"none\.csv: cannot be read \(No such file"):
        read_split(tmp_path / "none.csv")


def test_a_split_without_a_test_part_is_refused() -> None:
    table = pd.DataFrame({"part": ["train", "validation"], "speaker": ["1", "2"]})
    with pytest.raises(EvenvoiceError, match="mine: no test part; its parts are train, validation"):
        audit_split(table, "mine")


def test_messages_count_what_is_shared() -> None:
    table = pd.DataFrame(
        {"part": ["train"] * 3 + ["validation"] + ["test"] * 4, "speaker": ["a", "a", "b", "c", "b", "c", "c", "d"]}
    )
    (finding,) = [found for found in audit_split(table, "mine").findings if found.kind.code == "shared-speaker"]
    assert finding.message == "2 of the 3 speakers of the test part in another part: 3 of 4 test rows"
    assert finding.evidence == ("b: 1 train, 1 test", "c: 1 validation, 2 test")


@pytest.mark.parametrize("names", [("1", "1.0"), ("Anna", "anna "), ("Anna", "\u0410nna"), ("s1", "S 01")])
def test_speakers_of_two_parts_that_differ_in_spelling(names: tuple[str, str]) -> None:
    table = pd.DataFrame({"part": ["train", "test", "test", "train"], "speaker": [*names, "ben", "carl"]})
    (finding,) = [found for found in audit_split(table).findings if found.kind.code == "speakers-spelled-apart"]
    assert finding.kind.severity == "warning"
    assert re.fullmatch(r"'.+' in (train|test), '.+' in (train|test)", finding.evidence[0])
    same_part = table.assign(part=["train", "train", "test", "train"])
    assert "speakers-spelled-apart" not in audit_split(same_part).codes


@pytest.mark.parametrize(
    "text", ["utterance;part\na;train", "utterance\tpart\na\ttrain", "\ufeffutterance,part\na,train"]
)
def test_spreadsheets_write_it_in_ways_of_their_own(tmp_path: Path, text: str) -> None:
    assert read_split(_file(tmp_path, text)).to_dict("list") == {"part": ["train"], "utterance": ["a"]}


def test_what_could_not_be_looked_at_is_said() -> None:
    table = pd.DataFrame({"part": ["train", "train", "test"], "speaker": ["a", None, "b"], "file": "/nowhere/a.wav"})
    audit = audit_split(table, "mine")
    assert "speakers of 2 of 3 rows" in audit.checked
    assert "no sessions (not known)" in audit.checked
    assert "no audio (none of the files exists)" in audit.checked


def test_the_width_of_the_interval_is_a_fact() -> None:
    rows = [("train", "sad"), *[("test", "sad")] * 100, *[("test", "happy")] * 25]
    audit = audit_split(pd.DataFrame(rows, columns=["part", "emotion"]), "mine")
    # 1.96 × √(1/400 + 1/100) / 2 = 0.1096
    assert audit.facts["ua_half_width_at_least"] == pytest.approx(0.1096, abs=5e-5)
    assert "test-too-small" in audit.codes
    assert "± 11 points" in audit.findings[-1].evidence[0]


def test_a_corpus_fills_in_what_the_table_does_not_say(tmp_path: Path) -> None:
    path = _file(tmp_path, "utterance,part,speaker\na,train,\nb,test,given\nz,test,\n")
    rows = pd.DataFrame(
        {"file": ["/a.wav", "/b.wav"], "emotion": ["sad", "happy"], "speaker": ["1", "2"]}, index=["a", "b"]
    )
    corpus = Corpus("mine", rows, "CC0-1.0")
    table = read_split(path, corpus)
    assert table["speaker"].to_list() == ["1", "given", None]
    assert table["emotion"].to_list() == ["sad", "happy", None]
    with pytest.raises(EvenvoiceError, match="corpus mine holds none of its utterances"):
        read_split(_file(tmp_path, "utterance,part\nx,train\n"), corpus)
    with pytest.raises(EvenvoiceError, match="no column utterance, by which corpus mine is joined"):
        read_split(_file(tmp_path, "speaker,part\nx,train\n"), corpus)
