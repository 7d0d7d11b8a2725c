"""Corpora: one table of utterances, whatever the corpus.

The names below are imported when they are first used: the list of corpora needs no pandas.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evenvoice.corpora.corpus import Corpus
    from evenvoice.corpora.emotions import EMOTIONS, canonical
    from evenvoice.corpora.fetch import download
    from evenvoice.corpora.join import join_for_cross
    from evenvoice.corpora.libraries import LIBRARIES, reader_of
    from evenvoice.corpora.loader import Loader, Reading
    from evenvoice.corpora.one_emotion import speaker_normalisation_warning, speakers_with_one_emotion
    from evenvoice.corpora.open import open_corpus
    from evenvoice.corpora.registry import LOADERS
    from evenvoice.corpora.selection import parse_selection
    from evenvoice.corpora.summary import Summary, summarise
    from evenvoice.corpora.table import table_of
    from evenvoice.corpora.text import corpus_as_text
    from evenvoice.corpora.utterance import COLUMNS, Utterance

_HOMES = {
    "COLUMNS": "utterance",
    "EMOTIONS": "emotions",
    "LIBRARIES": "libraries",
    "LOADERS": "registry",
    "Corpus": "corpus",
    "Loader": "loader",
    "Reading": "loader",
    "Summary": "summary",
    "Utterance": "utterance",
    "canonical": "emotions",
    "corpus_as_text": "text",
    "download": "fetch",
    "join_for_cross": "join",
    "open_corpus": "open",
    "parse_selection": "selection",
    "reader_of": "libraries",
    "speaker_normalisation_warning": "one_emotion",
    "speakers_with_one_emotion": "one_emotion",
    "summarise": "summary",
    "table_of": "table",
}

__all__ = [
    "COLUMNS",
    "EMOTIONS",
    "LIBRARIES",
    "LOADERS",
    "Corpus",
    "Loader",
    "Reading",
    "Summary",
    "Utterance",
    "canonical",
    "corpus_as_text",
    "download",
    "join_for_cross",
    "open_corpus",
    "parse_selection",
    "reader_of",
    "speaker_normalisation_warning",
    "speakers_with_one_emotion",
    "summarise",
    "table_of",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'evenvoice.corpora' has no attribute {name!r}")
    found = getattr(importlib.import_module(f"evenvoice.corpora.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
