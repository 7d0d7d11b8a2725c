"""Fit recipes, and hand over what was fitted."""

from evenvoice.training.classifier import SpeechEmotionClassifier
from evenvoice.training.dataset import Dataset
from evenvoice.training.export import export
from evenvoice.training.fitting import fit
from evenvoice.training.load import load_dataset
from evenvoice.training.on_corpus import train
from evenvoice.training.trained import TrainedModel
from evenvoice.training.trainers import FitJob, LoopTrainer, Trainer

__all__ = [
    "Dataset",
    "FitJob",
    "LoopTrainer",
    "SpeechEmotionClassifier",
    "TrainedModel",
    "Trainer",
    "export",
    "fit",
    "load_dataset",
    "train",
]
