"""The model file that comes with evenvoice, used where none is named."""

from __future__ import annotations

from pathlib import Path

from evenvoice.errors import EvenvoiceError
from evenvoice.recognizer.metadata import Card

_FILE = Path(__file__).parent / "ready" / "emodb.onnx"


def ready_model() -> Path:
    """Return the path of the model file that comes with evenvoice.

    Raises:
        EvenvoiceError: This installation has none.

    Examples:
        >>> from evenvoice.recognizer import Recognizer
        >>> Recognizer(ready_model()).labels
        ('angry', 'boredom', 'disgust', 'fear', 'happy', 'neutral', 'sad')
    """
    if not _FILE.is_file():
        raise EvenvoiceError(
            "no model is named, and this installation of evenvoice comes without one; name a model file first, "
            "for example: evenvoice predict model.onnx clip.wav"
        )
    return _FILE


def introduction(card: Card) -> str:
    """Return in one line what a model learnt from, how well it does on unseen speakers, and how it was made.

    Args:
        card: `Recognizer.card`. What it does not tell is said to be unknown, or not measured.

    Examples:
        >>> introduction({
        ...     "corpus": {"name": "emodb", "utterances": 535, "speakers": 10, "licence": "CC0-1.0"},
        ...     "measured": [{"disjoint": ["speaker"],
        ...                   "ua": {"estimate": 0.612, "low": 0.55, "high": 0.671}}],
        ...     "labels": ["angry", "sad"], "recipe": {"name": "2dcnn"}, "made": "2025-11-22",
        ... })
        'angry, sad; trained on emodb (535 utterances, 10 speakers, CC0-1.0); UA on unseen speakers 61.2 % (55.0 to \
67.1); made with the recipe 2dcnn on 2025-11-22'
    """
    corpus = card["corpus"] or {}
    counts = [f"{corpus[key]} {key}" for key in ("utterances", "speakers") if corpus.get(key) is not None]
    about = ", ".join([*counts, *([corpus["licence"]] if corpus.get("licence") else [])])
    learnt = f"trained on {corpus.get('name') or 'an unknown corpus'}" + (f" ({about})" if about else "")
    made = f"made with the recipe {card['recipe'].get('name') or 'unknown'} on {card['made']}"
    return "; ".join([", ".join(card["labels"]), learnt, f"UA on unseen speakers {_figure(card)}", made])


def _figure(card: Card) -> str:
    """Return the UA of the first entry that shares no speaker with its training, in per cent, with its interval."""
    for entry in card["measured"] or ():
        if "speaker" in entry.get("disjoint", ()):
            estimate, low, high = (entry["ua"][key] for key in ("estimate", "low", "high"))
            interval = "" if low is None or high is None else f" ({100 * low:.1f} to {100 * high:.1f})"
            return f"{100 * estimate:.1f} %{interval}"
    return "not measured"
