"""Runs to tables, figures and one page."""

from evenvoice.report.balance import write_balance_report
from evenvoice.report.balance_figures import gains_figure, imbalance_figure
from evenvoice.report.comparison import comparison_figure
from evenvoice.report.figures import confusion_figure, counts_figure, curves_figure, emotions_figure
from evenvoice.report.groups import breakdowns
from evenvoice.report.illustrations import figure_kinds
from evenvoice.report.page import write_report
from evenvoice.report.recipe_figure import recipe_figure, write_recipe_figure

__all__ = [
    "breakdowns",
    "comparison_figure",
    "confusion_figure",
    "counts_figure",
    "curves_figure",
    "emotions_figure",
    "figure_kinds",
    "gains_figure",
    "imbalance_figure",
    "recipe_figure",
    "write_balance_report",
    "write_recipe_figure",
    "write_report",
]
