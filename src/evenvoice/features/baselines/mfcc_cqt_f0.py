"""MFCC, constant-Q chroma and F0: the extractor of Santoso et al. 2022 ([43], acoustic branch).

[43] J. Santoso, T. Yamada, K. Ishizuka, T. Hashimoto, S. Makino, "Speech emotion recognition based on self-attention
weight correction for acoustic and text features", IEEE Access 10 (2022) 115732-115743.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from evenvoice.audio import Waveform
from evenvoice.features.baselines.base import BaselineExtractor, Features, SequenceSettings, filled

N_CHROMA = 12

# librosa's constant-Q transform: seven octaves of 36 bins from C1 up, each octave at half the rate of the one above.
_LOWEST_NOTE_HZ = 32.70
_OCTAVES = 7
_BINS_PER_OCTAVE = 36
# A bin is a third of a semitone wide, and telling it from its neighbours takes this many periods.
_PERIODS = 52

# P. Boersma, "Accurate short-term analysis of the fundamental frequency …", 1993, and Praat since: voiced from here up.
_VOICED = 0.45


class MfccCqtF0Settings(SequenceSettings):
    """20 MFCC, 12 chroma of a constant-Q transform and log F0: 33 rows.

    From general knowledge, not read again: [43] uses MFCC, a constant-Q transform and F0. Everything else is assumed:
    the 33 rows, as common sets of this kind have them; librosa's transform of 2048 samples every 512; 250 frames (8 s).
    The limit of the original is not known; 750 frames of this hop would be 24 s, longer than almost any utterance.

    Args:
        sample_rate: Of the waveform, in Hz; the highest note, 4.2 kHz, must lie well below half of it.
        n_fft: Length of the Fourier transform, and of the frames in which F0 is sought, in samples; even.
        hop_length: From one frame to the next, in samples; a multiple of 64, as six octaves halve it six times.
        n_mfcc: Number of cepstral coefficients, of 128 mel bands.
        lowest_hz: The lowest F0 sought.
        highest_hz: The highest F0 sought.

    Raises:
        EvenvoiceError: A value is impossible, or the values contradict each other.

    Examples:
        >>> MfccCqtF0Settings().n_rows, MfccCqtF0Settings().frames(127520)
        (33, 250)
    """

    sample_rate: int = Field(default=16000, ge=11025, le=1_000_000)
    n_fft: int = Field(default=2048, ge=512, le=2**16, multiple_of=2)
    hop_length: int = Field(default=512, gt=0, multiple_of=64)
    n_mfcc: int = Field(default=20, gt=0, le=128)
    lowest_hz: float = Field(default=65.0, gt=0, allow_inf_nan=False)
    highest_hz: float = Field(default=500.0, gt=0, allow_inf_nan=False)

    @property
    def n_rows(self) -> int:
        """Number of features of a frame."""
        return self.n_mfcc + N_CHROMA + 1

    def frames(self, samples: int) -> int:
        """Return how many frames so many samples have: as a centred transform counts them."""
        return 1 + samples // self.hop_length

    @model_validator(mode="after")
    def _agree(self) -> Self:
        """Refuse settings that contradict each other."""
        if not self.lowest_hz < self.highest_hz < self.sample_rate / 4:
            raise ValueError(
                f"lowest_hz {self.lowest_hz:g} and highest_hz {self.highest_hz:g} are no range of F0 at sample_rate "
                f"{self.sample_rate}; set lowest_hz below highest_hz and both below {self.sample_rate / 4:g}"
            )
        # Two periods: one to compare with the next.
        needed = math.ceil(2 * self.sample_rate / self.lowest_hz)
        if needed > self.n_fft:
            raise ValueError(
                f"n_fft {self.n_fft} is shorter than two periods of lowest_hz {self.lowest_hz:g}; "
                f"set n_fft to {needed} or more, or raise lowest_hz"
            )
        return self


def mfcc_cqt_f0_features(waveform: Waveform, settings: MfccCqtF0Settings) -> Features:
    """Return MFCC, chroma and log F0: float32 ``[n_mfcc + 13, t]``, ``t = settings.frames(n)``.

    The MFCC are librosa's at its defaults. So is the chroma (each frame divided by its largest; zeros in silence), but
    for the tuning: A is 440 Hz and not estimated from the recording, since nobody tunes a voice. For F0 see `log_f0`.

    Args:
        waveform: float32 ``[n]``, mono at the settings' sample rate, n >= 1.
        settings: The extractor.

    Raises:
        ModuleNotFoundError: librosa is not installed.

    Examples:
        >>> mfcc_cqt_f0_features(np.zeros(1600, np.float32), MfccCqtF0Settings()).shape
        (33, 4)
    """
    import librosa

    rate, hop_length = settings.sample_rate, settings.hop_length
    # Beyond the ends there are zeros anyway; with them the lowest note's filter, of a power of two, has room.
    room = 2 ** math.ceil(math.log2(_PERIODS * rate / _LOWEST_NOTE_HZ))
    roomy = filled(waveform, max(room, settings.n_fft))
    cepstrum = librosa.feature.mfcc(
        y=filled(waveform, settings.n_fft), sr=rate, n_mfcc=settings.n_mfcc, n_fft=settings.n_fft, hop_length=hop_length
    )
    chroma = librosa.feature.chroma_cqt(
        y=roomy,
        sr=rate,
        hop_length=hop_length,
        n_octaves=_OCTAVES,
        bins_per_octave=_BINS_PER_OCTAVE,
        n_chroma=N_CHROMA,
        tuning=0.0,
    )
    frames = settings.frames(waveform.size)
    pitch = log_f0(waveform, settings)[None]
    every = np.concatenate([rows[:, :frames] for rows in (cepstrum, chroma, pitch)])
    return np.ascontiguousarray(every, dtype=np.float32)


def log_f0(waveform: Waveform, settings: MfccCqtF0Settings) -> npt.NDArray[np.float64]:
    """Return the natural logarithm of F0 in Hz, without gaps: float64 ``[t]``.

    F0 is found by YIN (`librosa.yin`); pYIN would tell voiced frames as well, but takes some thirty times as long. YIN
    answers in unvoiced frames too, with chance numbers. So a frame counts as voiced only where it is like itself one
    period later (`periodicity` at least 0.45); in between, log F0 runs in a straight line from one voiced frame to the
    next, and before the first and after the last it stays. Where nothing is voiced, it is the middle of the range.

    Examples:
        >>> tone = np.sin(2 * np.pi * 200 * np.arange(16000) / 16000).astype(np.float32)
        >>> float(np.exp(log_f0(tone, MfccCqtF0Settings()))[5].round())
        200.0
    """
    import librosa

    low, high, rate = settings.lowest_hz, settings.highest_hz, settings.sample_rate
    found = librosa.yin(
        waveform, fmin=low, fmax=high, sr=rate, frame_length=settings.n_fft, hop_length=settings.hop_length
    )
    f0 = np.clip(found.astype(np.float64), low, high)
    voiced = periodicity(waveform, np.rint(rate / f0).astype(int), settings) >= _VOICED
    if not voiced.any():
        return np.full(f0.size, (math.log(low) + math.log(high)) / 2)
    time = np.arange(f0.size)
    return np.interp(time, time[voiced], np.log(f0[voiced]))


def periodicity(waveform: Waveform, lags: npt.NDArray[np.int_], settings: MfccCqtF0Settings) -> npt.NDArray[np.float64]:
    """Return the correlation of each centred frame with itself ``lags`` samples later: float64 ``[t]``, 0 in silence.

    Σ x[n]·x[n+lag] / sqrt(Σ x[n]² · Σ x[n+lag]²), sums over the frame less its mean: 1 for a period that repeats.

    Examples:
        >>> tone = np.sin(2 * np.pi * 200 * np.arange(16000) / 16000).astype(np.float32)
        >>> lags = np.full(32, 80)
        >>> [float(periodicity(tone, lag, MfccCqtF0Settings())[5].round(3)) for lag in (lags, lags // 2)]
        [1.0, -1.0]
    """
    import librosa

    half = settings.n_fft // 2
    centred = np.pad(waveform.astype(np.float64), half)
    frames = librosa.util.frame(centred, frame_length=settings.n_fft, hop_length=settings.hop_length)
    frames = frames - frames.mean(axis=0)  # an offset would repeat at every lag, and pass for a voice
    return np.array([_correlation(x[:-lag], x[lag:]) for x, lag in zip(frames.T, lags, strict=True)])


def _correlation(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> float:
    """Return Σ x·y / sqrt(Σ x² · Σ y²), 0 where either is silent."""
    energies = float(x @ x) * float(y @ y)
    return float(x @ y) / math.sqrt(energies) if energies > 0 else 0.0


class MfccCqtF0(BaselineExtractor):
    """`mfcc_cqt_f0_features` as an extractor."""

    name: ClassVar[str] = "mfcc-cqt-f0"
    default_shape: ClassVar[dict[str, Any]] = {"name": "sequence", "seconds": 7.97}
    Settings: ClassVar[type[SequenceSettings]] = MfccCqtF0Settings

    def _features(self, waveform: Waveform) -> Features:
        assert isinstance(self.settings, MfccCqtF0Settings)
        return mfcc_cqt_f0_features(waveform, self.settings)
