"""Finding recordings in a folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenvoice.audio import SUFFIXES
from evenvoice.corpora.loader import Reading
from evenvoice.corpora.utterance import Utterance
from evenvoice.files import files_under

# Sound, or video with sound, that `evenvoice.audio` does not look for: named, never passed over in silence.
_OTHER_SOUND = (
    *(".wmv", ".m4v", ".mpg", ".mpeg", ".flv", ".ts", ".m4r", ".mp1", ".mpc", ".alac", ".dts", ".ra", ".shn", ".sd2"),
    *(".dss", ".dvf"),
)


@dataclass(frozen=True)
class Scan:
    """The recordings under a folder, sorted by path, and what to say of the other files there."""

    files: list[Path]
    notes: list[str]


def scan(folder: Path) -> Scan:
    """Find the recordings under a folder, at any depth.

    Raises:
        EvenvoiceError: A folder under it cannot be read.
    """
    links: list[Path] = []
    found = files_under(folder, (*SUFFIXES, *_OTHER_SOUND), links.append)
    unread = [file for file in found if file.suffix.lower() not in SUFFIXES]
    notes = []
    if unread:
        suffixes = ", ".join(sorted({file.suffix.lower() for file in unread}))
        notes.append(f"files not read, for their suffix ({suffixes}): {said(unread, folder)}; convert speech to WAV")
    if links:
        notes.append(f"folders that are links to a folder read already, left out: {said(links, folder)}")
    return Scan([file for file in found if file.suffix.lower() in SUFFIXES], notes)


def said(files: Sequence[Path], folder: Path) -> str:
    """Return some files in words, with the first as an example.

    Examples:
        >>> said([Path("/data/a.mp4"), Path("/data/b.mp4")], Path("/data"))
        '2 (a.mp4, …)'
    """
    return f"{len(files)} ({files[0].relative_to(folder).as_posix()}{', …' if len(files) > 1 else ''})"


def read_names(
    folder: Path, pattern: re.Pattern[str], utterance: Callable[[re.Match[str], Path], Utterance | None]
) -> Reading:
    r"""Read a corpus whose file names tell everything.

    An utterance that is there more than once (a copy in a sub-folder, another container) is taken once.

    Args:
        folder: Where to look, at any depth.
        pattern: What a name without its suffix must match in full.
        utterance: Makes the utterance of a match and its file; ``None`` where the name is none of the corpus'.

    Raises:
        EvenvoiceError: A folder under it cannot be read.

    Examples:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> for name in ("sad-s3-1.wav", "song.wav"):
        ...     (folder / name).touch()
        >>> pattern = re.compile(r"(?P<emotion>[a-z]+)-(?P<speaker>s\d+)-\d+")
        >>> found = read_names(folder, pattern, lambda m, file: Utterance(file.stem, file, m["emotion"], m["speaker"]))
        >>> [one.id for one in found.utterances], found.notes
        (['sad-s3-1'], ['1 recording is not named as this corpus names its speech, left out: song.wav'])
    """
    taken: dict[str, Utterance] = {}
    misnamed: list[Path] = []
    copies: list[Path] = []
    found = scan(folder)
    for file in sorted(found.files, key=_preference):
        match = pattern.fullmatch(file.stem)
        row = utterance(match, file) if match else None
        if row is None:
            misnamed.append(file)
        elif row.id in taken:
            copies.append(file)
        else:
            taken[row.id] = row
    notes = [
        f"{len(files)} {'recording is' if len(files) == 1 else 'recordings are'} {what}, left out: "
        f"{files[0].relative_to(folder).as_posix()}{', …' if len(files) > 1 else ''}"
        for files, what in ((copies, "there a second time"), (misnamed, "not named as this corpus names its speech"))
        if files
    ]
    return Reading([taken[key] for key in sorted(taken)], [*notes, *found.notes])


def _preference(file: Path) -> tuple[int, int, str]:
    """Return a sort key that puts the copy to take first: the least deep, then the lossless."""
    return len(file.parts), SUFFIXES.index(file.suffix.lower()), file.as_posix()
