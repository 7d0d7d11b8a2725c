"""Runs to tables, figures and one page.

The report of a tuning needs Optuna, so its names are imported when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evenvoice.lazy import lazy_names
from evenvoice.report import style
from evenvoice.report.balance import write_balance_report
from evenvoice.report.balance_figures import gains_figure, imbalance_figure
from evenvoice.report.comparison import comparison_figure
from evenvoice.report.detection import det_figure, roc_figure
from evenvoice.report.figures import confusion_figure, counts_figure, curves_figure, emotions_figure
from evenvoice.report.groups import breakdowns
from evenvoice.report.illustrations import Illustration, figure_kinds, write_figure
from evenvoice.report.learning import learning_curve, learning_curve_figure, learning_curve_table
from evenvoice.report.maps import FeatureMap, feature_map, map_figure
from evenvoice.report.measures import curve, emotion_scores
from evenvoice.report.page import write_report
from evenvoice.report.recipe_figure import recipe_figure, write_recipe_figure
from evenvoice.report.templates import fill_template
from evenvoice.report.voice_figures import descriptors, features_figure, spectrogram_figure

if TYPE_CHECKING:
    from evenvoice.report.tuning import tuning_as_json, tuning_as_text, write_tuning_report
else:
    __getattr__, __dir__ = lazy_names(
        __name__, dict.fromkeys(("tuning_as_json", "tuning_as_text", "write_tuning_report"), "tuning")
    )

__all__ = [
    "FeatureMap",
    "Illustration",
    "breakdowns",
    "comparison_figure",
    "confusion_figure",
    "counts_figure",
    "curve",
    "curves_figure",
    "descriptors",
    "det_figure",
    "emotion_scores",
    "emotions_figure",
    "feature_map",
    "features_figure",
    "figure_kinds",
    "fill_template",
    "gains_figure",
    "imbalance_figure",
    "learning_curve",
    "learning_curve_figure",
    "learning_curve_table",
    "map_figure",
    "recipe_figure",
    "roc_figure",
    "spectrogram_figure",
    "style",
    "tuning_as_json",
    "tuning_as_text",
    "write_balance_report",
    "write_figure",
    "write_recipe_figure",
    "write_report",
    "write_tuning_report",
]
