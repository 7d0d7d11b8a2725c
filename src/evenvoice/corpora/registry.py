"""The corpora that evenvoice knows by name. A new one is a file beside this and a line here."""

from __future__ import annotations

from evenvoice.corpora.crema_d import CREMA_D
from evenvoice.corpora.emodb import EMODB
from evenvoice.corpora.esd import ESD
from evenvoice.corpora.iemocap import IEMOCAP
from evenvoice.corpora.loader import Loader
from evenvoice.corpora.nemo import NEMO
from evenvoice.corpora.ravdess import RAVDESS
from evenvoice.corpora.savee import SAVEE
from evenvoice.corpora.tess import TESS

LOADERS: dict[str, Loader] = {
    loader.name: loader for loader in (IEMOCAP, EMODB, RAVDESS, CREMA_D, TESS, SAVEE, NEMO, ESD)
}
