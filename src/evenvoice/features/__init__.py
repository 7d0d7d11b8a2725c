"""Waveform to features: librosa's MFCC, Δ and ΔΔ in torch, batched, cached and exportable; and the rivals' front ends.

The road: `extract` (or `MFCC`) → `rows` → normalise → `image`.
"""

from evenvoice.features.cache import FRONT_END_VERSION, cache_size, clear_cache
from evenvoice.features.extract import extract, hear
from evenvoice.features.forms import image, n_normalised, rows, shape
from evenvoice.features.front_ends import FRONT_ENDS, FrontEndSettings, check_front_end
from evenvoice.features.mfcc import MFCC
from evenvoice.features.settings import SPEECH, MFCCSettings

__all__ = [
    "FRONT_ENDS",
    "FRONT_END_VERSION",
    "MFCC",
    "SPEECH",
    "FrontEndSettings",
    "MFCCSettings",
    "cache_size",
    "check_front_end",
    "clear_cache",
    "extract",
    "hear",
    "image",
    "n_normalised",
    "rows",
    "shape",
]
