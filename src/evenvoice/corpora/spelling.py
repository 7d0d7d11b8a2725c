"""Names that differ in spelling only: two labels of one emotion, two names of one speaker."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from evenvoice.corpora.emotions import WORDS, canonical

_SHOWN = 5
# A slip is one letter in five or more: boring is not bored.
_ALIKE = 0.85
# Beyond so many labels they are not emotions, and comparing each with each would take minutes.
_MOST = 200


def plain(name: str) -> str:
    """Return a name without what only looks different: case, Unicode form, separators, leading zeros, ``.0``.

    Examples:
        >>> plain("Anna_B"), plain("01"), plain("1.0"), plain("s07"), plain("-1")
        ('anna b', '1', '1', 's7', '-1')
    """
    name = unicodedata.normalize("NFKC", name).casefold().strip()
    name = re.sub(r"^(\d+)\.0+$", r"\1", name)
    name = re.sub(r"(?<![\d.])0+(?=\d)", "", name)
    return re.sub(r"(?<=\w)[\s_-]+(?=\w)", " ", name)


def same_but_for_spelling(names: Iterable[str]) -> list[list[str]]:
    """Return the sets of names that only look different, each sorted.

    Examples:
        >>> same_but_for_spelling(["1", "2", "1.0", "Anna", "anna"])
        [['1', '1.0'], ['Anna', 'anna']]
    """
    sets: dict[str, list[str]] = {}
    for name in sorted(set(names)):
        sets.setdefault(plain(name), []).append(name)
    return [alike for alike in sets.values() if len(alike) > 1]


def speaker_warnings(speakers: Iterable[str]) -> list[str]:
    """Say which speakers may be one person: a split by speaker would put them on both sides.

    Examples:
        >>> speaker_warnings(["1", "1.0", "2"])
        ["speakers '1' and '1.0' differ only in spelling: if they are one person, a split by speaker leaks; \
write them alike"]
    """
    sets = same_but_for_spelling(speakers)
    lines = [
        f"speakers {_both(names)} differ only in spelling: if they are one person, a split by speaker leaks; "
        "write them alike"
        for names in sets[:_SHOWN]
    ]
    return lines + ([f"and so for {len(sets) - _SHOWN} more sets of speakers"] if len(sets) > _SHOWN else [])


def label_warnings(labels: Iterable[str]) -> list[str]:
    """Say which labels look like slips: spellings of one another, of one emotion, or nearly a known name.

    Examples:
        >>> label_warnings(["Anger", "angry", "freude", "level-1", "level-2"])
        ["labels 'Anger' and 'angry' are names of one emotion; merge them with --emotions, or write them alike"]
        >>> label_warnings(["happy", "hapy"])
        ["label 'hapy' looks like 'happy'; rename it with --emotions if it is a slip"]
    """
    names = sorted(set(labels))
    sets: dict[str, list[str]] = {}
    for name in names:
        sets.setdefault(canonical(name) or plain(name), []).append(name)
    lines = [
        f"labels {_both(alike)} are names of one emotion; merge them with --emotions, or write them alike"
        for alike in sets.values()
        if len(alike) > 1
    ]
    if len(names) > _MOST:
        return [*lines[:_SHOWN], f"{len(names)} labels: is this the column of the emotions?"]
    for name in names:
        near = None if canonical(name) else _near(name, [other for other in names if other not in sets[plain(name)]])
        if near:
            lines.append(f"label {name!r} looks like {near!r}; rename it with --emotions if it is a slip")
    return lines


def _near(name: str, others: list[str]) -> str | None:
    """Return the known word, or the other label, that a label is nearly; numbers are never slips of one another."""
    word = plain(name)
    if len(word) < 4 or any(character.isdigit() for character in word):
        return None
    close = get_close_matches(word, WORDS, n=1, cutoff=_ALIKE)
    if close:
        return close[0]
    known = {plain(other): other for other in others if not any(character.isdigit() for character in other)}
    close = get_close_matches(word, list(known), n=1, cutoff=_ALIKE)
    return known[close[0]] if close else None


def _both(names: list[str]) -> str:
    """Return the names in words; those that look the same on a screen with the codes of their characters."""
    forms = [name if _can_be_told_apart(name, names) else ascii(name)[1:-1] for name in names]
    return " and ".join(f"'{form}'" for form in forms)


def _can_be_told_apart(name: str, names: list[str]) -> bool:
    """Return whether a reader can tell a name from the others: not where only the Unicode form differs."""
    form = unicodedata.normalize("NFC", name)
    return sum(unicodedata.normalize("NFC", other) == form for other in names) == 1
