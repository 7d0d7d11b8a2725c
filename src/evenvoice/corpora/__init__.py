"""Corpora: one table of utterances, whatever the corpus."""

from evenvoice.corpora.corpus import Corpus
from evenvoice.corpora.download import download
from evenvoice.corpora.emotions import parse_selection
from evenvoice.corpora.join import join_for_cross
from evenvoice.corpora.loader import Loader
from evenvoice.corpora.one_emotion import speaker_normalisation_warning, speakers_with_one_emotion
from evenvoice.corpora.open import open_corpus
from evenvoice.corpora.registry import LOADERS
from evenvoice.corpora.summary import Summary, summarise

__all__ = [
    "LOADERS",
    "Corpus",
    "Loader",
    "Summary",
    "download",
    "join_for_cross",
    "open_corpus",
    "parse_selection",
    "speaker_normalisation_warning",
    "speakers_with_one_emotion",
    "summarise",
]
