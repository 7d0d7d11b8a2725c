"""Finding recordings in a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from evenvoice.corpora.corpus import Utterance
from evenvoice.corpora.loader import Reading
from evenvoice.errors import EvenvoiceError

_LOSSLESS = (".wav", ".flac", ".w64", ".rf64", ".aiff", ".aif", ".aifc", ".au", ".snd", ".caf")
_LOSSY = (".ogg", ".oga", ".opus", ".mp3", ".mp2")
# Found all the same, so that `evenvoice.audio` can say how to convert them.
_UNREADABLE = (".m4a", ".aac", ".wma", ".amr", ".webm", ".mka")
# In this order: where an utterance is there in two containers, the earlier is taken.
SUFFIXES = (*_LOSSLESS, *_LOSSY, *_UNREADABLE)


def recordings(folder: Path) -> list[Path]:
    """Return the recordings under a folder, in the order of their names, whatever the file system's order.

    Names that begin with a dot and ``__MACOSX`` folders (macOS leaves both in archives) are passed over.

    Raises:
        EvenvoiceError: A folder under it cannot be read.
    """
    found: list[Path] = []
    seen: set[str] = set()
    for here, folders, files in os.walk(folder, followlinks=True, onerror=_refuse):
        # A link to a folder above would go round for ever.
        real = os.path.realpath(here)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = [name for name in folders if not _is_clutter(name)]
        found += [Path(here, name) for name in files if Path(name).suffix.lower() in SUFFIXES and not _is_clutter(name)]
    return sorted(found, key=Path.as_posix)


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


def _is_clutter(name: str) -> bool:
    """Whether macOS or a tool, not a speaker, made this."""
    return name.startswith(".") or name == "__MACOSX"


def _refuse(error: OSError) -> None:
    """Raise for a folder that cannot be read: passing over it would lose utterances without a word."""
    raise EvenvoiceError(f"{error.filename}: cannot be read ({error.strerror}); check its permissions") from error
