"""Finding recordings in a folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from evenvoice.audio import SUFFIXES
from evenvoice.corpora.corpus import Utterance
from evenvoice.corpora.loader import Reading
from evenvoice.files import files_under


def recordings(folder: Path) -> list[Path]:
    """Return the recordings under a folder, sorted by path.

    Raises:
        EvenvoiceError: A folder under it cannot be read.
    """
    return files_under(folder, SUFFIXES)


def read_names(
    folder: Path, pattern: re.Pattern[str], utterance: Callable[[re.Match[str], Path], Utterance | None]
) -> Reading:
    """Read a corpus whose file names tell everything.

    An utterance that is there more than once (a copy in a sub-folder, another container) is taken once.

    Args:
        folder: Where to look, at any depth.
        pattern: What a name without its suffix must match in full.
        utterance: Makes the utterance of a match and its file; ``None`` where the name is none of the corpus'.
    """
    taken: dict[str, Utterance] = {}
    misnamed: list[Path] = []
    copies: list[Path] = []
    for file in sorted(recordings(folder), key=_preference):
        match = pattern.fullmatch(file.stem)
        row = utterance(match, file) if match else None
        if row is None:
            misnamed.append(file)
        elif row.id in taken:
            copies.append(file)
        else:
            taken[row.id] = row
    oddities = [
        f"{len(files)} {'recording is' if len(files) == 1 else 'recordings are'} {what}, left out: "
        f"{files[0].relative_to(folder).as_posix()}{', …' if len(files) > 1 else ''}"
        for files, what in ((copies, "there a second time"), (misnamed, "not named as this corpus names its speech"))
        if files
    ]
    return Reading([taken[key] for key in sorted(taken)], oddities)


def _preference(file: Path) -> tuple[int, int, str]:
    """Return a sort key that puts the copy to take first: the least deep, then the lossless."""
    return len(file.parts), SUFFIXES.index(file.suffix.lower()), file.as_posix()
