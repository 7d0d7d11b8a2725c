"""34 short-term features: the extractor of Tripathi et al. 2018 ([42]) and of Zhang et al. 2022 ([46]).

[42] S. Tripathi, S. Tripathi, H. Beigi, "Multi-modal emotion recognition on IEMOCAP with neural networks",
arXiv:1804.05788. [46] J. Zhang, L. Xing, Z. Tan, H. Wang, K. Wang, "Multi-head attention fusion networks for
multi-modal speech emotion recognition", Computers & Industrial Engineering 168 (2022) 108078. The features are those of
pyAudioAnalysis: T. Giannakopoulos, PLoS ONE 10(12) (2015) e0144610.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from evenvoice.audio import Waveform
from evenvoice.features.baselines.base import BaselineExtractor, Features, SequenceSettings, filled
from evenvoice.features.baselines.descriptors import (
    N_MFCC,
    block_entropy,
    centroid_and_spread,
    chroma,
    flux,
    mfcc,
    roll_off,
    zero_crossing_rate,
)

NAMES = (
    "zero crossing rate",
    "energy",
    "entropy of energy",
    "spectral centroid",
    "spectral spread",
    "spectral entropy",
    "spectral flux",
    "spectral roll-off",
    *(f"MFCC {number}" for number in range(1, N_MFCC + 1)),
    *(f"chroma {note}" for note in ("A", "A#", "B", "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#")),
    "deviation of chroma",
)


class ShortTermSettings(SequenceSettings):
    """34 short-term features of long frames (`NAMES`).

    [42], found in the authors' code: 16 kHz, the mean and the loudness of each utterance taken out, frames of 0.2 s
    every 0.1 s, these 34 features, the first and the last frame left out, 100 frames. [46] is assumed to use the same:
    it takes over the motion capture features of [42].

    Args:
        sample_rate: Of the waveform, in Hz.
        window_seconds: Length of a frame.
        hop_seconds: From one frame to the next.

    Raises:
        EvenvoiceError: A value is impossible.

    Examples:
        >>> ShortTermSettings().n_rows, ShortTermSettings().frames(164800)
        (34, 100)
    """

    # Below these, bands of the MFCC hold no bin of the Fourier transform.
    sample_rate: int = Field(default=16000, ge=8000, le=1_000_000)
    window_seconds: float = Field(default=0.2, ge=0.02, le=10, allow_inf_nan=False)
    hop_seconds: float = Field(default=0.1, ge=0.001, allow_inf_nan=False)

    @property
    def n_rows(self) -> int:
        """Number of features of a frame."""
        return len(NAMES)

    @property
    def window(self) -> int:
        """Length of a frame in samples."""
        return round(self.window_seconds * self.sample_rate)

    @property
    def hop(self) -> int:
        """Samples from one frame to the next."""
        return round(self.hop_seconds * self.sample_rate)

    def frames(self, samples: int) -> int:
        """Return how many frames so many samples have: those that lie within, but the first and the last; at least 1.

        Examples:
            >>> [ShortTermSettings().frames(samples) for samples in (1, 3200, 4800, 6400, 8000)]
            [1, 1, 1, 1, 2]
        """
        within = 1 + max(0, samples - self.window) // self.hop
        return max(1, within - 2)


def short_term_features(waveform: Waveform, settings: ShortTermSettings) -> Features:
    """Return the features in the order of `NAMES`: float32 ``[34, t]``, ``t = settings.frames(n)``.

    What `descriptors` says of each feature holds for frames x of the waveform whose mean is 0 and whose peak is 1, and
    for their amplitude spectrum X[k] = |Σ x[n]·exp(-2πi·kn/N)| / K, k = 0 … K-1, K = N // 2, without a window function.
    So how loud an utterance is as a whole changes nothing. As in [42], the first and the last frame are left out, but
    of two frames or fewer the first is kept. A waveform shorter than a frame has zeros behind it.

    Args:
        waveform: float32 ``[n]``, mono at the settings' sample rate, n >= 1.
        settings: The extractor.

    Raises:
        ModuleNotFoundError: librosa is not installed.

    Examples:
        >>> short_term_features(np.zeros(48000, np.float32), ShortTermSettings()).shape
        (34, 27)
    """
    import librosa

    rate, window = settings.sample_rate, settings.window
    levelled = filled(peak_normalised(waveform), window)
    frames = librosa.util.frame(levelled, frame_length=window, hop_length=settings.hop)
    spectrum = np.abs(np.fft.rfft(frames, axis=0)[: window // 2]) / (window // 2)
    shares = chroma(spectrum, rate, window)
    squared = np.square(frames)
    every = np.vstack(
        [
            zero_crossing_rate(frames),
            squared.mean(axis=0),
            block_entropy(squared),
            *centroid_and_spread(spectrum),
            block_entropy(np.square(spectrum)),
            flux(spectrum),
            roll_off(spectrum),
            mfcc(spectrum, rate, window),
            shares,
            shares.std(axis=0),
        ]
    )
    kept = every[:, 1:-1] if every.shape[1] > 2 else every[:, :1]
    return np.ascontiguousarray(kept, dtype=np.float32)


def peak_normalised(waveform: Waveform) -> npt.NDArray[np.float64]:
    """Return the waveform with mean 0 and peak 1, float64 ``[n]``; all zeros where it is constant.

    Examples:
        >>> peak_normalised(np.array([1, 2, 3, 6], np.float32)).round(3).tolist()
        [-0.667, -0.333, 0.0, 1.0]
        >>> peak_normalised(np.full(3, 0.1, np.float32)).tolist()
        [0.0, 0.0, 0.0]
    """
    # In float64 the sum of equal float32 values is exact, so that a constant leaves no rounding to be made loud.
    exact = waveform.astype(np.float64)
    centred: npt.NDArray[np.float64] = exact - exact.mean()
    peak = float(np.abs(centred).max())
    return centred / peak if peak > 0 else centred


class ShortTerm(BaselineExtractor):
    """`short_term_features` as an extractor."""

    name: ClassVar[str] = "short-term"
    default_shape: ClassVar[dict[str, Any]] = {"name": "sequence", "seconds": 10.3}
    Settings: ClassVar[type[SequenceSettings]] = ShortTermSettings

    def _features(self, waveform: Waveform) -> Features:
        assert isinstance(self.settings, ShortTermSettings)
        return short_term_features(waveform, self.settings)
