"""Waveform to features: librosa's MFCC, Δ and ΔΔ in torch, batched, cached and exportable; and the rivals' front ends.

The road: `extract` (or `MFCC`) → `rows` → normalise → `image`.
"""

from evenvoice.frontend.cache import FRONT_END_VERSION, cache_size, clear_cache
from evenvoice.frontend.extract import extract, hear
from evenvoice.frontend.forms import image, n_normalised, rows, shape
from evenvoice.frontend.front_ends import FRONT_ENDS, FrontEndSettings, check_front_end
from evenvoice.frontend.mfcc import MFCC
from evenvoice.frontend.settings import SPEECH, MFCCSettings

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
