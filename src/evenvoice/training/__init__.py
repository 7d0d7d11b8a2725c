"""Fit recipes, and hand over what was fitted."""

from evenvoice.training.asking import Fitting, Times, timed
from evenvoice.training.classifier import SpeechEmotionClassifier
from evenvoice.training.dataset import Dataset
from evenvoice.training.device import check_device
from evenvoice.training.disturb import Scale
from evenvoice.training.export import export
from evenvoice.training.fit_steps import fit_images_steps
from evenvoice.training.fitting import fit, fit_images
from evenvoice.training.images import Images
from evenvoice.training.load import check_emotions, load_dataset, load_for
from evenvoice.training.loop import OnEpoch, PlannedRows, train_network
from evenvoice.training.normalise import Normaliser
from evenvoice.training.on_corpus import train
from evenvoice.training.plans import make_plan
from evenvoice.training.prepare import fit_normaliser, to_images, to_training_images
from evenvoice.training.settling import MOST_UNSETTLED, unsettled, unsettled_shares, unsettled_words
from evenvoice.training.trained import TrainedModel, Watched
from evenvoice.training.trainers import FitJob, LoopTrainer, StackedTrainer, Trainer
from evenvoice.training.weights import WEIGHTS_FILE, can_be_kept, load_weights, save_weights, why_not_kept

__all__ = [
    "MOST_UNSETTLED",
    "WEIGHTS_FILE",
    "Dataset",
    "FitJob",
    "Fitting",
    "Images",
    "LoopTrainer",
    "Normaliser",
    "OnEpoch",
    "PlannedRows",
    "Scale",
    "SpeechEmotionClassifier",
    "StackedTrainer",
    "Times",
    "TrainedModel",
    "Trainer",
    "Watched",
    "can_be_kept",
    "check_device",
    "check_emotions",
    "export",
    "fit",
    "fit_images",
    "fit_images_steps",
    "fit_normaliser",
    "load_dataset",
    "load_for",
    "load_weights",
    "make_plan",
    "save_weights",
    "timed",
    "to_images",
    "to_training_images",
    "train",
    "train_network",
    "unsettled",
    "unsettled_shares",
    "unsettled_words",
    "why_not_kept",
]
