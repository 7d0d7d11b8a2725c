"""Recordings to waveforms: decode (soundfile), mix down, resample (soxr).

Whatever cannot be used raises one `AudioError` whose line names the file and the remedy. Training and recognition hear
through this one room, so a model is never given a sound that it was not trained on.
"""

from evenvoice.audio.container import SUFFIXES
from evenvoice.audio.recording import Clip, Recording, content_hash, decode, duration, load, read
from evenvoice.audio.waveform import Waveform, check_waveform, resample

__all__ = [
    "SUFFIXES",
    "Clip",
    "Recording",
    "Waveform",
    "check_waveform",
    "content_hash",
    "decode",
    "duration",
    "load",
    "read",
    "resample",
]
