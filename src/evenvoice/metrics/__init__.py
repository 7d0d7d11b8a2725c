"""Predictions to scores, with intervals over speakers and fits, comparisons, plans, calibration and subgroups."""

from evenvoice.metrics.calibration import (
    brier,
    ece,
    fit_temperature,
    log_loss,
    log_probabilities,
    reliability,
    temperature_of_logits,
    with_temperature,
)
from evenvoice.metrics.comparison import Comparison
from evenvoice.metrics.coverage import recommended, trust
from evenvoice.metrics.interval import CORPUS, MODEL, RECIPE, TARGETS, Components, Interval, Varies
from evenvoice.metrics.intervals import METHODS, confusion_intervals, intervals
from evenvoice.metrics.names import measure_name
from evenvoice.metrics.paired import compare_systems
from evenvoice.metrics.pairing import common_fits, distinct
from evenvoice.metrics.permutation import holm
from evenvoice.metrics.pilot import Detectable, Pilot, mdd_of, pilot_of, typical_components
from evenvoice.metrics.planning import StudyPlan, minimum_detectable_difference, plan_study
from evenvoice.metrics.predictions import (
    PROBABILITY,
    check_predictions,
    labels_of,
    make_predictions,
    read_predictions,
    taken_names,
)
from evenvoice.metrics.proportions import wilson
from evenvoice.metrics.scores import Scores, score, unweighted_accuracy
from evenvoice.metrics.subgroups import SUBGROUPS, subgroup_columns, subgroups, worst, worst_of

__all__ = [
    "CORPUS",
    "METHODS",
    "MODEL",
    "PROBABILITY",
    "RECIPE",
    "SUBGROUPS",
    "TARGETS",
    "Comparison",
    "Components",
    "Detectable",
    "Interval",
    "Pilot",
    "Scores",
    "StudyPlan",
    "Varies",
    "brier",
    "check_predictions",
    "common_fits",
    "compare_systems",
    "confusion_intervals",
    "distinct",
    "ece",
    "fit_temperature",
    "holm",
    "intervals",
    "labels_of",
    "log_loss",
    "log_probabilities",
    "make_predictions",
    "mdd_of",
    "measure_name",
    "minimum_detectable_difference",
    "pilot_of",
    "plan_study",
    "read_predictions",
    "recommended",
    "reliability",
    "score",
    "subgroup_columns",
    "subgroups",
    "taken_names",
    "temperature_of_logits",
    "trust",
    "typical_components",
    "unweighted_accuracy",
    "wilson",
    "with_temperature",
    "worst",
    "worst_of",
]
