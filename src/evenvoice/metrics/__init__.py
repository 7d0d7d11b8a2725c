"""Predictions to scores, with intervals over speakers, tests between systems, calibration and breakdowns."""

from evenvoice.metrics.breakdown import BREAKDOWNS, breakdown, worst
from evenvoice.metrics.calibration import brier, ece, fit_temperature, log_loss, reliability, with_temperature
from evenvoice.metrics.coverage import recommended, trust
from evenvoice.metrics.intervals import METHODS, Interval, confusion_intervals, intervals
from evenvoice.metrics.paired import Comparison, compare_systems, holm
from evenvoice.metrics.predictions import PROBABILITY, labels_of, make_predictions, read_predictions
from evenvoice.metrics.scores import Scores, score, unweighted_accuracy

__all__ = [
    "BREAKDOWNS",
    "METHODS",
    "PROBABILITY",
    "Comparison",
    "Interval",
    "Scores",
    "breakdown",
    "brier",
    "compare_systems",
    "confusion_intervals",
    "ece",
    "fit_temperature",
    "holm",
    "intervals",
    "labels_of",
    "log_loss",
    "make_predictions",
    "read_predictions",
    "recommended",
    "reliability",
    "score",
    "trust",
    "unweighted_accuracy",
    "with_temperature",
    "worst",
]
