"""Leaks planted in real speech: EmoDB and RAVDESS, where they are at hand."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from evenvoice.audit.corpus import audit_corpus
from evenvoice.audit.split import audit_split
from evenvoice.corpora import Corpus, open_corpus
from tests.audit.mutations import copies

COPIED = {"duplicate-audio", "near-duplicate-audio", "duplicate-across-speakers", "duplicate-across-emotions"}
TRAINING, TESTED = ("03", "08"), ("09", "10")


def _of_speakers(corpus: Corpus, *speakers: str) -> pd.DataFrame:
    return corpus.table[corpus.table["speaker"].isin(speakers)]


@pytest.fixture(scope="module")
def emodb(corpora_folder: Path) -> Corpus:
    return open_corpus(f"emodb:{corpora_folder / 'emodb'}")


@pytest.fixture(scope="module")
def ravdess(corpora_folder: Path) -> Corpus:
    return open_corpus(f"ravdess:{corpora_folder / 'ravdess'}")


def test_the_pair_of_ravdess_is_found_with_no_help(ravdess: Corpus) -> None:
    audit = audit_corpus(dataclasses.replace(ravdess, table=_of_speakers(ravdess, "07")), jobs=1)
    assert audit.codes & COPIED == {"duplicate-audio"}
    (finding,) = [finding for finding in audit.findings if finding.kind.code == "duplicate-audio"]
    assert len(finding.evidence) == 1
    assert "03-01-03-01-02-01-07" in finding.evidence[0]
    assert "03-01-03-01-02-02-07" in finding.evidence[0]


def test_the_pair_of_ravdess_leaks_where_it_is_split(ravdess: Corpus) -> None:
    happy = _of_speakers(ravdess, "07").reset_index()
    happy = happy[happy["emotion"] == "happy"]
    pair = [happy["utterance"].str.contains(f"03-01-03-01-02-0{take}-07") for take in (1, 2)]
    others = ["train", "test"] * (len(happy) // 2)
    for second, found in (("train", False), ("test", True)):
        split = happy.assign(part=others)
        split.loc[pair[0], "part"], split.loc[pair[1], "part"] = "train", second
        assert ("shared-audio" in audit_split(split, "actor 07", jobs=1).codes) is found


@pytest.fixture(scope="module")
def few(emodb: Corpus) -> pd.DataFrame:
    """Two recordings of each emotion by four speakers, of whom two train and two are tested."""
    table = _of_speakers(emodb, *TRAINING, *TESTED).groupby(["speaker", "emotion"]).head(2).reset_index()
    table["part"] = table["speaker"].map(dict.fromkeys(TRAINING, "train") | dict.fromkeys(TESTED, "test"))
    return table


def test_takes_of_the_same_sentences_are_no_copies(few: pd.DataFrame) -> None:
    assert audit_split(few, "emodb", jobs=1).codes == {"shared-text", "test-too-small"}


def test_a_copy_of_a_training_recording_is_found_in_every_disguise(few: pd.DataFrame, tmp_path: Path) -> None:
    """Each way of copying takes another training recording, so that all are found at once."""
    sources = few[few["part"] == "train"].reset_index(drop=True)
    rows = []
    for number, (name, copy) in enumerate(copies.EVERY.items()):
        file = copy(Path(sources["file"][number]), tmp_path / f"copy{number}")
        rows.append({**few[few["part"] == "test"].iloc[0], "utterance": name, "file": str(file)})
    audit = audit_split(pd.concat([few, pd.DataFrame(rows)], ignore_index=True), "planted", jobs=1)
    (finding,) = [finding for finding in audit.leaks if finding.kind.code == "shared-audio"]
    found = {line.split(" (train)")[0] for line in finding.evidence}
    assert found == {Path(file).name for file in sources["file"][: len(rows)]}
    assert len(finding.evidence) == len(rows)


PLANTED = (
    ("WAV", {"speaker": "09"}, "duplicate-across-speakers"),
    ("MP3", {"speaker": "10"}, "duplicate-across-speakers"),
    ("Opus", {"emotion": "sad"}, "duplicate-across-emotions"),
    ("8 kHz", {}, "near-duplicate-audio"),
    ("without a sixth at either end", {}, "near-duplicate-audio"),
    ("FLAC", {}, "duplicate-audio"),
)


def test_copies_in_a_corpus_are_each_found_as_what_they_are(few: pd.DataFrame, tmp_path: Path) -> None:
    table = few.drop(columns="part").set_index("utterance")
    sources = table[(table["emotion"] != "sad") & (table["speaker"] == "03")].index[: len(PLANTED)]
    rows = [table]
    for number, (how, changes, _) in enumerate(PLANTED):
        source = sources[[number]]
        file = copies.EVERY[how](Path(table["file"][source[0]]), tmp_path / f"copy{number}")
        rows.append(table.loc[source].assign(file=str(file), **changes).set_axis([f"copy{number}"]))
    audit = audit_corpus(Corpus("emodb", pd.concat(rows), "CC0-1.0"), jobs=1)
    assert audit.codes & COPIED == {code for _, _, code in PLANTED}
    for number, (_, _, code) in enumerate(PLANTED):
        (finding,) = [finding for finding in audit.findings if finding.kind.code == code]
        assert sum(f"copy{number}." in line for line in finding.evidence) == 1
    assert sum(len(finding.evidence) for finding in audit.findings if finding.kind.code in COPIED) == len(PLANTED)


@pytest.mark.long
def test_whole_corpora_hold_one_pair_and_no_other(emodb: Corpus, ravdess: Corpus) -> None:
    assert not audit_corpus(emodb).codes & COPIED
    assert audit_corpus(ravdess).codes & COPIED == {"duplicate-audio"}
