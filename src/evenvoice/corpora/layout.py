"""Which part of a path is the emotion, and which the speaker: as the user says, or as the names of folders suggest."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from evenvoice.corpora.emotion_words import names_emotion
from evenvoice.errors import EvenvoiceError, shown

# How the folders of a split are called, for protocol predefined.
SPLITS = {
    "train": "train", "training": "train", "validation": "validation", "valid": "validation", "val": "validation",
    "dev": "validation", "test": "test",
}  # fmt: skip
# Folders are taken for those of the emotions where at least so many of their names are known emotions.
_KNOWN = 0.5
Find = Callable[[str], str]


@dataclass(frozen=True)
class Layout:
    """How the paths of a folder are read.

    Attributes:
        emotion: The level of the folders that are named after emotions, 0 being the first below the root.
        speaker: That of the folders that are named after speakers; ``None`` where there are none.
        split: That of the folders ``train``, ``test`` and the like; ``None`` where there are none.
        notes: What was guessed, a sentence each.
    """

    emotion: int
    speaker: int | None
    notes: tuple[str, ...] = ()
    split: int | None = None

    @property
    def split_notes(self) -> list[str]:
        """Say where the split is taken from."""
        if self.split is None:
            return []
        return [f"the split is taken from the {_ordinal(self.split)} folders (train, test, …), for protocol predefined"]


def guess_layout(paths: Sequence[PurePath], wanted: Collection[str] = ()) -> Layout:
    """Guess the levels from the names of the folders.

    The emotions are at the level that has what is wanted, else at the first level where half of the names are those of
    emotions (`names_emotion`), else at the first with two names. The speakers are at the level above or below it if
    every recording has one, and most of them occur with two emotions.

    Args:
        paths: Of the recordings, from the root; each in a folder at least.
        wanted: Emotions that the user names.

    Examples:
        >>> paths = [PurePath(speaker, emotion, "1.wav") for speaker in ("anna", "ben") for emotion in ("sad", "happy")]
        >>> guess_layout(paths).emotion, guess_layout(paths).speaker
        (1, 0)
    """
    depth = min(len(path.parts) for path in paths) - 1
    names = [{path.parts[level] for path in paths} for level in range(depth)]
    asked = {name.casefold() for name in wanted}
    has_wanted = [not asked.isdisjoint(map(str.casefold, level)) for level in names]
    known = [sum(map(names_emotion, level)) >= _KNOWN * len(level) for level in names]
    best = max(range(depth), key=lambda level: (has_wanted[level], known[level], len(names[level]) > 1, -level))
    split = next((level for level in range(depth) if level != best and _is_split(names[level])), None)
    speaker = next(
        (
            level
            for level in (best + 1, best - 1)
            if 0 <= level < depth and level != split and _crosses(paths, best, level)
        ),
        None,
    )
    notes = []
    if best or speaker is not None:
        some = ", ".join(sorted(names[best])[:3])
        notes.append(f"emotions are taken from the {_ordinal(best)} folders ({some}, …); else use --emotion-from")
    if speaker is not None:
        some = ", ".join(sorted(names[speaker])[:3])
        notes.append(f"speakers are taken from the {_ordinal(speaker)} folders ({some}, …); else use --speaker-from")
    return Layout(best, speaker, tuple(notes), split)


def _is_split(names: Collection[str]) -> bool:
    """Return whether folders are those of a split: nothing else, and a training and a test part at least."""
    parts = {SPLITS.get(name.casefold()) for name in names}
    return None not in parts and {"train", "test"} <= parts


def _crosses(paths: Sequence[PurePath], emotion: int, other: int) -> bool:
    """Return whether most folders of a level occur with two emotions, as those of speakers do."""
    emotions = defaultdict(set)
    for path in paths:
        emotions[path.parts[other]].add(path.parts[emotion])
    return len(emotions) > 1 and 2 * sum(len(found) > 1 for found in emotions.values()) > len(emotions)


def _ordinal(level: int) -> str:
    return ("first", "second", "third")[level] if level < 3 else f"{level + 1}th"


def cut_words(what: str, expression: str | None, paths: Sequence[PurePath]) -> list[str]:
    """Say where an expression takes a part of a word for a speaker or an emotion.

    A capital may be a word of its own: the ``F`` of ``03a01Fa``.

    Args:
        what: ``speaker`` or ``emotion``.
        expression: As `pattern_for` takes it; it finds something in every path.
        paths: Of the recordings, from the root.

    Examples:
        >>> cut_words("speaker", "([a-z]+)_", [PurePath("sad/anna_1.wav"), PurePath("sad/Carl_3.wav")])
        ["speaker-from '([a-z]+)_' takes 'arl' out of a longer word in 'sad/Carl_3.wav'; change it if that is none"]
    """
    if expression is None:
        return []
    pattern = re.compile(expression)
    group = what if what in pattern.groupindex else 1
    for path in map(PurePath.as_posix, paths):
        match = pattern.search(path)
        if match and match[group] and _is_cut(path, *match.span(group)):
            where = f"takes {match[group]!r} out of a longer word in {path!r}; change it if that is none"
            return [f"{what}-from {shown(expression)} {where}"]
    return []


def _is_cut(path: str, start: int, end: int) -> bool:
    before, first, last, after = path[start - 1 : start], path[start], path[end - 1], path[end : end + 1]
    if (before.isdigit() and first.isdigit()) or (last.isdigit() and after.isdigit()):
        return True
    return (before.isalpha() and first.islower()) or (last.islower() and after.islower())


def pattern_for(what: str, expression: str | None) -> Find | None:
    """Return what finds a speaker or an emotion in a path by a regular expression; ``None`` without one.

    Args:
        what: ``speaker`` or ``emotion``: the name of the group, where it has one.
        expression: As `re` reads it.

    Raises:
        EvenvoiceError: It cannot be read, or does not say which group is meant.

    Examples:
        >>> pattern_for("speaker", "([a-z]+)_[0-9]+")("happy/anna_01.wav")
        'anna'
    """
    if expression is None:
        return None
    option = f"{what}-from {shown(expression)}"
    try:
        pattern = re.compile(expression)
    except (re.error, TypeError) as error:
        raise EvenvoiceError(
            f"{option}: no regular expression ({error}); write for example '([^/_]+)_[^/]*$'"
        ) from error
    if what not in pattern.groupindex and pattern.groups != 1:
        raise EvenvoiceError(
            f"{option}: {pattern.groups} groups; put the {what} into one group (…), or name its group (?P<{what}>…)"
        )

    def find(path: str) -> str:
        match = pattern.search(path)
        found = match[what if what in pattern.groupindex else 1] if match else None
        if not found:
            raise EvenvoiceError(f"{option}: finds no {what} in {path!r}; change it to match all")
        return str(found)

    return find
