"""Text, JSON and CSV: what is written, when, and what is left where an error ends it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from evenvoice.errors import AudioError
from evenvoice.recognizer.output import CsvWriter, JsonWriter, TextWriter, Writer

LABELS = ("sad", "angry", "calm")
SCORES = [{"label": "angry", "score": 0.625}, {"label": "calm", "score": 0.25}, {"label": "sad", "score": 0.125}]
WHOLE = [{"scores": SCORES}]
TIMELINE = [
    {"start": 0.0, "end": 3.0, "scores": SCORES},
    {"start": 1.0, "end": 4.0, "scores": [], "silent": True},
    {"start": 1.25, "end": 4.25, "scores": SCORES},
]
KINDS = (TextWriter, JsonWriter, CsvWriter)


def _written(kind: type[Writer], *answers: tuple[str, Any], **how: Any) -> str:
    out = io.StringIO()
    with kind(out, LABELS, **how) as writer:
        for name, entries in answers:
            writer.write(name, entries)
    return out.getvalue()


def test_text() -> None:
    assert _written(TextWriter, ("a b.wav", WHOLE), ("c", WHOLE), top=2) == (
        "a b.wav\tangry 62.5%  calm 25.0%\nc\tangry 62.5%  calm 25.0%\n"
    )
    assert _written(TextWriter, ("a", TIMELINE), timeline=True, top=1) == (
        "a\t0.00\t3.00\tangry 62.5%\na\t1.00\t4.00\tsilent\na\t1.25\t4.25\tangry 62.5%\n"
    )


@pytest.mark.parametrize("answers", [0, 1, 2, 3])
def test_json_in_pieces_is_the_document_as_a_whole(answers: int) -> None:
    names = [f'file {number} "ä\udcf6".wav' for number in range(answers)]
    whole = [{"file": name, "scores": SCORES} for name in names]
    text = _written(JsonWriter, *((name, WHOLE) for name in names))
    assert text == json.dumps(whole, indent=1) + "\n"
    timeline = _written(JsonWriter, *((name, iter(TIMELINE)) for name in names), timeline=True)
    assert json.loads(timeline) == [{"file": name, "windows": TIMELINE} for name in names]


def test_json_of_the_best() -> None:
    (found,) = json.loads(_written(JsonWriter, ("a", TIMELINE), timeline=True, top=2))
    assert [entry["scores"] for entry in found["windows"]] == [SCORES[:2], [], SCORES[:2]]
    assert found["windows"][1]["silent"] is True


def test_csv_has_its_columns_in_the_models_order() -> None:
    name = 'a, "b"\n.wav'
    rows = list(csv.reader(io.StringIO(_written(CsvWriter, (name, WHOLE), ("c", WHOLE)))))
    assert rows == [
        ["file", "label", "p:sad", "p:angry", "p:calm"],
        [name, "angry", "0.125", "0.625", "0.25"],
        ["c", "angry", "0.125", "0.625", "0.25"],
    ]


def test_csv_of_a_timeline_and_of_the_best() -> None:
    assert _written(CsvWriter, ("a", TIMELINE), timeline=True, top=2).splitlines() == [
        "file,start,end,label,p:sad,p:angry,p:calm",
        "a,0.0,3.0,angry,,0.625,0.25",
        "a,1.0,4.0,,,,",
        "a,1.25,4.25,angry,,0.625,0.25",
    ]
    assert _written(CsvWriter) == "file,label,p:sad,p:angry,p:calm\n"


def test_csv_keeps_every_digit_of_a_float32() -> None:
    score = 0.6652409434318542
    (_, row) = csv.reader(io.StringIO(_written(CsvWriter, ("a", [{"scores": [{"label": "sad", "score": score}]}]))))
    assert float(row[2]) == pytest.approx(score, rel=1e-8)


@pytest.mark.parametrize("kind", KINDS)
def test_each_answer_is_out_before_the_next_is_asked_for(kind: type[Writer]) -> None:
    reader = io.BytesIO()
    with kind(io.TextIOWrapper(reader, encoding="utf-8"), LABELS) as writer:
        for name in ("first", "second"):
            writer.write(name, WHOLE)
            assert name.encode() in reader.getvalue()
    assert reader.getvalue().decode() == _written(kind, ("first", WHOLE), ("second", WHOLE))


@pytest.mark.parametrize("kind", [TextWriter, CsvWriter])
def test_each_window_is_out_before_the_next_is_there(kind: type[Writer]) -> None:
    reader = io.BytesIO()

    def live() -> Iterator[dict[str, Any]]:
        for number, entry in enumerate(TIMELINE):
            header = 1 if kind is CsvWriter and number else 0
            assert len(reader.getvalue().splitlines()) == number + header
            yield entry

    with kind(io.TextIOWrapper(reader, encoding="utf-8"), LABELS, timeline=True) as writer:
        writer.write("-", live())


@pytest.mark.parametrize("answers", [0, 1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_an_error_leaves_what_was_written_before_and_is_not_hidden(kind: type[Writer], answers: int) -> None:
    def breaks() -> Iterator[dict[str, Any]]:
        raise AudioError("broken")
        yield {}

    out = io.StringIO()
    before = [(str(number), WHOLE) for number in range(answers)]

    def write_all() -> None:
        with kind(out, LABELS) as writer:
            for name, entries in (*before, ("bad", breaks())):
                writer.write(name, entries)

    with pytest.raises(AudioError, match="broken"):
        write_all()
    if answers:
        assert out.getvalue() == _written(kind, *before)
    else:
        assert kind is CsvWriter or out.getvalue() == ""
