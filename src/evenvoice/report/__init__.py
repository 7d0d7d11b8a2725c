"""Runs to tables, figures and one page."""

from evenvoice.report.balance import write_balance_report
from evenvoice.report.balance_figures import gains_figure, imbalance_figure
from evenvoice.report.comparison import comparison_figure
from evenvoice.report.detection import det_figure, roc_figure
from evenvoice.report.figures import confusion_figure, counts_figure, curves_figure, emotions_figure
from evenvoice.report.groups import breakdowns
from evenvoice.report.illustrations import figure_kinds, write_figure
from evenvoice.report.learning import learning_curve, learning_curve_figure, learning_curve_table
from evenvoice.report.maps import FeatureMap, feature_map, map_figure
from evenvoice.report.page import write_report
from evenvoice.report.recipe_figure import recipe_figure, write_recipe_figure
from evenvoice.report.voice_figures import descriptors, features_figure, spectrogram_figure

__all__ = [
    "FeatureMap",
    "breakdowns",
    "comparison_figure",
    "confusion_figure",
    "counts_figure",
    "curves_figure",
    "descriptors",
    "det_figure",
    "emotions_figure",
    "feature_map",
    "features_figure",
    "figure_kinds",
    "gains_figure",
    "imbalance_figure",
    "learning_curve",
    "learning_curve_figure",
    "learning_curve_table",
    "map_figure",
    "recipe_figure",
    "roc_figure",
    "spectrogram_figure",
    "write_balance_report",
    "write_figure",
    "write_recipe_figure",
    "write_report",
]
