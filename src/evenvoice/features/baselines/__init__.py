"""The front ends of the systems that the paper's Table 6 compares with, one file each.

Each is a class of settings and a function: waveform ``[n]`` and settings in, features ``[n_rows, t]`` out, ragged in
time and not normalised. librosa makes what it has; it is imported when a function is first called.
"""

from evenvoice.features.baselines.base import RivalSettings
from evenvoice.features.baselines.log_spectrogram import LogSpectrogramSettings, log_spectrogram_features
from evenvoice.features.baselines.mfcc_cqt_f0 import MfccCqtF0Settings, mfcc_cqt_f0_features
from evenvoice.features.baselines.short_term import ShortTermSettings, short_term_features

__all__ = [
    "LogSpectrogramSettings",
    "MfccCqtF0Settings",
    "RivalSettings",
    "ShortTermSettings",
    "log_spectrogram_features",
    "mfcc_cqt_f0_features",
    "short_term_features",
]
