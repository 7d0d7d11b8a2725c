"""``folder:PATH``: recordings in a sub-folder for each emotion."""

from __future__ import annotations

import re
from pathlib import Path

from evenvoice.corpora.corpus import Corpus, Utterance, table_of
from evenvoice.corpora.emotions import known_emotion
from evenvoice.corpora.loader import existing_folder
from evenvoice.corpora.scan import recordings
from evenvoice.errors import EvenvoiceError

_LAYOUT = "a folder with a sub-folder for each emotion (angry/, happy/, …) and the recordings in them"


def open_folder(folder: Path | str, speaker_from: str | None = None) -> Corpus:
    """Read a folder whose sub-folders are named after emotions; an utterance's id is its path from the folder.

    Args:
        folder: The folder. Recordings may lie deeper than its sub-folders.
        speaker_from: A regular expression searched for in each path from the folder (``happy/anna_01.wav``). Its group
            ``speaker``, or its only group, is the speaker. ``None``: speakers are not known.

    Raises:
        EvenvoiceError: No such folder, no recordings, a sub-folder that is no known emotion, a recording outside of any
            sub-folder, an expression that cannot be read, or one that finds no speaker in a path.
    """
    root = existing_folder(folder, "folder", _LAYOUT)
    pattern = None if speaker_from is None else _speaker_pattern(speaker_from)
    rows = [_utterance(file, root, pattern) for file in recordings(root)]
    if not rows:
        raise EvenvoiceError(f"folder:{root}: no recordings found; expected {_LAYOUT}")
    return Corpus(root.name or str(root), table_of(rows), "not stated", oddities=_merged_folders(rows))


def _utterance(file: Path, root: Path, pattern: re.Pattern[str] | None) -> Utterance:
    """Return the utterance of one recording."""
    path = file.relative_to(root)
    if len(path.parts) == 1:
        raise EvenvoiceError(f"folder:{root}: {path.name!r} lies in no sub-folder; put it into the one of its emotion")
    remedy = f"rename the folder of {path.as_posix()!r}, or list the recordings in a CSV"
    emotion = known_emotion(path.parts[0], f"folder:{root}", remedy)
    speaker = None if pattern is None else _speaker(path.as_posix(), pattern)
    return Utterance(id=path.as_posix(), file=file, emotion=emotion, speaker=speaker)


def _speaker_pattern(speaker_from: str) -> re.Pattern[str]:
    """Compile the expression and see that it says which group is the speaker."""
    try:
        pattern = re.compile(speaker_from)
    except re.error as error:
        raise EvenvoiceError(
            f"speaker-from {speaker_from!r}: no regular expression ({error}); write for example '([^/_]+)_[^/]*$'"
        ) from error
    if "speaker" not in pattern.groupindex and pattern.groups != 1:
        raise EvenvoiceError(
            f"speaker-from {speaker_from!r}: {pattern.groups} groups; put the speaker into one group (…), "
            "or name its group (?P<speaker>…)"
        )
    return pattern


def _speaker(path: str, pattern: re.Pattern[str]) -> str:
    """Return the speaker that the expression finds in a path."""
    match = pattern.search(path)
    speaker = match["speaker" if "speaker" in pattern.groupindex else 1] if match else None
    if not speaker:
        raise EvenvoiceError(f"speaker-from {pattern.pattern!r}: finds no speaker in {path!r}; change it to match all")
    return speaker


def _merged_folders(rows: list[Utterance]) -> tuple[str, ...]:
    """Say which sub-folders are two names of one emotion."""
    names: dict[str, set[str]] = {}
    for row in rows:
        names.setdefault(row.emotion, set()).add(row.id.partition("/")[0])
    return tuple(
        f"{emotion} comes from the folders {' and '.join(sorted(folders))}"
        for emotion, folders in sorted(names.items())
        if len(folders) > 1
    )
