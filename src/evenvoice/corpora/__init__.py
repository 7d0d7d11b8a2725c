"""Corpora: one table of utterances, whatever the corpus.

The names below are imported when they are first used: the list of corpora needs no pandas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evenvoice.lazy import lazy_names

if TYPE_CHECKING:
    from evenvoice.corpora import spelling
    from evenvoice.corpora.argument import CorpusLike, as_corpus
    from evenvoice.corpora.conditions import leave_out, leave_out_of_both
    from evenvoice.corpora.corpus import Corpus
    from evenvoice.corpora.emotions import EMOTIONS, canonical
    from evenvoice.corpora.fetch import download
    from evenvoice.corpora.join import join_for_cross
    from evenvoice.corpora.libraries import LIBRARIES
    from evenvoice.corpora.loader import Loader, Reading
    from evenvoice.corpora.one_emotion import speaker_normalisation_warning, speakers_with_one_emotion
    from evenvoice.corpora.open import open_corpus, options_taken, with_path
    from evenvoice.corpora.registry import LOADERS
    from evenvoice.corpora.scan import read_names
    from evenvoice.corpora.selection import parse_selection
    from evenvoice.corpora.summary import Summary, summarise
    from evenvoice.corpora.table import table_of
    from evenvoice.corpora.text import corpus_as_text
    from evenvoice.corpora.text_table import read_text_table
    from evenvoice.corpora.utterance import COLUMNS, Utterance
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "COLUMNS": "utterance",
            "Corpus": "corpus",
            "CorpusLike": "argument",
            "EMOTIONS": "emotions",
            "LIBRARIES": "libraries",
            "LOADERS": "registry",
            "Loader": "loader",
            "Reading": "loader",
            "Summary": "summary",
            "Utterance": "utterance",
            "as_corpus": "argument",
            "canonical": "emotions",
            "corpus_as_text": "text",
            "download": "fetch",
            "join_for_cross": "join",
            "leave_out": "conditions",
            "leave_out_of_both": "conditions",
            "open_corpus": "open",
            "options_taken": "open",
            "parse_selection": "selection",
            "read_names": "scan",
            "read_text_table": "text_table",
            "speaker_normalisation_warning": "one_emotion",
            "speakers_with_one_emotion": "one_emotion",
            "with_path": "open",
            "summarise": "summary",
            "table_of": "table",
        },
    )

__all__ = [
    "COLUMNS",
    "EMOTIONS",
    "LIBRARIES",
    "LOADERS",
    "Corpus",
    "CorpusLike",
    "Loader",
    "Reading",
    "Summary",
    "Utterance",
    "as_corpus",
    "canonical",
    "corpus_as_text",
    "download",
    "join_for_cross",
    "leave_out",
    "leave_out_of_both",
    "open_corpus",
    "options_taken",
    "parse_selection",
    "read_names",
    "read_text_table",
    "speaker_normalisation_warning",
    "speakers_with_one_emotion",
    "spelling",
    "summarise",
    "table_of",
    "with_path",
]
