"""Reading a model file's metadata: what is sound is read, and whatever is not gets one clear line."""

from __future__ import annotations

import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenvoice.errors import EvenvoiceError
from evenvoice.recognizer.metadata import model_sha256, read_card
from tests.recognizer import tiny


def test_reads_what_was_written() -> None:
    card = read_card(tiny.model_file(), "a.onnx")
    assert card == tiny.card(tiny.graph())


def test_other_metadata_beside_ours_is_passed_over() -> None:
    model = tiny.graph()
    model.metadata_props.add(key="author", value="somebody")
    assert read_card(tiny.model_file(model), "a.onnx")["labels"] == tiny.LABELS


def test_hash_covers_the_graph_and_not_the_metadata() -> None:
    model = tiny.graph()
    plain = model_sha256(model.SerializeToString())
    assert model_sha256(tiny.model_file(model, made="1999-12-31")) == plain
    model.graph.node[0].name = "renamed"
    assert model_sha256(model.SerializeToString()) != plain


def test_functions_come_after_the_metadata_are_hashed_and_refused() -> None:
    model = tiny.graph()
    plain = model_sha256(model.SerializeToString())
    identity = onnx.helper.make_node("Identity", ["a"], ["b"])
    opset = [onnx.helper.make_opsetid("", 20)]
    model.functions.append(onnx.helper.make_function("own", "same", ["a"], ["b"], [identity], opset))
    assert model_sha256(model.SerializeToString()) != plain
    with pytest.raises(EvenvoiceError, match="its graph holds functions of its own"):
        read_card(tiny.model_file(model), "a.onnx")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, "metadata of format 2, and this evenvoice reads 1; update it"),
        ({"format": "1"}, "metadata of format '1', expected 1"),
        ({"format": True}, "metadata of format True, expected 1"),
        ({"format": 0}, "metadata of format 0, expected 1"),
        ({"format": ...}, "metadata of format None, expected 1"),
        ({"recipe": ..., "made": ...}, "its metadata lacks recipe, made"),
        ({"labels": "angry"}, "labels are 'angry', expected two or more different words"),
        ({"labels": ["angry"]}, "expected two or more different words"),
        ({"labels": ["angry", "angry"]}, "expected two or more different words"),
        ({"labels": ["angry", 3]}, "expected two or more different words"),
        ({"labels": ["angry", ""]}, "expected two or more different words"),
        ({"labels": ["angry", "\x1b[2Jsad"]}, "expected two or more different words"),
        ({"labels": [["angry"], ["sad"]]}, "expected two or more different words"),
        ({"sample_rate": 0}, "sample_rate is 0, expected Hz as a whole number"),
        ({"sample_rate": 16000.5}, "sample_rate is 16000.5"),
        ({"sample_rate": True}, "sample_rate is True"),
        ({"sample_rate": 10**30}, "sample_rate is 1000000000"),
        ({"sha256": "0" * 64}, "its weights are not those that were written"),
    ],
)
def test_refuses_in_one_line_that_names_the_file(changes: dict[str, object], message: str) -> None:
    with pytest.raises(EvenvoiceError) as caught:
        read_card(tiny.model_file(**changes), "a.onnx")
    line = str(caught.value)
    assert line.startswith("a.onnx: ")
    assert message in line
    assert line.isprintable()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "its metadata is not JSON"),
        ("{'labels': 1}", "its metadata is not JSON"),
        ("[" * 100_000, "its metadata is not JSON"),
        ("[1, 2]", "its metadata is list, not an object"),
        ("null", "its metadata is NoneType, not an object"),
        ('{"labels": NaN}', "its metadata is not JSON"),
        ('{"labels": -Infinity}', "its metadata is not JSON"),
        (" " * 1_000_001, "1,000,001 bytes of metadata, at most 1,000,000"),
    ],
)
def test_refuses_text_that_is_no_card(text: str, message: str) -> None:
    with pytest.raises(EvenvoiceError, match=f"^a.onnx: {message}"):
        read_card(tiny.with_card(tiny.graph(), text), "a.onnx")


def test_a_model_of_somebody_else() -> None:
    for model in (tiny.graph().SerializeToString(), tiny.with_card(tiny.graph(), "{}", key="author"), b""):
        with pytest.raises(EvenvoiceError, match="without evenvoice's metadata; name a file that evenvoice exported"):
            read_card(model, "a.onnx")


INTERVAL = {"estimate": 0.6, "low": 0.5, "high": 0.7, "level": 0.95}
ENTRY = {"study": "s", "protocol": "speaker-folds", "promise": "unseen speakers", "leaky": False}
ENTRY |= {"ua": INTERVAL, "wa": INTERVAL}


def test_measured_figures_are_read_with_and_without_an_interval() -> None:
    bare = {**ENTRY, "ua": {"estimate": 1, "low": None, "high": None}, "more": ["is", "allowed"]}
    assert read_card(tiny.model_file(measured=[ENTRY, bare]), "a.onnx")["measured"] == [ENTRY, bare]
    assert read_card(tiny.model_file(measured=None), "a.onnx")["measured"] is None


@pytest.mark.parametrize(
    ("measured", "message"),
    [
        ("0.9", "measured is '0.9', expected null or a list of entries"),
        ([], "measured is [], expected null or a list"),
        ({"ua": 0.9}, "measured is {'ua': 0.9}, expected null or a list"),
        ([0.9], "measured[0] is 0.9, expected an object"),
        ([{**ENTRY, "disjoint": 5}], "measured[0].disjoint is 5, expected a list of columns"),
        ([ENTRY, {**ENTRY, "leaky": True}], "measured[1] is LEAKY, and a model file does not advertise it"),
        ([{**ENTRY, "study": ""}], "measured[0].study is '', expected words"),
        ([{**ENTRY, "protocol": None}], "measured[0].protocol is None, expected words"),
        ([{**ENTRY, "promise": "\x1b[2J"}], "measured[0].promise is '\\x1b[2J', expected words"),
        ([{**ENTRY, "ua": 0.9}], "measured[0].ua is 0.9, expected estimate, low and high from 0 to 1"),
        ([{**ENTRY, "wa": {"estimate": 0.9}}], "measured[0].wa is {'estimate': 0.9}, expected estimate, low and high"),
        ([{**ENTRY, "ua": {**INTERVAL, "estimate": None}}], "measured[0].ua is "),
        ([{**ENTRY, "ua": {**INTERVAL, "low": "0.5"}}], "measured[0].ua is "),
        ([{**ENTRY, "ua": {**INTERVAL, "high": 68.9}}], "measured[0].ua is "),
        ([{**ENTRY, "ua": {**INTERVAL, "low": 1.5}}], "measured[0].ua is "),
        ([{**ENTRY, "seeds": "many"}], "measured[0].seeds is 'many', expected a count"),
        ([{**ENTRY, "ua": {**INTERVAL, "method": ["t"]}}], "measured[0].ua.method is ['t'], expected words"),
        ([ENTRY] * 1001, "expected null or a list"),
        ([{**ENTRY, "ua": {**INTERVAL, "level": "95 %"}}], "measured[0].ua is "),
    ],
)
def test_other_figures_get_one_line(measured: object, message: str) -> None:
    with pytest.raises(EvenvoiceError) as caught:
        read_card(tiny.model_file(measured=measured), "a.onnx")
    line = str(caught.value)
    assert line.startswith("a.onnx: measured")
    assert message in line
    assert line.isprintable()


@pytest.mark.parametrize(
    "changes", [{"recipe": "2dcnn"}, {"corpus": "emodb"}, {"versions": None}, {"made": 2025}, {"intended_use": ["x"]}]
)
def test_what_is_shown_is_of_its_kind(changes: dict[str, object]) -> None:
    (key, value), *_ = changes.items()
    with pytest.raises(EvenvoiceError, match=f"^a.onnx: {key} is ") as caught:
        read_card(tiny.model_file(**changes), "a.onnx")
    assert repr(value) in str(caught.value)


SOUND = tiny.model_file()


def test_every_flipped_bit_in_the_graph_is_noticed() -> None:
    graph = tiny.graph().SerializeToString()
    assert SOUND.startswith(graph)
    for place in range(8 * len(graph)):
        damaged = bytearray(SOUND)
        damaged[place // 8] ^= 1 << place % 8
        with pytest.raises(EvenvoiceError, match=r"^a\.onnx: "):
            read_card(bytes(damaged), "a.onnx")


@given(st.binary(max_size=400) | st.integers(0, len(SOUND) - 1).map(lambda size: SOUND[:size]))
@settings(max_examples=300, deadline=None)
def test_any_other_bytes_get_one_line(data: bytes) -> None:
    with pytest.raises(EvenvoiceError, match=r"^a\.onnx: "):
        read_card(data, "a.onnx")
