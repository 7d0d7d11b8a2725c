"""Predictions to scores."""

from evenvoice.evaluation.predictions import PROBABILITY, labels_of, make_predictions, read_predictions
from evenvoice.evaluation.scores import Scores, score, unweighted_accuracy

__all__ = [
    "PROBABILITY",
    "Scores",
    "labels_of",
    "make_predictions",
    "read_predictions",
    "score",
    "unweighted_accuracy",
]
