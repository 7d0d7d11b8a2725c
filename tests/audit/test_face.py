"""The four functions as people call them: strings, paths and frames; what is wrong is one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import evenvoice
from evenvoice.errors import EvenvoiceError
from tests.audit.recordings import noise_corpus

WRONG = (None, 3, 2.5, b"x", [], {}, object(), np.zeros(2), True)


def test_a_corpus_as_a_string_and_a_path(tmp_path: Path) -> None:
    table = noise_corpus(tmp_path, speakers=2, takes=1).table[["file", "emotion", "speaker"]]
    table.to_csv(tmp_path / "table.csv", index=False)
    for given in (tmp_path / "table.csv", str(tmp_path / "table.csv")):
        assert evenvoice.audit_corpus(given, jobs=1).facts["utterances"] == 4


def test_a_folder_of_recordings_as_a_path(tmp_path: Path) -> None:
    corpus = noise_corpus(tmp_path, speakers=2, takes=1)
    for file, emotion in zip(corpus.table["file"], corpus.table["emotion"], strict=True):
        place = tmp_path / "sorted" / emotion / Path(file).name
        place.parent.mkdir(parents=True, exist_ok=True)
        Path(file).rename(place)
    assert evenvoice.audit_corpus(tmp_path / "sorted", jobs=1).facts["utterances"] == len(corpus)


def test_a_split_as_a_frame_a_path_and_a_string(tmp_path: Path) -> None:
    frame = pd.DataFrame({"split": ["train", "dev", "test"], "speaker": [1, 2, 1], "emotion": ["sad", "calm", None]})
    frame.to_csv(tmp_path / "split.csv", index=False)
    audits = [evenvoice.audit_split(given) for given in (frame, tmp_path / "split.csv", str(tmp_path / "split.csv"))]
    assert [audit.subject for audit in audits] == ["split", *[str(tmp_path / "split.csv")] * 2]
    first, *others = ([finding.to_json() for finding in audit.findings] for audit in audits)
    assert "shared-speaker" in {finding["code"] for finding in first}
    assert others == [first, first]


def test_a_frame_of_a_corpus_is_joined_by_its_index(tmp_path: Path) -> None:
    corpus = noise_corpus(tmp_path, speakers=2, takes=1)
    parts = pd.DataFrame({"part": ["train", "train", "test", "test"]}, index=corpus.table.index)
    audit = evenvoice.audit_split(parts, corpus=corpus, jobs=1)
    assert audit.facts["test_speakers"] == 1
    assert "audio of 4 recordings" in audit.checked


def test_counts_as_a_string_a_list_and_numpy() -> None:
    said = "1103,595,1084,1708"
    audits = [evenvoice.audit_counts(5465, 1367, given) for given in (said, [1103, 595, 1084, 1708])]
    audits.append(evenvoice.audit_counts(np.int64(5465), 1367, np.array([1103, 595, 1084, 1708])))
    assert len({audit.as_text() for audit in audits}) == 1


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_one_line(wrong: object) -> None:
    calls = (
        lambda: evenvoice.audit_corpus(wrong),
        lambda: evenvoice.audit_split(wrong),
        lambda: evenvoice.audit_run(wrong),
        lambda: evenvoice.audit_counts(3, 3, wrong),
        lambda: evenvoice.audit_split(
            pd.DataFrame({"part": ["train", "test"], "speaker": "1"}), corpus=1 if wrong is None else wrong
        ),
    )
    for call in calls:
        with pytest.raises(EvenvoiceError) as caught:
            call()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("wrong", [None, 2.5, "5465", b"x", [], np.zeros(2), True, 0, -1])
def test_what_is_no_count_is_one_line(wrong: object) -> None:
    for call in (
        lambda: evenvoice.audit_counts(wrong, 3, [1, 2]),
        lambda: evenvoice.audit_counts(3, wrong, [1, 2]),
        lambda: evenvoice.audit_counts(3, 3, [1, wrong]),
    ):
        with pytest.raises(EvenvoiceError, match="expected"):
            call()


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame({"part": []}), pd.DataFrame({"speaker": ["1"]})])
def test_a_frame_that_is_no_split(frame: pd.DataFrame) -> None:
    with pytest.raises(EvenvoiceError, match=r"^split: "):
        evenvoice.audit_split(frame)
