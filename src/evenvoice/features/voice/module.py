"""Waveform to the low-level descriptors of a voice, for a batch of utterances of different length."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from evenvoice.features.voice.bands import Bands
from evenvoice.features.voice.contours import QUIET, delta, held, smooth, trimmed
from evenvoice.features.voice.f0 import F0
from evenvoice.features.voice.power import Power
from evenvoice.features.voice.spectrum import Spectrum
from evenvoice.features.voice.voicing import Voicing

# Seconds.
_WINDOW, _HOP = 0.025, 0.01


class Voice(nn.Module):
    """Energy, spectral shape, voicing, loudness, cepstrum and mel bands every 10 ms, how they move, and F0 on demand.

    Centred Hann windows of 25 ms (50 ms for the voicing) every 10 ms. Frames before the first and after the last that
    is louder than 35 dB under the loudest are cut off. Each descriptor is the mean of three frames; then the Δ over two
    frames on either side follow.

    Args:
        sample_rate: Of the waveform, in Hz.
        deltas: Whether to give the Δ of each descriptor too.
        f0: Whether to give F0 too, and which frames are voiced: two rows at the end, neither smoothed nor with a Δ.

    Shape:
        - waveform: ``[b, n]`` float32; what lies beyond an utterance's length is ignored.
        - lengths: ``[b]`` int64, samples, 1 or more.
        - rows: ``[b, n_rows, t]`` float32; zero beyond an utterance's own frames.
        - frames: ``[b]`` int64, 1 or more: how many frames are left.

    Attributes:
        row_names: One name a row, in order.
        n_rows: Their number.
        hop_length: From one frame to the next, in samples.

    Examples:
        >>> voice = Voice()
        >>> rows, frames = voice(torch.randn(2, 48000), torch.tensor([48000, 100]))
        >>> rows.shape, frames.tolist(), voice.row_names[0], voice.row_names[-1]
        (torch.Size([2, 128, 301]), [301, 1], 'zero crossings', 'Δ band 26')
    """

    name: ClassVar[str] = "voice"
    version: ClassVar[int] = 1
    default_shape: ClassVar[dict[str, Any]] = {"name": "functionals", "kind": "rich"}

    def __init__(self, *, sample_rate: int = 16000, deltas: bool = True, f0: bool = False) -> None:
        super().__init__()
        self.sample_rate = sample_rate
        self.hop_length = round(_HOP * sample_rate)
        self.deltas = deltas
        self.power = Power(sample_rate, _WINDOW, self.hop_length)
        self.spectrum = Spectrum(sample_rate, self.power.n_fft)
        self.bands = Bands(sample_rate, self.power.n_fft)
        self.voicing = Voicing(sample_rate, self.hop_length)
        names = ("zero crossings", *Spectrum.row_names, *Voicing.row_names, *Bands.row_names)
        self.f0 = F0(self.voicing) if f0 else None
        self.row_names = (*names, *(f"Δ {name}" for name in names if deltas), *(F0.row_names if f0 else ()))
        self.n_rows = len(self.row_names)

    def forward(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return the descriptors ``[b, n_rows, t]`` and the number of frames ``[b]`` of each utterance."""
        position = torch.arange(waveform.shape[1], device=waveform.device)
        own = waveform.masked_fill(position >= lengths[:, None], 0.0)
        power = self.power(own)
        spectrum = self.spectrum(power)
        band = self.voicing.band(own)
        rows = torch.cat((self._crossings(own, lengths), spectrum, self.voicing(band), self.bands(power)), dim=1)
        frames = 1 + lengths // self.hop_length
        smoothed = rows.shape[1]
        if self.f0 is not None:
            rows = torch.cat((rows, self.f0(band, frames)), dim=1)
        rows, frames = trimmed(rows, frames, level=spectrum[:, 0], depth=QUIET)
        rows, f0 = held(smooth(rows[:, :smoothed]), frames), rows[:, smoothed:]
        parts = [rows, delta(rows), f0] if self.deltas else [rows, f0]
        rows = torch.cat(parts, dim=1)
        beyond = torch.arange(rows.shape[2], device=rows.device) >= frames[:, None]
        return rows.masked_fill(beyond[:, None], 0.0), frames

    def frames(self, samples: int) -> int:
        """Return how many frames so many samples have, before quiet ends are cut off."""
        return 1 + samples // self.hop_length

    def _crossings(self, waveform: Tensor, lengths: Tensor) -> Tensor:
        """Return how often neighbouring samples differ in sign, as a share: ``[b, 1, t]``."""
        sign = (waveform >= 0).to(waveform.dtype)
        # One sample more, so that there are as many frames as of the spectrum.
        changes = nn.functional.pad((sign[:, 1:] - sign[:, :-1]).abs(), (0, 1))
        position = torch.arange(1, waveform.shape[1] + 1, device=waveform.device)
        changes = changes.masked_fill(position >= lengths[:, None], 0.0)
        padded = nn.functional.pad(changes, (self.hop_length, self.hop_length))[:, None]
        return nn.functional.avg_pool1d(padded, 2 * self.hop_length, self.hop_length)
