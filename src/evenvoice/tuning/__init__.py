"""Tuning without the test part: settings are proposed, judged on validation parts with other speakers, and kept."""

from evenvoice.tuning.outcome import Trial, Tuning, load_tuning
from evenvoice.tuning.run import tune

__all__ = ["Trial", "Tuning", "load_tuning", "tune"]
