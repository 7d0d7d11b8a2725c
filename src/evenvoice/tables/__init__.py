"""Tables for terminals, Markdown, HTML, LaTeX and CSV, and how numbers are written in them."""

from evenvoice.tables.renderers import escape_markdown, wrapped
from evenvoice.tables.table import Column, Table
from evenvoice.tables.words import NOTHING, count, ends, p_value, per_cent, spread, time_in_words, with_interval

__all__ = [
    "NOTHING",
    "Column",
    "Table",
    "count",
    "ends",
    "escape_markdown",
    "p_value",
    "per_cent",
    "spread",
    "time_in_words",
    "with_interval",
    "wrapped",
]
