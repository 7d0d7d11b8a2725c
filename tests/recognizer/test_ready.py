"""The model file that comes with evenvoice: where it is, what is said of it, and what where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.recognizer import Recognizer, ready_model
from evenvoice.recognizer.ready import introduction
from tests.recognizer import tiny

SPEAKERS = {
    "study": "emodb", "protocol": "speaker", "promise": "each speaker in turn is tested, and unseen in training",
    "disjoint": ["speaker"],
    "ua": {"estimate": 0.5, "low": 0.406, "high": 0.6}, "wa": {"estimate": 0.7, "low": None, "high": None},
}  # fmt: skip
SHARED = {
    **SPEAKERS, "promise": "sentences in the test part are unseen in training; speakers may be shared",
    "disjoint": ["text"], "ua": {**SPEAKERS["ua"], "estimate": 0.9},
}  # fmt: skip
CORPUS = {"name": "emodb", "licence": "CC0-1.0", "synthetic": False, "utterances": 535, "speakers": 10}


def _said(**changes: object) -> str:
    return introduction(tiny.card(tiny.graph(), **changes))


def test_all_that_the_card_tells_is_in_one_line() -> None:
    assert _said(corpus=CORPUS, measured=[SHARED, SPEAKERS]) == (
        "angry, neutral, sad; trained on emodb (535 utterances, 10 speakers, CC0-1.0); "
        "UA on unseen speakers 50.0 % (40.6 to 60.0); made with the recipe tiny on 2025-01-31"
    )


def test_what_the_card_does_not_tell_is_said() -> None:
    assert _said() == (
        "angry, neutral, sad; trained on an unknown corpus; UA on unseen speakers not measured; "
        "made with the recipe tiny on 2025-01-31"
    )
    assert "trained on x (3 speakers);" in _said(corpus=dict.fromkeys(CORPUS) | {"name": "x", "speakers": 3})


def test_only_unseen_speakers_count_and_an_interval_may_be_missing() -> None:
    assert "UA on unseen speakers not measured" in _said(measured=[SHARED])
    nothing_said = {key: value for key, value in SPEAKERS.items() if key != "disjoint"}
    assert "UA on unseen speakers not measured" in _said(measured=[nothing_said])
    alone = {**SPEAKERS, "ua": {"estimate": 0.5, "low": None, "high": None}}
    assert "UA on unseen speakers 50.0 %;" in _said(measured=[alone])


def test_the_ready_model_opens_or_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "ready.onnx"
    monkeypatch.setattr("evenvoice.recognizer.ready._FILE", file)
    with pytest.raises(EvenvoiceError, match=r"no model is named, and this installation .*; name a model file first"):
        ready_model()
    file.write_bytes(tiny.model_file())
    assert Recognizer(ready_model()).labels == tuple(tiny.LABELS)


def test_the_one_in_the_package_is_a_model_of_real_speech_with_measured_figures() -> None:
    card = Recognizer(ready_model()).card
    assert card["corpus"]["synthetic"] is False
    assert card["corpus"]["licence"]
    assert card["corpus"]["speakers"] > 1
    assert "not measured" not in introduction(card)
