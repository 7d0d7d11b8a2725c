"""Metadata of strangers: kinds, lengths, depth and numbers, before anything of it is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.recognizer.metadata import read_card
from tests.recognizer import tiny


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"corpus": {"licence": 5}}, "corpus.licence is 5, expected text"),
        ({"corpus": {"licence": ["MIT"]}}, "corpus.licence is ['MIT'], expected text"),
        ({"corpus": {"name": {"a": 1}}}, "corpus.name is {'a': 1}, expected words"),
        ({"corpus": {"name": "x" * 201}}, "corpus.name is 'xxx"),
        ({"corpus": {"utterances": "many"}}, "corpus.utterances is 'many', expected a count"),
        ({"corpus": {"utterances": True}}, "corpus.utterances is True, expected a count"),
        ({"corpus": {"speakers": -1}}, "corpus.speakers is -1, expected a count"),
        ({"corpus": {"synthetic": "no"}}, "corpus.synthetic is 'no', expected true or false"),
        ({"recipe": {"name": 3}}, "recipe.name is 3, expected words"),
        ({"versions": {"torch": 2}}, "versions.torch is 2, expected words"),
        ({"made": "x" * 300}, "made is 'xxx"),
        ({"intended_use": "x" * 10_001}, "intended_use: 10,001 characters, at most 10,000"),
        ({"recipe": {"k" * 10_001: 1}}, "10,001 characters"),
        ({"intended_use": "\ud800"}, r"intended_use is '\ud800', which holds half a character"),
        ({"recipe": {"\udfff": 1}}, "which holds half a character"),
        ({"recipe": nested(20)}, "nested deeper than 12 levels"),
        ({"recipe": {"a": [0] * 20_001}}, "more than 20,000 values"),
        ({"recipe": {"a": 10**40}}, "recipe.a: a number of more than 16 digits"),
        ({"labels": ["a", "b" * 201]}, "2 labels of up to 201 characters, at most 1000 of 200"),
        ({"labels": [str(number) for number in range(1001)]}, "1001 labels of up to 4 characters"),
        ({"versions": {"\x1b[2J": []}}, "versions."),
    ],
)
def test_one_line_says_what_and_where(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(EvenvoiceError) as caught:
        read_card(tiny.model_file(**changes), "a.onnx")
    line = str(caught.value)
    assert line.startswith("a.onnx: ")
    assert says in line
    assert len(line) < 300


def test_a_number_beyond_all_floats() -> None:
    text = json.dumps(tiny.card(tiny.graph(), recipe={"a": 1.5})).replace("1.5", "1e999")
    model = tiny.with_card(tiny.graph(), text)
    with pytest.raises(EvenvoiceError, match=r"recipe\.a is inf, expected a number"):
        read_card(model, "a.onnx")


def test_what_models_have_today_is_fine() -> None:
    corpus = {"name": "emodb", "licence": None, "utterances": 535, "speakers": None, "synthetic": False, "more": [1]}
    assert read_card(tiny.model_file(corpus=corpus, intended_use="a\nb"), "a.onnx")["corpus"] == corpus
