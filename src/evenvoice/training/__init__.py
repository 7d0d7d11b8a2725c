"""Fit recipes, and hand over what was fitted."""

from evenvoice.training.estimator import SpeechEmotionClassifier
from evenvoice.training.examples import Examples
from evenvoice.training.export import export
from evenvoice.training.fit import TrainedModel, fit
from evenvoice.training.train import train

__all__ = ["Examples", "SpeechEmotionClassifier", "TrainedModel", "export", "fit", "train"]
