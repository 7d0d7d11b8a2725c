"""The paper, whole: its experiments run again, its figures beside ours."""

from evenvoice.paper.counts import table_1
from evenvoice.paper.experiments import EXPERIMENTS, experiment_parts
from evenvoice.paper.folder import Reproduction, open_reproduction
from evenvoice.paper.page import write_page
from evenvoice.paper.run import reproduce
from evenvoice.paper.scale import scaled
from evenvoice.paper.text import as_text

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
