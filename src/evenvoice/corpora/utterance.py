"""One row of a corpus' table."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path


def as_text(name: object) -> str:
    r"""Return a name as text that any file can hold: a byte of a file's name that is not UTF-8 becomes ``\udcff``.

    Examples:
        >>> print(as_text("fr\udcf6h.wav"))
        fr\udcf6h.wav
    """
    return str(name).encode("utf-8", "backslashreplace").decode("utf-8")


@dataclass(frozen=True)
class Utterance:
    """One recording with one label: a row of a corpus' table.

    Args:
        id: Unique in its corpus; the official name where there is one.
        file: The recording; an absolute path.
        emotion: The label: whatever the user calls it; a canonical name (`evenvoice.corpora.emotions`) in the corpora
            that are known by name.
        speaker: Who speaks.
        session: The recording session.
        text: The sentence spoken, or the corpus' code for it.
        gender: ``female``, ``male``, or as the corpus says.
        style: ``acted``, ``improvised``, ``scripted``, or as the corpus says.
        start: Where the utterance starts in the file, in seconds, where the file holds more than it.
        end: Where it ends, in seconds.
        split: The part that the corpus' authors put it into: ``train``, ``validation`` or ``test``.
        corpus: Which corpus it is from, in a table that joins two.
    """

    id: str
    file: Path
    emotion: str
    speaker: str | None = None
    session: str | None = None
    text: str | None = None
    gender: str | None = None
    style: str | None = None
    start: float | None = None
    end: float | None = None
    split: str | None = None
    corpus: str | None = None


COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(Utterance) if field.name != "id")
TIMES = ("start", "end")
