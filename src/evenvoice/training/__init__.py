"""Fit recipes, and hand over what was fitted."""

from evenvoice.training.estimator import SpeechEmotionClassifier
from evenvoice.training.examples import Examples
from evenvoice.training.export import export
from evenvoice.training.fitting import TrainedModel, fit
from evenvoice.training.on_corpus import train

__all__ = ["Examples", "SpeechEmotionClassifier", "TrainedModel", "export", "fit", "train"]
