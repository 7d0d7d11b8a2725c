"""What a corpus' own file says about it, and how its folder becomes a `Corpus`."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenvoice.corpora.paths import at_home, exists
from evenvoice.corpora.utterance import Utterance
from evenvoice.errors import EvenvoiceError
from evenvoice.outside import calling, is_outside, refused

if TYPE_CHECKING:
    from evenvoice.corpora.corpus import Corpus


@dataclass(frozen=True)
class Reading:
    """What was found in a folder: the utterances, and what was noticed, a sentence each."""

    utterances: list[Utterance]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Loader:
    """A corpus that evenvoice knows by name.

    Args:
        name: What stands before the colon in ``NAME:PATH``.
        title: Its full name.
        licence: The licence of the recordings.
        read: Finds the utterances in a folder; it need not check the folder.
        layout: What the folder looks like, in one line.
        default_emotions: The selection where none is asked for; ``None`` takes all.
        url: The page where people get it.
        archive: The address of the archive to download, where anyone may.
        checksum: The archive's published checksum, as ``md5:…`` or ``sha256:…``.

    Examples:
        >>> from evenvoice.corpora import LOADERS
        >>> LOADERS["emodb"].licence
        'CC0-1.0'
    """

    name: str
    title: str
    licence: str
    read: Callable[[Path], Reading]
    layout: str
    default_emotions: str | None = None
    url: str | None = None
    archive: str | None = None
    checksum: str | None = None

    def open(self, folder: Path | str) -> Corpus:
        """Read the corpus in a folder, with all its emotions.

        Raises:
            EvenvoiceError: No such folder, or none of the corpus' utterances in it.
        """
        from evenvoice.corpora.corpus import Corpus, table_of

        folder = existing_folder(folder, self.name, self.layout, self._where_from(folder))
        with calling("corpus", self.read, self.name):
            reading = self.read(folder)
        if is_outside(self.read):
            self._check_given(reading)
        if not reading.utterances:
            raise EvenvoiceError(f"{self.name}:{folder}: no utterance of {self.title} found; expected {self.layout}")
        return Corpus(self.name, table_of(reading.utterances), self.licence, notes=tuple(reading.notes))

    def _where_from(self, folder: Path | str) -> str:
        """Return what to do where the corpus is not in a folder."""
        if self.archive:
            command = f"evenvoice corpus download {self.name} --out {shlex.quote(str(folder)[:300])}"
            return f"check the path, or get the corpus with `{command}`"
        return f"check the path, or get the corpus from {self.url}" if self.url else "check the path"

    def _check_given(self, reading: Any) -> None:
        """Raise unless a loader from outside gave utterances."""

        def wrong(found: object, expected: str) -> EvenvoiceError:
            return refused("corpus", self.read, f"read() gives {found}; expected {expected}", self.name)

        if not isinstance(reading, Reading):
            raise wrong(f"a {type(reading).__name__}", "an evenvoice.corpora.Reading")
        for one in reading.utterances:
            if not isinstance(one, Utterance):
                raise wrong(f"a {type(one).__name__} for an utterance", "an evenvoice.corpora.Utterance")
            for name in ("id", "emotion"):
                if not isinstance(getattr(one, name), str) or not getattr(one, name).strip():
                    raise wrong(f"the {name} {getattr(one, name)!r:.60}", "text, and not nothing")


def existing_folder(folder: Path | str, name: str, layout: str, remedy: str = "check the path") -> Path:
    """Return the absolute path of a folder that exists, or raise the `EvenvoiceError` that says what was expected."""
    path = at_home(folder)
    if not exists(path):
        raise EvenvoiceError(f"{name}:{str(path)[:300]}: no such folder; expected {layout}; {remedy}")
    if not path.is_dir():
        raise EvenvoiceError(f"{name}:{path}: a file, not a folder; expected {layout} (unpack an archive first)")
    return path.resolve()


def check_loader(name: str, found: Any) -> None:
    """Raise an `EvenvoiceError` if what was found under a name is no `Loader`."""
    if not isinstance(found, Loader):
        raise EvenvoiceError(
            f"corpus {name!r}: a {type(found).__name__}, not a Loader; make it an evenvoice.corpora.Loader, "
            "and check it with evenvoice.testing.check_corpus"
        )
