"""The options of the extractor ``mfcc``: one frozen set of numbers, checked when it is made."""

from __future__ import annotations

from typing import Self

from pydantic import ConfigDict, Field, model_validator

from evenvoice.options import Settings


class MFCCSettings(Settings):
    """From waveform to MFCC, Δ and ΔΔ. The defaults are librosa's; `SPEECH` is the usual 25 ms window every 10 ms.

    Args:
        sample_rate: Of the waveform, in Hz.
        n_fft: Length of the Fourier transform, in samples; even.
        win_length: Length of the Hann window, in samples; ``None`` is ``n_fft``.
        hop_length: From one frame to the next, in samples.
        n_mels: Number of mel bands.
        n_mfcc: Number of cepstral coefficients kept.

    Raises:
        EvenvoiceError: A value is impossible, or the values contradict each other.

    Examples:
        >>> MFCCSettings(n_fft=512, win_length=400, hop_length=160, n_mels=40) == SPEECH
        True
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sample_rate: int = Field(default=16000, gt=0, le=1_000_000)
    n_fft: int = Field(default=2048, gt=0, le=2**16, multiple_of=2)
    win_length: int | None = Field(default=None, gt=0, le=2**16)
    hop_length: int = Field(default=512, gt=0)
    n_mels: int = Field(default=128, gt=0, le=1024)
    n_mfcc: int = Field(default=40, gt=0)

    @property
    def window(self) -> int:
        """Length of the Hann window in samples: ``win_length``, else ``n_fft``."""
        return self.n_fft if self.win_length is None else self.win_length

    @model_validator(mode="after")
    def _agree(self) -> Self:
        """Refuse settings that contradict each other."""
        if self.window > self.n_fft:
            raise ValueError(
                f"win_length {self.win_length} is above n_fft {self.n_fft}; raise n_fft or shorten the window"
            )
        if self.n_mfcc > self.n_mels:
            raise ValueError(f"n_mfcc {self.n_mfcc} is above n_mels {self.n_mels}; raise n_mels or lower n_mfcc")
        return self


SPEECH = MFCCSettings(win_length=400, n_fft=512, hop_length=160, n_mels=40, n_mfcc=40)
