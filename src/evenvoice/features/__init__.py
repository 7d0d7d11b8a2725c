"""Waveform to features: extractors (librosa's MFCC, Δ and ΔΔ in torch, and others), and the shapes that models take.

The road: `extract` (or an `Extractor`) → ``shape.rows`` → normalise → ``shape.image``.
"""

from evenvoice.features.cache import DECODING_VERSION, cache_size, clear_cache
from evenvoice.features.extract import (
    extract,
    extract_each,
    extract_waveforms,
    keeps_rows,
)
from evenvoice.features.extractor import EXTRACTORS, Extractor, Features, FeatureSettings, compute, exportable
from evenvoice.features.fourier import for_model_file
from evenvoice.features.functionals import Functionals
from evenvoice.features.mfcc import MFCC
from evenvoice.features.mfcc_settings import SPEECH, MFCCSettings
from evenvoice.features.of_clip import Extracted, feature_digest, rows_of
from evenvoice.features.shapes import SHAPES, Shape, ShapeSettings
from evenvoice.features.threads import one_thread
from evenvoice.features.voice import Voice

__all__ = [
    "DECODING_VERSION",
    "EXTRACTORS",
    "MFCC",
    "SHAPES",
    "SPEECH",
    "Extracted",
    "Extractor",
    "FeatureSettings",
    "Features",
    "Functionals",
    "MFCCSettings",
    "Shape",
    "ShapeSettings",
    "Voice",
    "cache_size",
    "clear_cache",
    "compute",
    "exportable",
    "extract",
    "extract_each",
    "extract_waveforms",
    "feature_digest",
    "for_model_file",
    "keeps_rows",
    "one_thread",
    "rows_of",
]
