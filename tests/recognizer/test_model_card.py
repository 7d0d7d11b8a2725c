"""The model card: front matter that YAML reads, every figure with its protocol, and text that cannot break the page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from evenvoice.errors import EvenvoiceError
from evenvoice.recognizer.metadata import check_measured
from evenvoice.recognizer.model_card import model_card
from tests.recognizer import tiny

PROMISE = "speakers in the test part are unseen in training"
ENTRY = {
    "study": "evaluation", "protocol": "speaker-folds", "promise": PROMISE, "disjoint": ["speaker"], "leaky": False,
    "seeds": 5, "folds": 4, "test_utterances": 535, "speakers": 10,
    "ua": {"estimate": 0.689, "low": 0.601, "high": 0.7704, "level": 0.95, "method": "t", "unit": "speaker",
           "units": 10},
    "wa": {"estimate": 0.7, "low": None, "high": None, "level": 0.95, "method": "t", "unit": "speaker", "units": 10},
}  # fmt: skip
CORPUS = {"name": "emodb", "licence": "CC0-1.0", "synthetic": False, "utterances": 535, "speakers": 10}


def _card(**changes: Any) -> dict[str, Any]:
    """Metadata as a model file holds it."""
    filled = {"corpus": CORPUS, "measured": [ENTRY], "versions": {"torch": "2.13.0"}, "recipe": {"name": "mine"}}
    return tiny.card(tiny.graph(), **(filled | changes))


def _front_matter(text: str) -> dict[str, Any]:
    """What stands between the first two lines of dashes, as YAML reads it."""
    start, matter, rest = text.split("---\n", 2)
    assert start == ""
    assert rest.startswith("\n# ")
    return dict(yaml.safe_load(matter))


def _section(text: str, title: str) -> str:
    """The text under a heading."""
    return re.split(r"^## ", text.partition(f"## {title}\n")[2], flags=re.MULTILINE)[0]


def test_front_matter_is_what_the_hub_reads() -> None:
    assert _front_matter(model_card(_card(), language="de")) == {
        "license": "cc0-1.0",
        "language": ["de"],
        "library_name": "evenvoice",
        "pipeline_tag": "audio-classification",
        "tags": ["speech-emotion-recognition", "audio", "onnx", "evenvoice"],
        "model-index": [
            {
                "name": "mine on emodb",
                "results": [
                    {
                        "task": {"type": "audio-classification", "name": "Speech emotion recognition"},
                        "dataset": {"type": "emodb", "name": "emodb"},
                        "metrics": [
                            {"type": "recall", "name": f"UA (speaker-folds: {PROMISE})", "value": 0.689,
                             "args": {"average": "macro"}},
                            {"type": "accuracy", "name": f"WA (speaker-folds: {PROMISE})", "value": 0.7},
                        ],
                    }
                ],
            }
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("CC BY-NC-SA 4.0", {"license": "cc-by-nc-sa-4.0"}),
        ("ODbL-1.0", {"license": "odbl"}),
        ("for research, after a signed form", {"license": "other", "license_name": "for-research-after-a-signed-form"}),
        (None, {"license": "other", "license_name": "not-stated"}),
        ("™", {"license": "other", "license_name": "not-stated"}),
    ],
)
def test_the_corpus_licence_unless_the_model_has_one(licence: str | None, expected: dict[str, str]) -> None:
    card = _card(corpus={**CORPUS, "licence": licence})
    found = _front_matter(model_card(card))
    assert {key: found[key] for key in ("license", "license_name") if key in found} == expected
    assert _front_matter(model_card(card, licence="Apache-2.0"))["license"] == "apache-2.0"
    assert "language" not in found


def test_figures_stand_with_protocol_interval_and_study() -> None:
    kfold = {**ENTRY, "protocol": "kfold", "promise": "speakers may be shared", "speakers": None}
    measured = _section(model_card(_card(measured=[ENTRY, kfold])), "Measured")
    rows = [line for line in measured.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `speaker-folds`: {PROMISE} | 68.9 [60.1, 77.0] | 70.0 | 535 | 10 | 5 × 4 | evaluation |",
        "| `kfold`: speakers may be shared | 68.9 [60.1, 77.0] | 70.0 | 535 | not stated | 5 × 4 | evaluation |",
    ]
    assert measured.count("In brackets: 95 % interval (t, over 10 speakers).") == 1


def test_without_a_study_it_says_so_and_has_no_index() -> None:
    text = model_card(_card(measured=None, corpus=None))
    assert "Not measured" in _section(text, "Measured")
    assert "Not stated" in _section(text, "Training data")
    assert "%" not in _section(text, "Measured")
    matter = _front_matter(text)
    assert "model-index" not in matter
    assert matter["license"] == "other"


def test_limits_and_misuse() -> None:
    limits = _section(model_card(_card()), "Limits and misuse")
    for words in ("Acted speech", "It learnt from 10.", "clinical", "hiring", "at work", "2024/1689, Article 5(1)(f)"):
        assert words in limits
    assert "angry, neutral, sad" in limits
    assert "Intended use: Tests." in limits


def test_synthetic_speech_is_called_so() -> None:
    def who(synthetic: bool | None) -> str:
        text = model_card(_card(corpus={**CORPUS, "synthetic": synthetic}))
        return next(line for line in text.splitlines() if line.startswith("| who spoke"))

    claims = [_section(model_card(_card(corpus={**CORPUS, "synthetic": it})), "Measured") for it in (True, False, None)]
    assert ["no accuracy claim" in text for text in claims] == [True, False, False]
    assert who(True) == "| who spoke | a machine (synthetic speech) |"
    assert who(False) == "| who spoke | people |"
    assert who(None) == "| who spoke | not stated |"


def test_the_python_example_runs_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my model.onnx").write_bytes(tiny.model_file())
    soundfile.write("clip.wav", np.random.default_rng(0).standard_normal(tiny.RATE) / 10, tiny.RATE)
    text = model_card(_card(), file="my model.onnx")
    (example,) = re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    exec(example, {})
    assert sorted(line.split()[0] for line in capsys.readouterr().out.splitlines()) == tiny.LABELS
    # A name with a space, as a shell needs it.
    assert "evenvoice predict 'my model.onnx' clip.wav" in text


STRANGE = st.text(st.characters(exclude_categories=()), min_size=1, max_size=30)


@given(name=STRANGE, promise=STRANGE, recipe=STRANGE)
@settings(max_examples=200, deadline=None)
def test_words_of_unknown_origin_cannot_break_the_page(name: str, promise: str, recipe: str) -> None:
    entry = {**ENTRY, "promise": promise, "study": name}
    corpus = {**CORPUS, "name": name, "licence": name, "speakers": name}
    text = model_card(_card(measured=[entry], corpus=corpus, recipe={"name": recipe, "about": promise}))
    matter = _front_matter(text)
    index = matter["model-index"][0]
    assert index["name"] == f"{recipe} on {name}"
    assert index["results"][0]["metrics"][0]["name"] == f"UA (speaker-folds: {promise})"
    plain = _front_matter(model_card(_card()))
    assert set(plain) <= set(matter) <= {*plain, "license_name"}
    text.partition("\n---\n")[2].encode()
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert len(headings) == len(set(headings)) == 5
    row = next(line for line in text.splitlines() if line.startswith("| `speaker-folds`"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 8
    assert "<" not in row


def test_a_recipe_cannot_end_its_code_block() -> None:
    text = model_card(_card(recipe={"name": "mine", "about": "````\n# Not a heading"}))
    assert "`````json\n" in text
    assert text.endswith("\n`````\n")


STRANGE = [
    "![x](https://evil.example/pixel.png)", "[click](javascript:alert(1))", "[a][b]", "[b]: javascript:alert(1)",
    "<img src=x onerror=alert(1)>", "\\[click](javascript:alert(1))", "`[click](javascript:alert(1))", "![][b]",
    "<javascript:alert(1)>", "a|b", "[1](javascript:alert(1))", "[1]: javascript:alert(1)",
    "**[x](data:text/html,x)**", "&lt;script&gt;",
]  # fmt: skip


@pytest.mark.parametrize("text", STRANGE)
def test_nothing_of_a_stranger_is_an_image_or_a_link(text: str) -> None:
    entry = {**ENTRY, "study": text, "protocol": text, "promise": text}
    card = _card(
        corpus={**CORPUS, "name": text, "licence": text}, measured=[entry], labels=[text, "sad"], intended_use=text,
        made=text, versions={text: text}, recipe={"name": text, "about": text},
    )  # fmt: skip
    page = model_card(card, file=f"{text}.onnx", licence=text).split("---\n", 2)[2]
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(page)
    inside = [child for token in tokens for child in token.children or []]
    assert not [
        token for token in (*tokens, *inside) if token.type in ("image", "link_open", "html_inline", "html_block")
    ]
    assert len([token for token in tokens if token.type == "table_open"]) == 2


def test_it_is_compared_with_the_other_recipes_of_its_study() -> None:
    other = {"recipe": "2d|cnn", "difference": {"estimate": 0.033, "low": -0.031, "high": 0.097}, "p": 0.4527,
             "words": "No difference is shown between mine and 2d|cnn: 3.3 points of UA."}  # fmt: skip
    text = _section(model_card(_card(measured=[ENTRY | {"compared": [other]}])), "Measured")
    assert "minus that of others, on the same test utterances" in text
    assert "| 2d\\|cnn | +3.3 [-3.1, +9.7] | 0.453 | No difference is shown between mine and 2d\\|cnn: " in text
    assert "compared with" not in model_card(_card())


@pytest.mark.parametrize(
    "changes",
    [{"p": 2}, {"p": "0.1"}, {"words": None}, {"recipe": 3}, {"difference": None},
     {"difference": {"estimate": -2.0, "low": None, "high": None}}],
)  # fmt: skip
def test_a_comparison_of_another_shape_is_refused(changes: dict[str, Any]) -> None:
    other = {"recipe": "knn", "difference": {"estimate": -0.1, "low": None, "high": None}, "p": 0.1, "words": "x"}
    check_measured([ENTRY | {"compared": [other]}], "file")
    with pytest.raises(EvenvoiceError, match=r"file: measured\[0\]\.compared is .*expected recipe, difference, p and"):
        check_measured([ENTRY | {"compared": [other | changes]}], "file")


CONDITIONS = [
    {"name": name, "kind": kind, "emotions": ["angry", "sad"], "utterances": 535, "speakers": 10, "ua": ENTRY["ua"],
     "wa": ENTRY["wa"]}
    for name, kind in (("codec:telephone", "perturbation"), ("noise:10", "perturbation"), ("gain:-6", "perturbation"),
                       ("rav|dess", "corpus"))
]  # fmt: skip


def test_other_conditions_are_a_table_of_their_own() -> None:
    text = _section(model_card(_card(measured=[ENTRY | {"conditions": CONDITIONS}])), "Measured")
    assert "### Under other conditions" in text
    assert "| over a telephone (300–3400 Hz, 8 kHz, μ-law) | 68.9 [60.1, 77.0] | 70.0 | 535 | 10 |" in text
    assert "| in pink noise, 10 dB below the speech |" in text
    assert "| gain:-6 |" in text
    assert "| corpus rav\\|dess |" in text
    assert "tested on the emotions that both have (rav\\|dess: angry, sad)" in text
    assert "Under other conditions" not in model_card(_card())


@pytest.mark.parametrize(
    "changes",
    [{"kind": "else"}, {"name": ""}, {"name": 3}, {"emotions": "sad"}, {"emotions": [None]}, {"utterances": 1.5},
     {"speakers": -1}, {"ua": {"estimate": 1.2, "low": None, "high": None}}, {"wa": None}],
)  # fmt: skip
def test_a_condition_of_another_shape_is_refused(changes: dict[str, Any]) -> None:
    check_measured([ENTRY | {"conditions": [*CONDITIONS, CONDITIONS[0] | {"speakers": None}]}], "file")
    with pytest.raises(EvenvoiceError, match=r"file: measured\[0\]\.conditions is .*expected name, kind, emotions"):
        check_measured([ENTRY | {"conditions": [CONDITIONS[0] | changes]}], "file")
