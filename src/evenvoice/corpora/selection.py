"""The language that selects labels: which to keep, to merge or to rename (``--emotions``)."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import TypeGuard

from evenvoice.corpora.emotions import canonical
from evenvoice.errors import EvenvoiceError, nearest, shown

Selection = str | Sequence[str] | Mapping[str, str | Sequence[str]]
"""What a selection may be in Python: text as on the command line, a list of its parts, or labels and their words."""


def parse_selection(selection: Selection, known: Collection[str] = ()) -> dict[str, tuple[str, ...]]:
    """Read a selection of emotions: which ones to keep, and which to merge or rename.

    Args:
        selection: Labels separated by commas. ``sad`` keeps an emotion, ``happy=happy+excited`` merges two,
            ``happy=excited`` renames one, and ``all`` alone keeps everything. In Python also a list of these parts, or
            a dict: ``{"happy": ["happy", "excited"]}``.
        known: The labels of a corpus; one that holds ``=`` or ``+`` can then be named.

    Returns:
        The words that each label takes in, in the order of the selection and as they are written; empty for ``all``.

    Raises:
        EvenvoiceError: A word in two labels, a label twice, an empty selection, something else than text.

    Examples:
        >>> parse_selection("anger,happy=freude+excited,Freude!")
        {'anger': ('anger',), 'happy': ('freude', 'excited'), 'Freude!': ('Freude!',)}
        >>> parse_selection("all")
        {}
    """
    if isinstance(selection, str) and selection.strip().lower() == "all":
        return {}
    labels: dict[str, tuple[str, ...]] = {}
    label_of: dict[str, str] = {}
    for label, words in _parts(selection, known):
        if label in labels:
            raise EvenvoiceError(f"emotions {shown(selection)}: label {label!r} twice; name it once")
        labels[label] = words
        for word in words:
            if word in label_of:
                both = f"{label_of[word]!r} and {label!r}" if label_of[word] != label else f"{label!r} twice"
                raise EvenvoiceError(f"emotions {shown(selection)}: {word!r} goes to {both}; name it once")
            label_of[word] = label
    return labels


def _parts(selection: Selection, known: Collection[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Return each label of a selection with its words."""
    if isinstance(selection, Mapping):
        pairs = [(label, (words,) if isinstance(words, str) else words) for label, words in selection.items()]
        if pairs and all(isinstance(label, str) and label.strip() and _are_words(words) for label, words in pairs):
            return [(label.strip(), tuple(word.strip() for word in words)) for label, words in pairs]
    elif isinstance(selection, str):
        return [_parse_label(part, selection, known) for part in selection.split(",")]
    elif _are_words(selection):
        return [_parse_label(part, ",".join(selection), known) for part in selection]
    raise EvenvoiceError(
        f"emotions {shown(selection)}: expected labels, for example 'angry,happy=happy+excited,sad', a list of them, "
        "or {'happy': ['happy', 'excited']}"
    )


def _are_words(words: object) -> TypeGuard[Sequence[str]]:
    """Return whether these are words: one at least, none of them empty."""
    return (
        isinstance(words, Sequence)
        and not isinstance(words, str | bytes | bytearray)
        and len(words) > 0
        and all(isinstance(word, str) and word.strip() for word in words)
    )


def _parse_label(part: str, selection: str, known: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """Return the label of one part of a selection, and the words that it takes in."""
    part = part.strip()
    if part in known:
        return part, (part,)
    name, equals, words = (piece.strip() for piece in part.partition("="))
    sources = tuple(word.strip() for word in words.split("+")) if equals else (name,)
    if not name or not all(sources):
        raise EvenvoiceError(
            f"emotions {shown(selection)}: an empty name; write for example angry,happy=happy+excited,sad or all"
        )
    if not equals and name.lower() == "all":
        raise EvenvoiceError(f"emotions {shown(selection)}: all stands alone; name the emotions, or write all")
    return name, sources


def matching(word: str, labels: Collection[str]) -> list[str]:
    """Return the labels of a corpus that a word means: itself, another case or Unicode form, or an alias.

    Examples:
        >>> matching("angry", ["Anger", "Freude"]), matching("freude", ["Anger", "Freude"]), matching("x", ["y"])
        (['Anger'], ['Freude'], [])
    """
    if word in labels:
        return [word]
    form = _form(word)
    alike = [label for label in labels if _form(label) == form]
    emotion = canonical(word)
    return alike or [label for label in labels if emotion is not None and canonical(label) == emotion]


def _form(word: str) -> str:
    return unicodedata.normalize("NFC", word).casefold().strip()


def resolve(selection: Selection, labels: Collection[str], name: str) -> tuple[dict[str, list[str]], list[str]]:
    """Find in a corpus what a selection asks for.

    Args:
        selection: As `parse_selection` reads it.
        labels: The labels that the corpus has.
        name: How errors call the corpus.

    Returns:
        The corpus' labels that each new label takes in (empty for ``all``), and what to say of words that it lacks.

    Raises:
        EvenvoiceError: No label of the corpus for one that is asked for, or one of them for two.

    Examples:
        >>> resolve("angry,joy=freude+happy", ["Anger", "freude"], "corpus 'mine'")
        ({'angry': ['Anger'], 'joy': ['freude']}, ["no utterance is 'happy', so 'joy' is without it"])
    """
    found: dict[str, list[str]] = {}
    notes: list[str] = []
    label_of: dict[str, str] = {}
    for label, words in parse_selection(selection, labels).items():
        sources = {word: matching(word, labels) for word in words}
        if not any(sources.values()):
            raise EvenvoiceError(
                f"{name}: no utterance for {label!r}{nearest(words[0], list(labels))}; "
                f"its emotions are {', '.join(sorted(labels))}"
            )
        notes += [f"no utterance is {word!r}, so {label!r} is without it" for word, of in sources.items() if not of]
        taken = list(dict.fromkeys(source for of in sources.values() for source in of))
        if words == (label,) and label not in labels:  # as the corpus writes it, or the canonical name of an alias
            label = taken[0] if _form(taken[0]) == _form(label) else canonical(label) or label
        for source in taken:
            if label_of.setdefault(source, label) != label or label in found:
                both = f"{label_of[source]!r} and {label!r}"
                raise EvenvoiceError(f"emotions {shown(selection)}: {source!r} goes to {both}; name it once")
        found[label] = taken
    return found, notes
