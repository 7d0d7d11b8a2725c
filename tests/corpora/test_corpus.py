from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from evenvoice.audio import Clip
from evenvoice.corpora import Corpus, join_for_cross, summarise
from evenvoice.corpora.corpus import Utterance, table_of
from evenvoice.errors import EvenvoiceError
from tests.corpora.wrong import WRONG

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
    with pytest.raises(EvenvoiceError, match="style 'improvised': no utterance for 'happy'"):
        corpus().select("happy", "improvised")
    assert corpus().select("sad=sad+fear").warnings == ("no utterance is 'fear', so 'sad' is without it",)


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


def test_columns_may_be_left_out_and_others_are_kept() -> None:
    table = pd.DataFrame({"file": ["/a.wav", "/b.wav"], "emotion": ["sad", "happy"]}, index=["a", "b"])
    assert not Corpus("mine", table, "CC0-1.0").has("speaker")
    aged = Corpus("mine", table.assign(age=[30, 41]), "CC0-1.0")
    assert aged.table["age"].to_list() == [30, 41]
    assert aged.select("sad").table["age"].to_list() == [30]
    assert aged.without("age", ["41"]).table.index.to_list() == ["a"]
    with pytest.raises(EvenvoiceError, match=r"cannot leave out by 'agee' \(did you mean 'age'"):
        aged.without("agee", ["41"])
    with pytest.raises(EvenvoiceError, match=r"no age is '4'; there are 30, 41"):
        aged.without("age", ["4"])
    with pytest.raises(EvenvoiceError, match="column 'emotion' is missing"):
        Corpus("mine", table.drop(columns="emotion"), "CC0-1.0")
    with pytest.raises(EvenvoiceError, match="column 'utterance' is the name of the index"):
        Corpus("mine", table.assign(utterance="x"), "CC0-1.0")


def test_labels_must_be_those_of_the_table() -> None:
    with pytest.raises(EvenvoiceError, match=r"the labels are sad, angry, its utterances have excited, happy, sad"):
        replace(corpus(), labels=("sad", "angry"))
    assert replace(corpus(), labels=("sad", "happy", "excited")).labels == ("sad", "happy", "excited")


def test_a_users_labels_are_the_users() -> None:
    labels = ("Freude!", "wut", "high", "level-3", "Anger")
    mine = corpus([replace(ROWS[0], id=label, emotion=label) for label in labels])
    assert mine.labels == tuple(sorted(labels))
    assert mine.warnings == ()
    chosen = mine.select("joy=Freude!,angry,Wut,level-3")
    assert chosen.table["emotion"].to_dict() == {
        "Freude!": "joy", "wut": "wut", "level-3": "level-3", "Anger": "angry"
    }  # fmt: skip
    assert chosen.labels == ("joy", "angry", "wut", "level-3")


@pytest.mark.parametrize(
    ("selection", "labels"),
    [
        (["sad", "excited"], ("sad", "excited")),
        ({"joy": ["happy", "excited"], "sad": "sad"}, ("joy", "sad")),
        (("joy=happy+excited",), ("joy",)),
    ],
)
def test_a_selection_may_be_a_list_or_a_dict(selection: object, labels: tuple[str, ...]) -> None:
    assert corpus().select(selection).labels == labels  # type: ignore[arg-type]


def test_one_label_of_the_corpus_cannot_go_to_two() -> None:
    mine = corpus([replace(ROWS[0], id="x", emotion="Anger"), ROWS[0]])
    with pytest.raises(EvenvoiceError, match="'Anger' goes to 'angry' and 'Anger'"):
        mine.select("mad,Anger")


@pytest.mark.parametrize(
    ("emotions", "speakers", "says"),
    [
        (("happy", "hapy"), "12", ["label 'hapy' looks like 'happy'; rename it with --emotions if it is a slip"]),
        (("freude", "freudee"), "12", ["label 'freude' looks like 'freudee'", "label 'freudee' looks like 'freude'"]),
        (("Anger", "angry"), "12", ["labels 'Anger' and 'angry' are names of one emotion"]),
        (("1", "1.0"), "12", ["labels '1' and '1.0' are names of one emotion"]),
        (("-1", "1"), "12", []),
        (("level-1", "level-2"), "12", []),
        (("sad", "calm"), ("1", "1.0"), ["speakers '1' and '1.0' differ only in spelling: if they are one person"]),
        (("sad", "calm"), ("1", "01"), ["speakers '01' and '1' differ only in spelling"]),
        (("sad", "calm"), ("1,50", "+1.5"), ["speakers '+1.5' and '1,50' differ only in spelling"]),
        (("sad", "calm"), ("S1", "s 01"), ["speakers 'S1' and 's 01' differ only in spelling"]),
        (("sad", "calm"), ("ab", "a\u200bb"), ["speakers 'ab' and 'a\\u200bb' differ only in spelling"]),
        (("sad", "calm"), ("Anna", "\u0410nna"), ["speakers 'Anna' and '\\u0410nna' differ only in spelling"]),
        (("sad", "s\u0430d"), "12", ["labels 'sad' and 's\\u0430d' are names of one emotion"]),
        (
            ("\u043d\u0430\u0440\u0440\u0443", "sad"),
            "12",
            ["label '\\u043d\\u0430\\u0440\\u0440\\u0443' looks like 'happy'"],
        ),
        (
            ("\u0440\u0430\u0434", "\u0433\u043d\u0435\u0432"),
            ("\u0410\u043d\u043d\u0430", "\u0410\u043d\u0442\u043e\u043d"),
            [],
        ),
        (("sad", "NA"), ("1", "n/a"), ["emotion 'NA' reads like a missing value", "speaker 'n/a' reads like"]),
        (("sad", "calm"), ("Anna", "anna "), ["speakers 'Anna' and 'anna ' differ only in spelling"]),
        (("sad", "calm"), ("Zoe\u0308", "Zo\xeb"), ["speakers 'Zoe\\u0308' and 'Zo\\xeb' differ only in spelling"]),
        (("sad", "calm"), ("s1", "s10"), []),
        (("sad", "calm"), ("1F", "1M"), []),
    ],
)
def test_names_that_differ_only_in_spelling_are_warned_of(
    emotions: tuple[str, str], speakers: tuple[str, str], says: list[str]
) -> None:
    rows = [replace(ROWS[n], emotion=emotions[n], speaker=speakers[n]) for n in (0, 1)]
    found = corpus(rows).warnings
    assert len(found) == len(says)
    assert all(line.startswith(start) for line, start in zip(found, says, strict=True))


def test_a_merge_ends_the_warning() -> None:
    rows = [replace(ROWS[0], emotion="Anger"), replace(ROWS[1], emotion="angry")]
    assert corpus(rows).warnings
    assert corpus(rows).select("angry=Anger+angry").warnings == ()


def test_what_a_corpus_shows() -> None:
    assert repr(corpus()) == "Corpus('mine': 3 utterances, 2 speakers, 3 emotions)"
    assert corpus().select("sad,happy").counts.to_dict() == {"sad": 1, "happy": 1}
    assert list(corpus().select("sad,happy").counts.index) == ["sad", "happy"]
    assert corpus().speakers == ("1", "2")
    page = replace(corpus(), name="<b>")._repr_html_()
    assert "&lt;b&gt;" in page
    assert "3 utterances" in page


@pytest.mark.parametrize("value", WRONG, ids=range(len(WRONG)))
def test_a_wrong_value_is_one_line_or_no_column(value: object) -> None:
    mine = corpus()
    assert not mine.has(value)  # type: ignore[arg-type]
    calls = [
        lambda: mine.without(value, ["1"]),  # type: ignore[arg-type]
        lambda: join_for_cross(mine, value),  # type: ignore[arg-type]
        lambda: join_for_cross(value, mine),  # type: ignore[arg-type]
        lambda: summarise(value),  # type: ignore[arg-type]
    ]
    if not isinstance(value, list | tuple | set | range) or len(value):
        calls.append(lambda: mine.without("speaker", value))  # type: ignore[arg-type]
    if value is not None:
        calls += [lambda: mine.select(value), lambda: mine.select(None, value)]  # type: ignore[arg-type]
    for call in calls:
        with pytest.raises(EvenvoiceError) as caught:
            call()
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 2000
