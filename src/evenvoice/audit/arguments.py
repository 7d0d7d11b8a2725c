"""What the public functions take: strings, paths, frames, and the objects themselves."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from evenvoice.corpora import Corpus, open_corpus, reader_of
from evenvoice.errors import EvenvoiceError


def corpus_of(given: object) -> Corpus:
    """Return a corpus, opened where it is not one yet.

    Raises:
        EvenvoiceError: No corpus, or one that cannot be opened.

    Examples:
        >>> corpus_of(3)
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: corpus: an int; expected a Corpus, a frame, or what open_corpus takes \
('emodb:PATH', a folder, a CSV)
    """
    if isinstance(given, Corpus):
        return given
    if not isinstance(given, str | Path | pd.DataFrame) and reader_of(given) is None:
        kind = type(given).__name__
        raise EvenvoiceError(
            f"corpus: {'an' if kind[0] in 'aeiou' else 'a'} {kind}; expected a Corpus, a frame, or what open_corpus "
            "takes ('emodb:PATH', a folder, a CSV)"
        )
    return open_corpus(str(given) if isinstance(given, Path) else given)


def path_of(given: object, what: str) -> Path:
    """Return a path.

    Raises:
        EvenvoiceError: Neither a string nor a path.

    Examples:
        >>> path_of(None, "study")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: study: None; expected a path
    """
    if isinstance(given, str | Path):
        return Path(given)
    raise EvenvoiceError(f"{what}: {given!r:.60}; expected a path")
