"""Waveform to log-mel bands, for networks that look at a spectrogram."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from evenvoice.errors import EvenvoiceError
from evenvoice.features.mel import mel_basis
from evenvoice.features.voice.contours import QUIET, trimmed
from evenvoice.features.voice.power import Power
from evenvoice.options import Count

# Seconds.
_WINDOW, _HOP = 0.025, 0.01


class LogMel(nn.Module):
    """Natural logarithm of the power in triangular mel bands, every 10 ms.

    Centred Hann windows of 25 ms. The bands run from 0 Hz to half the sample rate; a triangle has the height 1, so a
    band is a sum of power, and a floor under the power keeps the logarithm finite.

    Args:
        sample_rate: Of the waveform, in Hz.
        n_mels: Number of bands.
        trim: Whether to cut off the frames before the first and after the last that is louder than 35 dB under the
            loudest, as ``voice`` does.

    Shape:
        - waveform: ``[b, n]`` float32; what lies beyond an utterance's length is ignored.
        - lengths: ``[b]`` int64, samples, 1 or more.
        - rows: ``[b, n_mels, t]`` float32; zero beyond an utterance's own frames.
        - frames: ``[b]`` int64, 1 or more: how many frames are left.

    Attributes:
        log_power: True: the rows are natural logarithms of power, which ``training.bands`` of a recipe disturbs.
        hop_length: From one frame to the next, in samples.

    Raises:
        EvenvoiceError: So many bands that one of them holds no bin of the Fourier transform.

    Source:
        Davis & Mermelstein 1980, "Comparison of parametric representations for monosyllabic word recognition"; the mel
        scale is Slaney's (`evenvoice.features.mel`).

    Examples:
        >>> rows, frames = LogMel(n_mels=40)(torch.randn(2, 16000), torch.tensor([16000, 100]))
        >>> rows.shape, frames.tolist()
        (torch.Size([2, 40, 101]), [101, 1])
    """

    name: ClassVar[str] = "log-mel"
    version: ClassVar[int] = 1
    default_shape: ClassVar[dict[str, object]] = {"name": "sequence"}
    log_power: ClassVar[bool] = True
    mel: Tensor

    def __init__(self, *, sample_rate: Count = 16000, n_mels: Count = 80, trim: bool = False) -> None:
        super().__init__()
        self.sample_rate, self.n_rows, self.trim = sample_rate, n_mels, trim
        self.hop_length = round(_HOP * sample_rate)
        self.power = Power(sample_rate, _WINDOW, self.hop_length)
        basis = mel_basis(sample_rate, self.power.n_fft, n_mels)
        if empty := int((basis.amax(dim=1) <= 0).sum()):
            raise EvenvoiceError(
                f"extractor 'log-mel': n_mels {n_mels} are narrower than the Fourier transform's bins, and {empty} of "
                "them would be empty; give fewer, for example 80"
            )
        self.register_buffer("mel", basis / basis.amax(dim=1, keepdim=True), persistent=False)

    def forward(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return the bands ``[b, n_mels, t]`` and the number of frames ``[b]`` of each utterance."""
        position = torch.arange(waveform.shape[1], device=waveform.device)
        power = self.power(waveform.masked_fill(position >= lengths[:, None], 0.0))
        rows, frames = (self.mel @ power).log(), 1 + lengths // self.hop_length
        if self.trim:
            rows, frames = trimmed(rows, frames, level=power.sum(dim=1).log(), depth=QUIET)
        beyond = torch.arange(rows.shape[2], device=rows.device) >= frames[:, None]
        return rows.masked_fill(beyond[:, None], 0.0), frames

    def frames(self, samples: int) -> int:
        """Return how many frames so many samples have, before quiet ends are cut off."""
        return 1 + samples // self.hop_length
