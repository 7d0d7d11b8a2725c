"""The extractors of the systems that the paper's Table 6 compares with, one file each.

Each is a class of settings, a function from a waveform ``[n]`` and settings to features ``[n_rows, t]``, ragged in time
and not normalised, and both together as an `Extractor`. librosa makes what it has; it is imported when a function is
first called.
"""

from evenvoice.features.baselines.base import BaselineExtractor, SequenceSettings
from evenvoice.features.baselines.log_spectrogram import (
    LogSpectrogram,
    LogSpectrogramSettings,
    log_spectrogram_features,
)
from evenvoice.features.baselines.mfcc_cqt_f0 import MfccCqtF0, MfccCqtF0Settings, mfcc_cqt_f0_features
from evenvoice.features.baselines.short_term import ShortTerm, ShortTermSettings, short_term_features

__all__ = [
    "BaselineExtractor",
    "LogSpectrogram",
    "LogSpectrogramSettings",
    "MfccCqtF0",
    "MfccCqtF0Settings",
    "SequenceSettings",
    "ShortTerm",
    "ShortTermSettings",
    "log_spectrogram_features",
    "mfcc_cqt_f0_features",
    "short_term_features",
]
