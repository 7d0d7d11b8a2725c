"""Perturbations of waveforms, for training parts alone: each by a name such as ``speed:0.9``."""

from evenvoice.audio.perturbation.registry import PERTURBATIONS, Perturbation, open_perturbation

__all__ = ["PERTURBATIONS", "Perturbation", "open_perturbation"]
