"""The paper, whole: its experiments run again, its figures beside ours."""

from evenvoice.reproduction.counts import table_1
from evenvoice.reproduction.experiments import EXPERIMENTS, experiment_parts
from evenvoice.reproduction.folder import Reproduction, open_reproduction
from evenvoice.reproduction.page import write_page
from evenvoice.reproduction.run import reproduce
from evenvoice.reproduction.scale import scaled
from evenvoice.reproduction.text import as_text

__all__ = [
    "EXPERIMENTS",
    "Reproduction",
    "as_text",
    "experiment_parts",
    "open_reproduction",
    "reproduce",
    "scaled",
    "table_1",
    "write_page",
]
