"""What the MFCC front end is told: one frozen set of numbers, checked when it is made."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Form = Literal["mean", "array", "channels", "sequence", "functionals"]
MeanLayout = Literal["pad", "average", "split", "channels"]

# A folded mean vector is 16 x 8 values.
MEAN_SIZE = 128

_OUTSIDE_THE_CACHE = {"name", "form", "mean_layout", "seconds"}


class MFCCSettings(BaseModel):
    """From waveform to network input. The defaults are librosa's; `SPEECH` is the usual 25 ms window every 10 ms.

    Args:
        sample_rate: Of the waveform, in Hz.
        n_fft: Length of the Fourier transform, in samples; even.
        win_length: Length of the Hann window, in samples; ``None`` is ``n_fft``.
        hop_length: From one frame to the next, in samples.
        n_mels: Number of mel bands.
        n_mfcc: Number of cepstral coefficients kept.
        name: ``mfcc``, which tells it from the front ends of the rivals.
        form: ``mean`` (one vector, folded to 16 x 8), ``array`` (3·n_mfcc x frames, one channel), ``channels``
            (n_mfcc x frames, three channels: MFCC, Δ, ΔΔ), ``sequence`` (3·n_mfcc x frames and a last row that says
            which frames are the utterance's own) or ``functionals`` (mean, standard deviation, minimum, maximum and
            slope of each of the 3·n_mfcc trajectories).
        mean_layout: Where the 128 values of ``mean`` come from: ``pad`` (3·n_mfcc means, then zeros), ``average``
            (128 MFCC, the mean over time and over MFCC, Δ and ΔΔ), ``split`` (43 + 43 + 42) or ``channels``
            (128 of each, as three channels).
        seconds: How much of an utterance ``array``, ``channels`` and ``sequence`` show; the rest is cropped, and what
            is missing is filled with zeros.

    Raises:
        pydantic.ValidationError: A value is impossible, or the values contradict each other.

    Examples:
        >>> MFCCSettings().n_frames
        94
        >>> MFCCSettings(n_fft=512, win_length=400, hop_length=160, n_mels=40) == SPEECH
        True
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Literal["mfcc"] = "mfcc"
    sample_rate: int = Field(default=16000, gt=0)
    n_fft: int = Field(default=2048, gt=0, multiple_of=2)
    win_length: int | None = Field(default=None, gt=0)
    hop_length: int = Field(default=512, gt=0)
    n_mels: int = Field(default=128, gt=0)
    n_mfcc: int = Field(default=40, gt=0)
    form: Form = "mean"
    mean_layout: MeanLayout = "pad"
    seconds: float = Field(default=3.0, gt=0, allow_inf_nan=False)

    @property
    def n_frames(self) -> int:
        """Number of frames in ``seconds``, as a centred transform counts them."""
        return 1 + int(self.seconds * self.sample_rate) // self.hop_length

    @property
    def n_rows(self) -> int:
        """Number of rows of the ragged features: MFCC, Δ and ΔΔ."""
        return 3 * self.n_mfcc

    @property
    def window(self) -> int:
        """Length of the Hann window in samples: ``win_length``, else ``n_fft``."""
        return self.n_fft if self.win_length is None else self.win_length

    def feature_parameters(self) -> dict[str, Any]:
        """Return the parameters that change the ragged features, and no others: the cache is keyed by them.

        Examples:
            >>> one, other = MFCCSettings(form="array"), MFCCSettings(form="channels", win_length=2048)
            >>> one.feature_parameters() == other.feature_parameters()
            True
        """
        return {**self.model_dump(exclude=_OUTSIDE_THE_CACHE), "win_length": self.window}

    @model_validator(mode="after")
    def _agree(self) -> Self:
        """Refuse settings that contradict each other."""
        if self.window > self.n_fft:
            raise ValueError(
                f"win_length {self.win_length} is above n_fft {self.n_fft}; raise n_fft or shorten the window"
            )
        if self.n_mfcc > self.n_mels:
            raise ValueError(f"n_mfcc {self.n_mfcc} is above n_mels {self.n_mels}; raise n_mels or lower n_mfcc")
        if self.form == "mean":
            self._check_mean_layout()
        return self

    def _check_mean_layout(self) -> None:
        """Refuse a number of coefficients that the layout cannot lay out in 128 values."""
        if self.mean_layout == "pad" and 3 * self.n_mfcc > MEAN_SIZE:
            raise ValueError(
                f"mean_layout 'pad' has room for 3 x 42 means, found n_mfcc {self.n_mfcc}; lower n_mfcc to 42 or less, "
                "or choose mean_layout 'split' (43), 'average' or 'channels' (128)"
            )
        wanted = {"pad": self.n_mfcc, "split": 43, "average": MEAN_SIZE, "channels": MEAN_SIZE}[self.mean_layout]
        if self.n_mfcc != wanted:
            raise ValueError(
                f"mean_layout '{self.mean_layout}' needs n_mfcc {wanted}, found {self.n_mfcc}; "
                f"set n_mfcc to {wanted} (and n_mels to at least that), or choose mean_layout 'pad'"
            )


SPEECH = MFCCSettings(win_length=400, n_fft=512, hop_length=160, n_mels=40, n_mfcc=40)
