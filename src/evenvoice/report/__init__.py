"""Runs to tables, figures and one page."""

from evenvoice.report.comparison import comparison_figure
from evenvoice.report.figures import confusion_figure, counts_figure, curves_figure, emotions_figure
from evenvoice.report.page import write_report

__all__ = [
    "comparison_figure",
    "confusion_figure",
    "counts_figure",
    "curves_figure",
    "emotions_figure",
    "write_report",
]
