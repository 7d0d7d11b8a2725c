"""Predictions to scores, with intervals over speakers, tests between systems, calibration and breakdowns."""

from evenvoice.evaluation.breakdown import BREAKDOWNS, breakdown, worst
from evenvoice.evaluation.calibration import brier, ece, fit_temperature, log_loss, reliability, with_temperature
from evenvoice.evaluation.coverage import recommended, trust
from evenvoice.evaluation.intervals import METHODS, Interval, confusion_intervals, intervals
from evenvoice.evaluation.paired import Comparison, compare_systems, holm
from evenvoice.evaluation.predictions import PROBABILITY, labels_of, make_predictions, read_predictions
from evenvoice.evaluation.scores import Scores, score, unweighted_accuracy

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
