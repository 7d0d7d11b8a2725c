"""The shape of a power spectrum in 19 numbers a frame."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

_ROLL_OFFS = (0.25, 0.5, 0.75, 0.9)


class Spectrum(nn.Module):
    """Energy and spectral shape of each frame.

    With the power P(f) of the bins at the frequencies f, in kHz, and p = P / ΣP:

    - ``energy``: ln ΣP.
    - ``centroid`` μ = Σ f p; ``spread`` σ = √(Σ (f − μ)² p); ``skewness`` = Σ (f − μ)³ p / σ³; ``kurtosis`` =
      Σ (f − μ)⁴ p / σ⁴.
    - ``entropy`` = −Σ p ln p / ln(number of bins): 1 for a flat spectrum.
    - ``roll-off q``: the lowest f up to which the share q of the power lies, for q of 25, 50, 75 and 90 %.
    - ``flux`` = √ Σ (√p_t − √p_{t−1})²: how far the shape has moved, whatever the level; 0 in the first frame.
    - ``low band``, ``high band``: ln of the power in 250–650 Hz and in 1–4 kHz.
    - ``alpha ratio``: ln of the power in 1–5 kHz over that in 50–1000 Hz.
    - ``Hammarberg index``: ln of the strongest bin up to 2 kHz over the strongest in 2–5 kHz.
    - ``slope``, ``slope 0-500``, ``slope 500-1500``: of the least squares line through ln P over f, over all bins
      and in two bands, a kHz.
    - ``sharpness`` = Σ z g(z) p with z in Bark and g = 1 up to 16 Bark, else 1 + ((z − 16) / 4)^1.585.

    Args:
        sample_rate: In Hz.
        n_fft: Length of the Fourier transform, in samples.

    Shape:
        - power: ``[b, 1 + n_fft // 2, t]`` float32, above 0.
        - Output: ``[b, 19, t]`` float32.

    Source:
        Peeters 2004, "A large set of audio features for sound description"; Eyben et al. 2016, "The Geneva minimalistic
        acoustic parameter set"; Hammarberg et al. 1980, "Perceptual and acoustic correlates of abnormal voice
        qualities"; Zwicker & Fastl 1999, "Psychoacoustics", for the sharpness; Traunmüller 1990 for the Bark scale.
    """

    frequency: Tensor
    sums: Tensor
    slopes: Tensor
    lower: Tensor
    upper: Tensor
    row_names = (
        "energy",
        "centroid",
        "spread",
        "skewness",
        "kurtosis",
        "entropy",
        "roll-off 25",
        "roll-off 50",
        "roll-off 75",
        "roll-off 90",
        "flux",
        "low band",
        "high band",
        "alpha ratio",
        "Hammarberg index",
        "slope",
        "slope 0-500",
        "slope 500-1500",
        "sharpness",
    )

    def __init__(self, sample_rate: int, n_fft: int) -> None:
        super().__init__()
        frequency = torch.linspace(0, sample_rate / 2, 1 + n_fft // 2, dtype=torch.float64)

        def between(low: float, high: float) -> Tensor:
            return ((frequency >= low) & (frequency <= high)).to(torch.float64)

        bands = ((250, 650), (1000, 4000), (1000, 5000), (50, 1000))
        sums = torch.stack([*(between(low, high) for low, high in bands), _sharpness_weights(frequency)])
        slopes = torch.stack([_slope_weights(frequency, *band) for band in ((0, math.inf), (0, 500), (500, 1500))])
        self.register_buffer("frequency", (frequency / 1000).to(torch.float32), persistent=False)
        self.register_buffer("sums", sums.to(torch.float32), persistent=False)
        self.register_buffer("slopes", slopes.to(torch.float32), persistent=False)
        self.register_buffer("lower", between(0, 2000).to(torch.float32)[:, None], persistent=False)
        self.register_buffer("upper", between(2000, 5000).to(torch.float32)[:, None], persistent=False)

    def forward(self, power: Tensor) -> Tensor:
        """Return ``[b, 19, t]``."""
        total = power.sum(dim=1, keepdim=True)
        share = power / total
        sums = self.sums @ share
        level = total.log()
        logarithms = power.log()
        bands = sums[:, :4].clamp(min=1e-12).log()
        hammarberg = ((power * self.lower).amax(dim=1) / (power * self.upper).amax(dim=1)).log()
        rows = [
            level,
            self._moments(share),
            self._entropy(share, logarithms - level),
            self._roll_offs(share),
            _flux(share),
            bands[:, :2] + level,
            bands[:, 2:3] - bands[:, 3:],
            hammarberg[:, None],
            self.slopes @ (logarithms - level),
            sums[:, 4:],
        ]
        return torch.cat(rows, dim=1)

    def _moments(self, share: Tensor) -> Tensor:
        """Return centroid, spread, skewness and kurtosis: ``[b, 4, t]``."""
        centroid = (self.frequency @ share)[:, None]
        offset = self.frequency[:, None] - centroid
        squared = offset.square()
        weighted = squared * share
        variance = weighted.sum(dim=1, keepdim=True).clamp(min=1e-6)
        third = (weighted * offset).sum(dim=1, keepdim=True)
        fourth = (weighted * squared).sum(dim=1, keepdim=True)
        spread = variance.sqrt()
        return torch.cat((centroid, spread, third / (variance * spread), fourth / variance.square()), dim=1)

    def _entropy(self, share: Tensor, logarithms: Tensor) -> Tensor:
        """Return ``[b, 1, t]``."""
        return -(share * logarithms).sum(dim=1, keepdim=True) / math.log(len(self.frequency))

    def _roll_offs(self, share: Tensor) -> Tensor:
        """Return ``[b, 4, t]``: the bins below each roll-off, counted, times the distance of two bins."""
        gathered = share.cumsum(dim=1)
        below = [(gathered < quantile).sum(dim=1) for quantile in _ROLL_OFFS]
        return torch.stack(below, dim=1).to(share.dtype) * self.frequency[1]


def _flux(share: Tensor) -> Tensor:
    """Return ``[b, 1, t]``."""
    root = share.sqrt()
    moved = (root[:, :, 1:] - root[:, :, :-1]).square().sum(dim=1, keepdim=True).sqrt()
    return nn.functional.pad(moved, (1, 0))


def _slope_weights(frequency: Tensor, low: float, high: float) -> Tensor:
    """Return the weights of the bins whose weighted sum is the slope of the least squares line, a kHz."""
    inside = ((frequency >= low) & (frequency <= high)).to(torch.float64)
    centred = (frequency - (frequency * inside).sum() / inside.sum()) / 1000 * inside
    return centred / centred.square().sum()


def _sharpness_weights(frequency: Tensor) -> Tensor:
    """Return z·g(z) of each bin."""
    bark = (26.81 * frequency / (1960 + frequency) - 0.53).clamp(min=0.0)
    return bark * (1 + ((bark - 16).clamp(min=0) / 4) ** 1.585)
