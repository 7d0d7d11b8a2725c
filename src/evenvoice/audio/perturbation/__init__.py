"""Changed waveforms to train on: as another speaker, room or channel would have had them. Never for test parts."""

from evenvoice.audio.perturbation.by_name import PERTURBATIONS, Perturbation, open_perturbation

__all__ = ["PERTURBATIONS", "Perturbation", "open_perturbation"]
