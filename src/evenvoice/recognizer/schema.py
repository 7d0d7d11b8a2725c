"""What the metadata of a model file may hold: kinds, lengths and depths, checked before any of it is shown.

It may come from anywhere, and ends up on terminals, in pages, in model cards and in answers of the service.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from evenvoice.errors import EvenvoiceError

# In bytes; ours has some thousand.
LARGEST = 1_000_000

LONGEST_WORD = 200
MOST_ENTRIES = 1000

_LONGEST_TEXT = 10_000
_MOST_DEPTH = 12
_MOST_VALUES = 20_000

# Of a count; no corpus has more utterances, and JavaScript has no larger whole numbers.
_LARGEST_NUMBER = 2**53

_WORD, _TEXT, _COUNT, _FLAG, _OBJECT = "words", "text", "a count", "true or false", "an object"

_KINDS = {
    "recipe": _OBJECT, "versions": _OBJECT, "made": _WORD, "intended_use": _TEXT, "recipe.name": _WORD,
    "recipe.about": _TEXT, "recipe.source": _TEXT, "corpus": _OBJECT, "corpus.name": _WORD, "corpus.licence": _TEXT,
    "corpus.utterances": _COUNT, "corpus.speakers": _COUNT, "corpus.synthetic": _FLAG,
}  # fmt: skip
_MAY_BE_NULL = ("corpus", "corpus.name", "corpus.licence", "corpus.utterances", "corpus.speakers", "corpus.synthetic",
                "recipe.name", "recipe.about", "recipe.source")  # fmt: skip
_MEASURED_COUNTS = ("seeds", "folds", "test_utterances", "speakers")


def check(card: Mapping[str, Any]) -> None:
    """Raise unless every value of a card is of its kind, short enough, and can be written as text.

    Args:
        card: The metadata, with the keys that it must have.

    Raises:
        EvenvoiceError: What is wrong and where, without the file's name.

    Examples:
        >>> check({"recipe": {}, "versions": {}, "made": "2025-01-31", "intended_use": "", "corpus": {"licence": 5}})
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: corpus.licence is 5, expected text
    """
    _check_values(card, "", _MOST_DEPTH, [_MOST_VALUES])
    for path, kind in _KINDS.items():
        section, _, key = path.rpartition(".")
        holder = card.get(section) if section else card
        if isinstance(holder, Mapping) and key in holder:
            _check_kind(holder[key], path, kind, may_be_null=path in _MAY_BE_NULL)
    for library, version in card["versions"].items():
        _check_kind(version, f"versions.{library:.40}", _WORD)
    for number, entry in enumerate(card.get("measured") or ()):
        for key in _MEASURED_COUNTS:
            _check_kind(entry.get(key), f"measured[{number}].{key}", _COUNT, may_be_null=True)
        for score in ("ua", "wa"):
            for key in ("method", "unit"):
                _check_kind(entry[score].get(key), f"measured[{number}].{score}.{key}", _WORD, may_be_null=True)


def _check_kind(value: Any, path: str, kind: str, *, may_be_null: bool = False) -> None:
    if value is None and may_be_null:
        return
    good = {
        _WORD: isinstance(value, str) and len(value) <= LONGEST_WORD,
        _TEXT: isinstance(value, str),
        _COUNT: type(value) is int and 0 <= value <= _LARGEST_NUMBER,
        _FLAG: isinstance(value, bool),
        _OBJECT: isinstance(value, Mapping),
    }[kind]
    if not good:
        raise EvenvoiceError(f"{path} is {value!r:.40}, expected {kind}")


def _check_values(value: Any, path: str, depth: int, left: list[int]) -> None:
    """Raise where anything in a value is too long, too deep, too much, infinite, or half a character."""
    left[0] -= 1
    where = path or "the metadata"
    if left[0] < 0:
        raise EvenvoiceError(f"{where}: more than {_MOST_VALUES:,} values")
    if isinstance(value, dict | list):
        if depth == 0:
            raise EvenvoiceError(f"{where}: nested deeper than {_MOST_DEPTH} levels")
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in parts:
            _check_values(str(key), f"{path} (a key)".lstrip(), depth, left)
            _check_values(part, f"{path}.{key:.40}".lstrip(".") if isinstance(key, str) else f"{path}[{key}]",
                          depth - 1, left)  # fmt: skip
    elif isinstance(value, str):
        if len(value) > _LONGEST_TEXT:
            raise EvenvoiceError(f"{where}: {len(value):,} characters, at most {_LONGEST_TEXT:,}")
        if any("\ud800" <= sign <= "\udfff" for sign in value):
            raise EvenvoiceError(f"{where} is {value!r:.40}, which holds half a character")
    elif isinstance(value, float) and not math.isfinite(value):
        raise EvenvoiceError(f"{where} is {value}, expected a number")
    elif isinstance(value, int) and abs(value) > _LARGEST_NUMBER:
        raise EvenvoiceError(f"{where}: a number of more than 16 digits")
