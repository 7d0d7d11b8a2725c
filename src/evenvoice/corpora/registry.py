"""The corpora that evenvoice knows by name. A new one is a file beside this and a line here."""

from __future__ import annotations

from evenvoice.corpora.loader import check_loader
from evenvoice.registry import Registry

LOADERS = Registry(
    "corpus",
    {
        "iemocap": "evenvoice.corpora.iemocap:IEMOCAP",
        "emodb": "evenvoice.corpora.emodb:EMODB",
        "ravdess": "evenvoice.corpora.ravdess:RAVDESS",
        "crema-d": "evenvoice.corpora.crema_d:CREMA_D",
        "tess": "evenvoice.corpora.tess:TESS",
        "savee": "evenvoice.corpora.savee:SAVEE",
        "nemo": "evenvoice.corpora.nemo:NEMO",
        "esd": "evenvoice.corpora.esd:ESD",
    },
    check_loader,
    plural="corpora",
)
