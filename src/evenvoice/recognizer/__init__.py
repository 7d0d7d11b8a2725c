"""A trained model in use: waveform in, probabilities out. No torch, scikit-learn, scipy or pandas."""

from evenvoice.recognizer.profile import SpeakerProfile
from evenvoice.recognizer.ready import ready_model
from evenvoice.recognizer.recognizer import Recognizer

__all__ = ["Recognizer", "SpeakerProfile", "ready_model"]
