"""Waveform to features: librosa's MFCC, Δ and ΔΔ in torch, batched, cached and exportable.

The road: `extract` (or `MFCC`) → `rows` → normalise → `image`.
"""

from evenvoice.frontend.cache import FRONT_END_VERSION, cache_size, clear_cache
from evenvoice.frontend.extract import extract, hear
from evenvoice.frontend.forms import image, rows, shape
from evenvoice.frontend.mfcc import MFCC
from evenvoice.frontend.settings import SPEECH, FrontEndSettings

__all__ = [
    "FRONT_END_VERSION",
    "MFCC",
    "SPEECH",
    "FrontEndSettings",
    "cache_size",
    "clear_cache",
    "extract",
    "hear",
    "image",
    "rows",
    "shape",
]
