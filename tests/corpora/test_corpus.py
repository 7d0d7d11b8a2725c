from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from evenvoice.audio import Clip
from evenvoice.corpora import Corpus
from evenvoice.corpora.corpus import Utterance, table_of
from evenvoice.errors import EvenvoiceError

ROWS = [
    Utterance("a", Path("/data/x/a.wav"), "sad", speaker="1", style="improvised"),
    Utterance("b", Path("/data/y/b.wav"), "happy", speaker="2", style="scripted", start=1.5, end=2.0),
    Utterance("c", Path("/data/y/c.wav"), "excited", speaker="1", style="improvised"),
]


def corpus(rows: list[Utterance] = ROWS) -> Corpus:
    return Corpus("mine", table_of(rows), "CC0-1.0")


def test_labels_are_alphabetical_unless_a_selection_orders_them() -> None:
    assert corpus().labels == ("excited", "happy", "sad")
    assert corpus().select("sad,happy").labels == ("sad", "happy")
    assert corpus().select("all").labels == ("excited", "happy", "sad")
    assert corpus().select("sad,happy,excited").select(None, "improvised").labels == ("sad", "excited")


def test_selecting_merges_renames_and_drops() -> None:
    merged = corpus().select("happy=happy+excited")
    assert merged.table["emotion"].to_dict() == {"b": "happy", "c": "happy"}
    renamed = corpus().select("happy=excited,sad")
    assert renamed.table["emotion"].to_dict() == {"a": "sad", "c": "happy"}
    assert corpus().table["emotion"].to_list() == ["sad", "happy", "excited"]


def test_selecting_by_style() -> None:
    assert list(corpus().select(style="improvised").table.index) == ["a", "c"]
    with pytest.raises(EvenvoiceError, match=r"no utterance in style 'improvized'.*did you mean 'improvised'"):
        corpus().select(style="improvized")
    with pytest.raises(EvenvoiceError, match="it names no styles"):
        corpus([replace(row, style=None) for row in ROWS]).select(style="improvised")


def test_a_label_without_utterances_is_an_error_and_half_a_merge_is_told() -> None:
    with pytest.raises(EvenvoiceError, match="no utterance for 'angry'; its emotions are excited, happy, sad"):
        corpus().select("angry,sad")
    with pytest.raises(EvenvoiceError, match="no utterance for 'happy' in style 'improvised'"):
        corpus().select("happy", "improvised")
    assert corpus().select("sad=sad+fear").oddities == ("no utterance is fear, so sad is without it",)


def test_has_means_that_no_value_is_missing() -> None:
    rows = [replace(ROWS[0], text="x"), ROWS[1]]
    assert corpus(rows).has("speaker")
    assert not corpus(rows).has("text")
    assert not corpus(rows).has("session")


def test_clips() -> None:
    assert corpus().clips() == [
        Clip(Path("/data/x/a.wav"), None, None),
        Clip(Path("/data/y/b.wav"), 1.5, 2.0),
        Clip(Path("/data/y/c.wav"), None, None),
    ]


def test_what_is_missing_is_none_in_text_and_nan_in_times() -> None:
    table = corpus().table
    assert table.loc["a", "text"] is None
    assert pd.isna(table.loc["a", "start"])
    assert table["start"].dtype == float
    assert all(table[column].dtype == object for column in table if column not in ("start", "end"))


def test_the_fingerprint_is_stable() -> None:
    # Worked once by hand: SHA-256 of one JSON list a line: id, emotion, speaker, path from /data, start, end.
    import hashlib

    lines = (
        b'["a", "sad", "1", "x/a.wav", null, null]\n'
        b'["b", "happy", "2", "y/b.wav", 1.5, 2.0]\n'
        b'["c", "excited", "1", "y/c.wav", null, null]\n'
    )
    assert corpus().fingerprint() == hashlib.sha256(lines).hexdigest()


@pytest.mark.parametrize(
    "change",
    [{"emotion": "fear"}, {"speaker": "3"}, {"id": "z"}, {"file": Path("/data/x/z.wav")}, {"start": 0.5}, {"end": 9.0}],
)
def test_the_fingerprint_changes_with_what_counts(change: dict[str, object]) -> None:
    changed = corpus([replace(ROWS[0], **change), *ROWS[1:]])
    assert changed.fingerprint() != corpus().fingerprint()
    assert corpus([replace(row, text="hello") for row in ROWS]).fingerprint() == corpus().fingerprint()


def test_the_corpus_has_a_table_of_its_own() -> None:
    table = table_of(ROWS)
    ours = Corpus("mine", table, "CC0-1.0")
    table.loc["a", "emotion"] = "angry"
    assert ours.table.loc["a", "emotion"] == "sad"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "no utterances"),
        ([ROWS[0], ROWS[0]], "'a' is there twice"),
        ([replace(ROWS[0], emotion=None)], "'a' has no emotion"),
        ([replace(ROWS[0], speaker=None), ROWS[1]], "'a' has no speaker; give every utterance one, or none"),
        ([replace(ROWS[0], file=Path("a.wav"))], "'a.wav' is not an absolute path"),
    ],
)
def test_a_table_that_breaks_the_contract_is_refused(rows: list[Utterance], says: str) -> None:
    with pytest.raises(EvenvoiceError, match=says):
        corpus(rows)


def test_columns_may_be_left_out_but_not_invented() -> None:
    table = pd.DataFrame({"file": ["/a.wav"], "emotion": ["sad"]}, index=["a"])
    assert not Corpus("mine", table, "CC0-1.0").has("speaker")
    with pytest.raises(EvenvoiceError, match=r"unknown column 'speeker' \(did you mean 'speaker'\?\)"):
        Corpus("mine", table.assign(speeker="x"), "CC0-1.0")
    with pytest.raises(EvenvoiceError, match="column 'emotion' is missing"):
        Corpus("mine", table.drop(columns="emotion"), "CC0-1.0")


def test_labels_must_be_those_of_the_table() -> None:
    with pytest.raises(EvenvoiceError, match=r"the labels are sad, angry, its utterances have excited, happy, sad"):
        replace(corpus(), labels=("sad", "angry"))
    assert replace(corpus(), labels=("sad", "happy", "excited")).labels == ("sad", "happy", "excited")
