"""A model card in Markdown, from a model file's metadata and from nothing else.

Source:
    Mitchell et al. 2019, "Model Cards for Model Reporting" (doi:10.1145/3287560.3287596), for what belongs in it;
    https://huggingface.co/docs/hub/model-cards for the front matter.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

from evenvoice.errors import EvenvoiceError, shown
from evenvoice.recognizer.markdown import code_block, code_span, markdown_table, one_line, printable, yaml_block
from evenvoice.recognizer.metadata import Card

# What the Hugging Face hub calls the licences that people give to corpora and models; "other" is all else.
_LICENCES = (
    "apache-2.0", "bsd-3-clause", "cc-by-4.0", "cc-by-nc-4.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-4.0", "cc-by-sa-4.0",
    "cc0-1.0", "mit", "odbl",
)  # fmt: skip

_LIMITS = """\
- **Acted speech.** Corpora of emotional speech are mostly acted. Acted anger is louder and clearer than anger; expect
  worse on spontaneous speech, other languages, children, noise, telephones and far microphones.
- **Few speakers.** {speakers} The figures above promise nothing for yours: measure on your own recordings.
- **It always answers.** It knows these words and no others: {labels}. Silence, music and several voices at once get an
  answer, too.
- **It does not know what a person feels.** It says how a voice sounds to a model of acted speech.
- **Not for clinical use, and not for hiring, policing, insurance or any other decision about a person.** Emotion
  recognition at work and in education is restricted in the European Union (prohibited, except for medical or safety
  reasons): Regulation (EU) 2024/1689, Article 5(1)(f)."""

# ISO 639, with a region where there is one; and what the hub has for many.
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*|multilingual")


def model_card(card: Card, *, file: str = "model.onnx", licence: str | None = None, language: str | None = None) -> str:
    """Return the model card: Hugging Face front matter, then use, training data, figures, limits and origin.

    Args:
        card: The metadata, ``Recognizer(path).card``.
        file: What the examples call the model file, or ``hf:user/model``.
        licence: Of the model, as the hub writes it (``apache-2.0``). Where none is given, the corpus' own.
        language: Of the speech, as an ISO 639 code (``de``); left out where none is given.

    Raises:
        EvenvoiceError: An empty licence, or a language that is no code.

    Examples:
        ``Path("README.md").write_text(model_card(Recognizer("model.onnx").card, licence="apache-2.0"))``
    """
    if licence is not None and not licence.strip():
        raise EvenvoiceError(f"licence {licence!r}: empty; name one, such as apache-2.0, or leave it out")
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise EvenvoiceError(f"language {shown(language)}: expected an ISO 639 code: de, en, pl")
    name = _name(card)
    parts = [
        f"---\n{yaml_block(_front_matter(card, name, licence, language))}---",
        f"# {one_line(name)}",
        f"Speech emotion recognition: one recording in, a probability for each of {len(card['labels'])} emotions out "
        f"({one_line(', '.join(card['labels']))}). One file, no training code. Made with evenvoice.",
        _use(file),
        _training_data(card),
        _measured(card),
        f"## Limits and misuse\n\n{_limits(card)}\n\nIntended use: {one_line(card['intended_use'])}",
        _origin(card, file),
    ]
    return "\n\n".join(parts) + "\n"


def _name(card: Card) -> str:
    """The recipe, and the corpus where one is named."""
    recipe = card["recipe"].get("name") if isinstance(card["recipe"], dict) else None
    corpus = (card["corpus"] or {}).get("name")
    return f"{recipe or 'a recipe'} on {corpus}" if corpus else str(recipe or "a recipe")


def _front_matter(card: Card, name: str, licence: str | None, language: str | None) -> dict[str, Any]:
    """What the hub reads."""
    matter = _licence(licence or (card["corpus"] or {}).get("licence"))
    if language:
        matter["language"] = [language]
    matter |= {
        "library_name": "evenvoice",
        "pipeline_tag": "audio-classification",
        "tags": ["speech-emotion-recognition", "audio", "onnx", "evenvoice"],
    }
    results = [_hub_result(card, entry) for entry in card["measured"] or []]
    # The hub wants results where there is an index: without figures, there is none.
    return matter | ({"model-index": [{"name": name, "results": results}]} if results else {})


def _licence(licence: str | None) -> dict[str, Any]:
    """The hub's name of a licence; "other", with its own name, where the hub has none."""
    slug = re.sub(r"[^a-z0-9.]+", "-", (licence or "not stated").lower()).strip("-.")
    slug = "odbl" if slug.startswith("odbl") else slug
    return {"license": slug} if slug in _LICENCES else {"license": "other", "license_name": slug or "not-stated"}


def _hub_result(card: Card, entry: dict[str, Any]) -> dict[str, Any]:
    """One protocol's figures, with the protocol in each metric's name."""
    corpus = str((card["corpus"] or {}).get("name") or "not named")
    protocol = f"{entry['protocol']}: {entry['promise']}"
    return {
        "task": {"type": "audio-classification", "name": "Speech emotion recognition"},
        "dataset": {"type": corpus, "name": corpus},
        "metrics": [
            {"type": "recall", "name": f"UA ({protocol})", "value": entry["ua"]["estimate"],
             "args": {"average": "macro"}},
            {"type": "accuracy", "name": f"WA ({protocol})", "value": entry["wa"]["estimate"]},
        ],
    }  # fmt: skip


def _use(file: str) -> str:
    package = '"evenvoice[hub]"' if file.startswith("hf:") else "evenvoice"
    return f"""\
## How to use it

`pip install {package}`, which brings neither torch nor scikit-learn; then, in Python

```python
from evenvoice import Recognizer

recognizer = Recognizer({json.dumps(file, ensure_ascii=False)})
for answer in recognizer("clip.wav"):  # best first
    print(answer["label"], round(answer["score"], 3))
```

or in a terminal: {code_span(f"evenvoice predict {shlex.quote(file)} clip.wav")}"""


def _training_data(card: Card) -> str:
    corpus = card["corpus"]
    if not corpus:
        return "## Training data\n\nNot stated in the model file."
    rows = [
        ("corpus", corpus.get("name")),
        ("licence of the recordings", corpus.get("licence")),
        ("utterances", corpus.get("utterances")),
        ("speakers", corpus.get("speakers")),
        ("who spoke", {True: "a machine (synthetic speech)", False: "people"}.get(corpus.get("synthetic"))),
    ]
    return "## Training data\n\n" + markdown_table(
        ["", ""], [[name, "not stated" if v is None else v] for name, v in rows]
    )


def _measured(card: Card) -> str:
    entries = card["measured"]
    if not entries:
        return (
            "## Measured\n\nNot measured: no study of the same recipe and corpus stands behind this file. "
            "`evenvoice evaluate` measures."
        )
    rows = [
        [
            f"`{entry['protocol']}`: {entry['promise']}", _per_cent(entry["ua"]), _per_cent(entry["wa"]),
            entry.get("test_utterances"), entry.get("speakers"), f"{entry.get('seeds')} × {entry.get('folds')}",
            entry["study"],
        ]
        for entry in entries
    ]  # fmt: skip
    synthetic = (card["corpus"] or {}).get("synthetic")
    intervals = dict.fromkeys(_about_interval(entry["ua"]) for entry in entries)
    return (
        "## Measured\n\n"
        + markdown_table(["protocol", "UA %", "WA %", "test utterances", "speakers", "seeds × folds", "study"], rows)
        + "\n\nUA is the mean of the recalls of the emotions, WA the accuracy. They belong to models of this recipe on "
        f"this corpus, each tested on what it had not been trained on. {' '.join(filter(None, intervals))}".rstrip()
        + _compared(entries)
        + _conditions(card, entries)
        + ("\n\n**A machine spoke: no accuracy claim rests on this.**" if synthetic else "")
    )


def _compared(entries: list[dict[str, Any]]) -> str:
    """This recipe against others of the same study, with what can be concluded."""
    rows = [
        [f"`{entry['protocol']}`", other["recipe"], _points(other["difference"]), f"{other['p']:.3f}", other["words"]]
        for entry in entries
        for other in entry.get("compared", [])
    ]
    if not rows:
        return ""
    head = ["protocol", "compared with", "UA, points", "p (Holm)", "what can be concluded"]
    return f"\n\nThis recipe's UA minus that of others, on the same test utterances:\n\n{markdown_table(head, rows)}"


# What each perturbation of test recordings is, for readers of a card.
_CHANNELS = {
    "as recorded": "as recorded",
    "codec:telephone": "over a telephone (300–3400 Hz, 8 kHz, μ-law)",
    "codec:mp3": "as an MP3 and back",
    "noise": "in pink noise, {} dB below the speech",
    "room": "in a room that rings for {} s (RT60)",
}


def _conditions(card: Card, entries: list[dict[str, Any]]) -> str:
    """The same recipe on perturbed test recordings, and on other corpora."""
    rows, across = [], []
    for entry in entries:
        for one in entry.get("conditions", []):
            figures = [_per_cent(one["ua"]), _per_cent(one["wa"]), one["utterances"], one.get("speakers")]
            if one["kind"] == "corpus":
                rows.append([f"corpus {one['name']}", *figures])
                across.append(f"{one['name']}: {', '.join(one['emotions'])}")
            else:
                kind, _, value = one["name"].partition(":")
                words = _CHANNELS.get(one["name"], _CHANNELS.get(kind, "{}")).format(value or one["name"])
                rows.append([words if kind in ("noise", "room") or one["name"] in _CHANNELS else one["name"], *figures])
    if not rows:
        return ""
    name = (card["corpus"] or {}).get("name") or "the training corpus"
    note = "Test speakers as above, one fit a fold; only the test recordings are changed."
    if across:
        note += (
            f" On another corpus: a fit on all of {one_line(name)}, tested on the emotions that both have "
            f"({one_line('; '.join(across))}); an answer that is none of them is wrong."
        )
    head = ["test recordings", "UA %", "WA %", "utterances", "speakers"]
    return f"\n\n### Under other conditions\n\n{markdown_table(head, rows)}\n\n{note}"


def _points(value: dict[str, Any]) -> str:
    """A difference with its interval: ``+3.3 [-3.1, +9.7]``."""
    ends = [value["low"], value["high"]]
    interval = "" if None in ends else f" [{', '.join(f'{100 * end:+.1f}' for end in ends)}]"
    return f"{100 * value['estimate']:+.1f}{interval}"


def _per_cent(value: dict[str, Any]) -> str:
    """An estimate with its interval: ``68.9 [60.1, 77.0]``."""
    ends = [value["low"], value["high"]]
    interval = "" if None in ends else f" [{', '.join(f'{100 * end:.1f}' for end in ends)}]"
    return f"{100 * value['estimate']:.1f}{interval}"


def _about_interval(value: dict[str, Any]) -> str:
    """How an interval was made, as far as the entry says."""
    if value["low"] is None or "level" not in value:
        return ""
    method, unit = value.get("method", "unknown method"), value.get("unit", "unit")
    target = f" for {one_line(value['target'])}" if value.get("target") else ""
    over = f"over {value.get('units')} {one_line(unit)}s"
    return f"In brackets: {100 * value['level']:g} % interval{target} ({one_line(method)}, {over})."


def _limits(card: Card) -> str:
    number = (card["corpus"] or {}).get("speakers")
    speakers = "It is not stated how many it learnt from." if number is None else f"It learnt from {one_line(number)}."
    return _LIMITS.format(speakers=speakers, labels=one_line(", ".join(card["labels"])))


def _origin(card: Card, file: str) -> str:
    recipe = json.dumps(card["recipe"], indent=1, ensure_ascii=False)
    versions = ", ".join(f"{library} {number}" for library, number in card["versions"].items())
    made, by = one_line(card["made"]), one_line(versions) or "unknown versions"
    command = code_span(f"evenvoice card {shlex.quote(file)}")
    return f"""\
## How it was made

Made on {made} with {by}. The model takes {card["sample_rate"]} Hz;
evenvoice resamples. SHA-256 of graph and weights: `{card["sha256"]}`.
This page was written by {command} from the file's metadata. The recipe:

{code_block(printable(recipe))}"""
