"""How periodic a frame is, from the autocorrelation of a long window."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from evenvoice.features.voice.power import Power

# The pitch of voices, Hz: their periods are the lags looked at.
_LOWEST, _HIGHEST = 60.0, 500.0
# Hum lies below; what lies above tells little of the period, and noise lives there.
_BAND = (40.0, 3500.0)
# Half of this sample rate is enough for that band.
_LEAST_RATE = 8000
_WINDOW = 0.05  # seconds: three periods of the lowest voice
_TAPS = 32  # on either side of the low pass
_CERTAIN = 0.99


class Voicing(nn.Module):
    """Periodicity and harmonics-to-noise ratio of each frame.

    The autocorrelation is the cosine transform of the power spectrum, r(τ) = Σ P(k) cos(2πkτ/n). Divided by r(0) and by
    that of the window itself, it is 1 at the period of a periodic sound, however the window falls off.

    - ``periodicity``: its maximum over the lags of 60–500 Hz, within 0 and 0.99.
    - ``harmonicity``: 10 log₁₀(r / (1 − r)) of it, dB, above −20.

    Args:
        sample_rate: In Hz.
        hop_length: From one frame to the next, in samples.

    Shape:
        - band: ``[b, k, t]`` float32, from `band`.
        - Output: ``[b, 2, t]`` float32.

    Source:
        Boersma 1993, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a
        sampled sound", equations 4, 9 and 23; without his path through the frames.
    """

    cosines: Tensor
    low_pass: Tensor
    row_names = ("periodicity", "harmonicity")

    def __init__(self, sample_rate: int, hop_length: int) -> None:
        super().__init__()
        self.hop_length = hop_length
        # Every step-th sample of a low-passed waveform: a quarter of the work at 16 kHz.
        self.step = max(d for d in range(1, max(1, sample_rate // _LEAST_RATE) + 1) if hop_length % d == 0)
        rate = sample_rate / self.step
        self.power = Power(round(rate), _WINDOW, hop_length // self.step)
        self.register_buffer("low_pass", _low_pass(self.step), persistent=False)
        self.rate = rate
        frequency = torch.arange(1 + self.power.n_fft // 2, dtype=torch.float64) * rate / self.power.n_fft
        self.first, self.last = int((frequency < _BAND[0]).sum()), int((frequency <= _BAND[1]).sum())
        lags = torch.arange(math.ceil(rate / _HIGHEST), math.floor(rate / _LOWEST) + 1)
        self.register_buffer("cosines", self.autocorrelation(lags), persistent=False)

    def autocorrelation(self, lags: Tensor) -> Tensor:
        """Return the matrix ``[l, k]`` that makes the autocorrelation at ``l`` lags of shares of the band's power.

        Args:
            lags: ``[l]``, in samples at `rate`.
        """
        n_fft = self.power.n_fft
        bins = torch.arange(1 + n_fft // 2, dtype=torch.float64)
        angle = 2 * math.pi / n_fft * lags[:, None] * bins
        of_window = torch.fft.rfft(self.power.spectrum.window.to(torch.float64)).abs().square()
        of_window[1:-1] *= 2  # a bin stands for its negative frequency, too
        own = (torch.cos(angle) @ of_window) / of_window.sum()
        found: Tensor = (torch.cos(angle) / own[:, None])[:, self.first : self.last].to(torch.float32)
        return found

    def forward(self, band: Tensor) -> Tensor:
        """Return ``[b, 2, t]``."""
        shares = band / band.sum(dim=1, keepdim=True)
        periodicity = (self.cosines @ shares).amax(dim=1, keepdim=True).clamp(0.0, _CERTAIN)
        ratio = periodicity.clamp(min=0.01)
        harmonicity = 10 * torch.log10(ratio / (1 - ratio))
        return torch.cat((periodicity, harmonicity), dim=1)

    def band(self, waveform: Tensor) -> Tensor:
        """Return the power in 40–3500 Hz of each frame of a waveform ``[b, n]``: ``[b, k, 1 + n // hop_length]``."""
        n = waveform.shape[1]
        if self.step > 1:
            # On to where the filter has died away: in a batch, a shorter utterance has that too.
            padded = nn.functional.pad(waveform, (_TAPS, 2 * _TAPS))[:, None]
            waveform = nn.functional.conv1d(padded, self.low_pass[None, None], stride=self.step)[:, 0]
        # No more frames than the spectrum has.
        band: Tensor = self.power(waveform)[:, self.first : self.last, : 1 + n // self.hop_length]
        return band


def _low_pass(step: int) -> Tensor:
    """Return a windowed sinc that passes what every step-th sample can hold: float32 ``[2·_TAPS + 1]``."""
    place = torch.arange(-_TAPS, _TAPS + 1, dtype=torch.float64)
    taps = torch.sinc(place / step) * torch.hann_window(2 * _TAPS + 3, periodic=False, dtype=torch.float64)[1:-1]
    return (taps / taps.sum()).to(torch.float32)
