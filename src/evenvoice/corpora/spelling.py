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
# What pandas, R, spreadsheets and people write where a value is missing.
_MISSING = {"na", "n/a", "<na>", "nan", "none", "null", "nil", "-", "--", "?", "#n/a", "#na", "#value!", "missing"}

# Cyrillic and Greek letters that look like a Latin one, small or capital (after Unicode's confusables.txt).
_LOOK_ALIKE = str.maketrans("авекмнорстухіјѕԁԛԝαβεζηικμνορτυχ", "abekmhopctyxijsdqwabezhikmnoptyx")
_LOOK_ALIKE_CAPITALS = {ord(chr(one).upper()): ord(chr(other).upper()) for one, other in _LOOK_ALIKE.items()}


def plain(name: str) -> str:
    """Return a name without what only looks different.

    That is case, Unicode form, separators, zeros, characters without width, and which alphabet an A is of.

    Examples:
        >>> plain("Anna_B"), plain("01"), plain("1.0"), plain("S 07"), plain("-1"), plain("+1,50"), plain("3-4")
        ('annab', '1', '1', 's7', '-1', '1.5', '3 4')
        >>> plain("A") == plain("\N{CYRILLIC CAPITAL LETTER A}")
        True
    """
    name = unicodedata.normalize("NFKC", name).casefold().translate(_LOOK_ALIKE)
    name = "".join(character for character in name if unicodedata.category(character) != "Cf").strip()
    if number := re.fullmatch(r"\+?(-?\d+)(?:[.,](\d*?)0*)?", name):
        name = f"{number[1]}.{number[2]}" if number[2] else number[1]
    name = re.sub(r"(?<![\d.])0+(?=\d)", "", name)
    name = re.sub(r"(?<=\d)[\s_-]+(?=\d)", " ", name)
    return re.sub(r"(?<=\w)[\s_-]+(?=[^\W\d])|(?<=[^\W\d])[\s_-]+(?=\w)", "", name)


def missing_warnings(column: str, names: Iterable[str]) -> list[str]:
    """Say which names read like a value that is missing: a table's ``NA`` is a name here.

    Examples:
        >>> missing_warnings("emotion", ["sad", "NA"])
        ["emotion 'NA' reads like a missing value, and is taken for a name; remove these utterances if it is one"]
    """
    return [
        f"{column} {name!r} reads like a missing value, and is taken for a name; remove these utterances if it is one"
        for name in sorted(set(names))
        if name.casefold() in _MISSING
    ]


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
        f"speakers {in_words(names)} differ only in spelling: if they are one person, a split by speaker leaks; "
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
        f"labels {in_words(alike)} are names of one emotion; merge them with --emotions, or write them alike"
        for alike in sets.values()
        if len(alike) > 1
    ]
    if len(names) > _MOST:
        return [*lines[:_SHOWN], f"{len(names)} labels: is this the column of the emotions?"]
    for name in names:
        if canonical(name) or any(map(canonical, sets[plain(name)])):
            continue
        near = _near(name, [other for other in names if other not in sets[plain(name)]])
        if near:
            slip, known = forms([name, near])
            lines.append(f"label '{slip}' looks like '{known}'; rename it with --emotions if it is a slip")
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


def in_words(names: list[str]) -> str:
    """Return names for a sentence, each as `forms` has it.

    Examples:
        >>> in_words(["Anna", "anna"])
        "'Anna' and 'anna'"
    """
    return " and ".join(f"'{form}'" for form in forms(names))


def forms(names: list[str]) -> list[str]:
    """Return the names; those that look the same on a screen with the codes of their characters."""
    return [name if _can_be_told_apart(name, names) else ascii(name)[1:-1] for name in names]


def _can_be_told_apart(name: str, names: list[str]) -> bool:
    """Return whether a reader can tell a name from the others: not where only the Unicode form differs."""
    form = _seen(name)
    return name.isprintable() and sum(_seen(other) == form for other in names) == 1


def _seen(name: str) -> str:
    seen = "".join(letter for letter in unicodedata.normalize("NFC", name) if unicodedata.category(letter) != "Cf")
    return seen.translate(_LOOK_ALIKE | _LOOK_ALIKE_CAPITALS)
