"""The paper, whole: its experiments run again, its figures beside ours."""

from evenvoice.paper.arithmetic import table_1
from evenvoice.paper.experiments import EXPERIMENTS, experiment_parts
from evenvoice.paper.page import as_text, write_page
from evenvoice.paper.record import Reproduction, open_reproduction
from evenvoice.paper.run import reproduce, scaled

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
