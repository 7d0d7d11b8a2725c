"""Tuning without the test part: settings are proposed, judged on validation parts with other speakers, and kept."""

from evenvoice.tuning.outcome import ENOUGH_TRIALS, Trial, Tuning, load_tuning
from evenvoice.tuning.run import tune
from evenvoice.tuning.space import own_settings

__all__ = ["ENOUGH_TRIALS", "Trial", "Tuning", "load_tuning", "own_settings", "tune"]
