"""Runs to tables, figures and one page."""

from evenvoice.report.comparison import comparison_figure
from evenvoice.report.figures import confusion_figure, counts_figure, curves_figure, emotions_figure
from evenvoice.report.page import write_report
from evenvoice.report.systems_table import systems_as_csv, systems_as_latex, systems_as_markdown, systems_as_text
from evenvoice.report.table import as_markdown, as_text, results_table

__all__ = [
    "as_markdown",
    "as_text",
    "comparison_figure",
    "confusion_figure",
    "counts_figure",
    "curves_figure",
    "emotions_figure",
    "results_table",
    "systems_as_csv",
    "systems_as_latex",
    "systems_as_markdown",
    "systems_as_text",
    "write_report",
]
