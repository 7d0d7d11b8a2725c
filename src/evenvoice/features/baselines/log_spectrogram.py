"""Log-power spectrogram: the extractor of Xu et al. 2019 (speech branch, [44]) and of Satt et al. 2017 ([45]).

[44] H. Xu, H. Zhang, K. Han, Y. Wang, Y. Peng, X. Li, "Learning alignment for multimodal emotion recognition from
speech", arXiv:1909.05645, 2019. [45] A. Satt, S. Rozenberg, R. Hoory, "Efficient emotion recognition from speech using
deep learning on spectrograms", Interspeech 2017, 1089-1093.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from evenvoice.audio import Waveform
from evenvoice.features.baselines.base import BaselineExtractor, Features, SequenceSettings, filled


class LogSpectrogramSettings(SequenceSettings):
    """A spectrogram in decibels, from 0 Hz up to ``top_hz``. The defaults are those of [44].

    [44], found in the recipe that DELTA ships: 16 kHz, pre-emphasis 0.97, 25 ms every 10 ms, a transform of 512
    points, 257 bins of power, 7 s. Assumed: the Hann window, and the logarithm, which the recipe leaves off (a network
    hardly trains on plain power).

    [45], from general knowledge, not read again: 16 kHz, Hamming window of 40 ms every 10 ms, 0 to 4 kHz, logarithm,
    pieces of 3 s at most. Its grid is 10 or 20 Hz; 20 Hz is assumed, for speed.

    Args:
        sample_rate: Of the waveform, in Hz.
        pre_emphasis: a in y[n] = x[n] - a·x[n-1]; 0 leaves the waveform as it is.
        n_fft: Length of the Fourier transform, in samples; even. A bin is ``sample_rate / n_fft`` Hz wide.
        win_length: Length of the window, in samples.
        hop_length: From one frame to the next, in samples.
        window: ``hann`` or ``hamming``.
        top_hz: Only bins below this frequency are kept; ``None`` keeps all.

    Raises:
        EvenvoiceError: A value is impossible, or the values contradict each other.

    Examples:
        >>> LogSpectrogramSettings().n_rows, LogSpectrogramSettings().frames(7 * 16000)
        (257, 701)
        >>> satt = LogSpectrogramSettings(
        ...     pre_emphasis=0, n_fft=800, win_length=640, window="hamming", top_hz=4000
        ... )
        >>> satt.n_rows, satt.frames(3 * 16000)
        (200, 301)
    """

    pre_emphasis: float = Field(default=0.97, ge=0, lt=1)
    n_fft: int = Field(default=512, gt=0, le=2**16, multiple_of=2)
    win_length: int = Field(default=400, gt=0, le=2**16)
    hop_length: int = Field(default=160, gt=0)
    window: Literal["hann", "hamming"] = "hann"
    top_hz: float | None = Field(default=None, gt=0, allow_inf_nan=False)

    @property
    def n_rows(self) -> int:
        """Number of bins kept."""
        every = 1 + self.n_fft // 2
        # Bin k lies at k·sample_rate/n_fft.
        return every if self.top_hz is None else min(every, math.ceil(self.top_hz * self.n_fft / self.sample_rate))

    def frames(self, samples: int) -> int:
        """Return how many frames so many samples have: as a centred transform counts them."""
        return 1 + samples // self.hop_length

    @model_validator(mode="after")
    def _agree(self) -> Self:
        """Refuse settings that contradict each other."""
        if self.win_length > self.n_fft:
            raise ValueError(
                f"win_length {self.win_length} is above n_fft {self.n_fft}; raise n_fft or shorten the window"
            )
        if self.top_hz is not None and self.top_hz > self.sample_rate / 2:
            raise ValueError(
                f"top_hz {self.top_hz:g} is above half the sample_rate {self.sample_rate}; lower top_hz or leave it out"
            )
        return self


def log_spectrogram_features(waveform: Waveform, settings: LogSpectrogramSettings) -> Features:
    """Return the power of each bin in dB: float32 ``[n_rows, t]``, ``t = settings.frames(n)``.

    Frames are centred, with zeros beyond the ends. No value is more than 80 dB below the loudest of the utterance (what
    lies deeper in a recording is its noise floor), nor below -100 dB, which is what silence gives.

    Args:
        waveform: float32 ``[n]``, mono at the settings' sample rate, n >= 1.
        settings: The extractor.

    Raises:
        ModuleNotFoundError: librosa is not installed.

    Examples:
        >>> log_spectrogram_features(np.zeros(1600, np.float32), LogSpectrogramSettings()).shape
        (257, 11)
    """
    import librosa

    # The sample before the first is taken to be zero.
    emphasised = librosa.effects.preemphasis(filled(waveform, settings.n_fft), coef=settings.pre_emphasis, zi=[0.0])
    spectrum = librosa.stft(
        emphasised,
        n_fft=settings.n_fft,
        hop_length=settings.hop_length,
        win_length=settings.win_length,
        window=settings.window,
    )
    power = np.square(np.abs(spectrum[: settings.n_rows, : settings.frames(waveform.size)]))
    return np.ascontiguousarray(librosa.power_to_db(power, top_db=80.0), dtype=np.float32)


class LogSpectrogram(BaselineExtractor):
    """`log_spectrogram_features` as an extractor."""

    name: ClassVar[str] = "log-spectrogram"
    default_shape: ClassVar[dict[str, Any]] = {"name": "sequence", "seconds": 7.0}
    Settings: ClassVar[type[SequenceSettings]] = LogSpectrogramSettings

    def _features(self, waveform: Waveform) -> Features:
        assert isinstance(self.settings, LogSpectrogramSettings)
        return log_spectrogram_features(waveform, self.settings)
