"""Predictions to scores, with intervals over speakers, tests between systems, calibration and breakdowns."""

from evenvoice.metrics.breakdown import BREAKDOWNS, breakdown, worst
from evenvoice.metrics.calibration import brier, ece, fit_temperature, log_loss, reliability, with_temperature
from evenvoice.metrics.comparison import Comparison
from evenvoice.metrics.coverage import recommended, trust
from evenvoice.metrics.interval import CORPUS, MODEL, RECIPE, TARGETS, Components, Interval
from evenvoice.metrics.intervals import METHODS, confusion_intervals, intervals
from evenvoice.metrics.names import measure_name
from evenvoice.metrics.paired import compare_systems
from evenvoice.metrics.permutation import holm
from evenvoice.metrics.planning import StudyPlan, minimum_detectable_difference, plan_study
from evenvoice.metrics.predictions import PROBABILITY, labels_of, make_predictions, read_predictions
from evenvoice.metrics.scores import Scores, score, unweighted_accuracy

__all__ = [
    "BREAKDOWNS",
    "CORPUS",
    "METHODS",
    "MODEL",
    "PROBABILITY",
    "RECIPE",
    "TARGETS",
    "Comparison",
    "Components",
    "Interval",
    "Scores",
    "StudyPlan",
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
    "measure_name",
    "minimum_detectable_difference",
    "plan_study",
    "read_predictions",
    "recommended",
    "reliability",
    "score",
    "trust",
    "unweighted_accuracy",
    "with_temperature",
    "worst",
]
