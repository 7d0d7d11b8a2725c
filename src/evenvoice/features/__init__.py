"""Waveform to features: extractors (librosa's MFCC, Δ and ΔΔ in torch, and others), and the shapes that models take.

The road: `extract` (or an `Extractor`) → ``shape.rows`` → normalise → ``shape.image``.
"""

from evenvoice.features.cache import DECODING_VERSION, cache_size, clear_cache
from evenvoice.features.extract import extract, extract_waveforms
from evenvoice.features.extractor import EXTRACTORS, Extractor, Features, FeatureSettings, compute, exportable
from evenvoice.features.mfcc import MFCC
from evenvoice.features.mfcc_settings import SPEECH, MFCCSettings
from evenvoice.features.shapes import SHAPES, Shape, ShapeSettings
from evenvoice.features.threads import one_thread

__all__ = [
    "DECODING_VERSION",
    "EXTRACTORS",
    "MFCC",
    "SHAPES",
    "SPEECH",
    "Extractor",
    "FeatureSettings",
    "Features",
    "MFCCSettings",
    "Shape",
    "ShapeSettings",
    "cache_size",
    "clear_cache",
    "compute",
    "exportable",
    "extract",
    "extract_waveforms",
    "one_thread",
]
