"""A corpus in any of the ways in which people have one."""

from __future__ import annotations

import os
from typing import Any

import pandas as pd

from evenvoice.arguments import path_text
from evenvoice.corpora.corpus import Corpus
from evenvoice.corpora.libraries import reader_of
from evenvoice.corpora.open import open_corpus
from evenvoice.errors import EvenvoiceError, shown

CorpusLike = Corpus | pd.DataFrame | str | os.PathLike[str]


def as_corpus(corpus: Any) -> Corpus:
    """Return a corpus, opening what is none yet; a list of one is that one.

    Args:
        corpus: A `Corpus`, or what `open_corpus` takes: ``"emodb:PATH"``, ``"demo"``, ``"folder:PATH"``, a path, a
            pandas table, an audformat database or table, a Hugging Face dataset.

    Raises:
        EvenvoiceError: Several corpora, another type, or a corpus that cannot be opened.

    Examples:
        >>> as_corpus(None)
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: corpus: found None; expected a Corpus or NAME:PATH, demo, folder:PATH, a .csv
    """
    if isinstance(corpus, Corpus):
        return corpus
    if isinstance(corpus, str | os.PathLike):
        path_text(corpus, "corpus")
        return open_corpus(corpus)
    if isinstance(corpus, pd.DataFrame) or reader_of(corpus) is not None:
        return open_corpus(corpus)
    if isinstance(corpus, list | tuple) and len(corpus) == 1:
        return as_corpus(corpus[0])
    if isinstance(corpus, list | tuple) and len(corpus) > 1:
        raise EvenvoiceError(
            f"corpus: found {len(corpus)}; a study is of one corpus: make one study for each, or join two with "
            "join_for_cross"
        )
    raise EvenvoiceError(f"corpus: found {shown(corpus)}; expected a Corpus or NAME:PATH, demo, folder:PATH, a .csv")
