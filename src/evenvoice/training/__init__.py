"""Fit recipes, and hand over what was fitted."""

from evenvoice.training.examples import Examples
from evenvoice.training.fit import TrainedModel, fit

__all__ = ["Examples", "TrainedModel", "fit"]
