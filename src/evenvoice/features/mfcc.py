"""Waveform to MFCC, Δ and ΔΔ for a batch of utterances of different length, with librosa's numbers.

One module serves training, where it makes the cached features, and the model file, into which it is exported: hence no
control flow on data, and a Fourier transform that can be written in matrix products (`for_model_file`).
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from evenvoice.features.delta import WIDTH, deltas
from evenvoice.features.fourier import PowerSpectrum
from evenvoice.features.mel import MelBands
from evenvoice.features.mfcc_settings import MFCCSettings

# librosa.power_to_db: the floor of a power, and how far below its own loudest band an utterance counts.
_FLOOR = 1e-10
_TOP_DB = 80.0


class MFCC(nn.Module):
    """MFCC, Δ and ΔΔ of a padded batch.

    As `librosa.feature.mfcc` and `librosa.feature.delta` at their defaults: centred frames with zeros at the ends, Hann
    window, power spectrum, Slaney's mel bands, decibels cut 80 below the utterance's own maximum, orthonormal DCT-II.
    What an utterance gives does not depend on what it is batched with, but for rounding.

    Args:
        settings: Sample rate, transform, bands and number of coefficients; or give these as keywords.

    Shape:
        - waveform: ``[b, n]`` float32; what lies beyond an utterance's length is ignored.
        - lengths: ``[b]`` int64, samples.
        - features: ``[b, 3·n_mfcc, t]`` float32: MFCC, Δ, ΔΔ; zero beyond an utterance's own frames.
        - frames: ``[b]`` int64: ``1 + length // hop_length``, and at least 9: a shorter utterance is filled with zeros.

    Examples:
        >>> extractor = MFCC(n_mfcc=40)
        >>> features, frames = extractor(torch.randn(2, 48000), torch.tensor([48000, 100]))
        >>> features.shape, frames.tolist()
        (torch.Size([2, 120, 94]), [94, 9])
    """

    name: ClassVar[str] = "mfcc"
    version: ClassVar[int] = 2
    groups: ClassVar[int] = 3  # MFCC, Δ, ΔΔ
    Settings: ClassVar[type[MFCCSettings]] = MFCCSettings

    dct: Tensor
    zeroth: Tensor

    def __init__(self, settings: MFCCSettings | None = None, **options: Any) -> None:
        super().__init__()
        settings = settings or MFCCSettings(**options)
        self.sample_rate = settings.sample_rate
        self.n_rows = 3 * settings.n_mfcc
        self.n_fft = settings.n_fft
        self.hop_length = settings.hop_length
        # Nine frames, the least that Δ can be fitted to, need eight hops: see `frames` above.
        self.shortest = (WIDTH - 1) * settings.hop_length
        side = (settings.n_fft - settings.window) // 2
        hann = torch.hann_window(settings.window, dtype=torch.float64).to(torch.float32)
        window = nn.functional.pad(hann, (side, settings.n_fft - settings.window - side))
        self.spectrum = PowerSpectrum(window, settings.hop_length)
        self.mel = MelBands(settings.sample_rate, settings.n_fft, settings.n_mels)
        # It is not learned and follows from the settings: there is nothing to store.
        self.register_buffer("dct", dct_basis(settings.n_mfcc, settings.n_mels), persistent=False)
        zeroth = torch.zeros(settings.n_mfcc, 1)
        zeroth[0] = math.sqrt(settings.n_mels)
        self.register_buffer("zeroth", zeroth, persistent=False)

    def forward(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return the features ``[b, 3·n_mfcc, t]`` and the number of frames ``[b]`` of each utterance."""
        frames = 1 + lengths.clamp(min=self.shortest) // self.hop_length
        if _is_whole(waveform, lengths):
            cepstrum = self.cepstrum(decibels(self.mel(self.power(waveform))))
            return torch.cat((cepstrum, *deltas(cepstrum)), dim=1), frames
        position = torch.arange(waveform.shape[1], device=waveform.device)
        power = self.power(waveform.masked_fill(position >= lengths[:, None], 0.0))
        own = torch.arange(power.shape[2], device=power.device) < frames[:, None]
        cepstrum = self.cepstrum(decibels(self.mel(power), own))
        features = torch.cat((cepstrum, *deltas(cepstrum, frames)), dim=1)
        return features.masked_fill(~own[:, None], 0.0), frames

    def frames(self, samples: int) -> int:
        """Return how many frames so many samples have, as a centred transform counts them, without the filling."""
        return 1 + samples // self.hop_length

    def power(self, waveform: Tensor) -> Tensor:
        """Return the power spectrum ``[b, 1 + n_fft // 2, t]`` of centred frames, t >= 9."""
        half = self.n_fft // 2
        missing = torch.sym_max(self.shortest - waveform.shape[1], 0)  # type: ignore[no-untyped-call]  # not annotated
        power: Tensor = self.spectrum(nn.functional.pad(waveform, (half, half + missing)))
        return power

    def cepstrum(self, bands: Tensor) -> Tensor:
        """Return the first coefficients ``[b, n_mfcc, t]`` of the DCT-II over mel bands ``[b, n_mels, t]`` in dB."""
        # Speech sits near -70 dB in every band, so a float32 product sums large numbers to small ones and errs by
        # 1.5e-3. The mean of a frame enters c0 alone (every other row of the DCT sums to zero): take it out, and give
        # c0 its exact share, n_mels * mean / sqrt(n_mels).
        mean = bands.mean(dim=1, keepdim=True)
        return torch.addcmul(self.dct @ (bands - mean), self.zeroth, mean)


def _is_whole(waveform: Tensor, lengths: Tensor) -> bool:
    """Whether nothing of a batch is padding, so that nothing has to be masked; a model file must not depend on it."""
    return not torch.compiler.is_exporting() and int(lengths.min()) == waveform.shape[1]


def decibels(power: Tensor, own: Tensor | None = None) -> Tensor:
    """Return powers ``[b, bands, t]`` in dB, none more than 80 below the loudest of the utterance's own frames.

    Args:
        power: Not negative.
        own: ``[b, t]`` bool: which frames are the utterance's own; all if not given.

    Examples:
        >>> decibels(torch.tensor([[[1.0, 100.0, 1e-9]]]))
        tensor([[[  0.,  20., -60.]]])
    """
    level = 10 * torch.log10(power.clamp(min=_FLOOR))
    counted = level if own is None else level.masked_fill(~own[:, None], -math.inf)
    loudest = counted.amax(dim=(1, 2), keepdim=True)
    return torch.maximum(level, loudest - _TOP_DB)


def dct_basis(n_rows: int, n: int) -> Tensor:
    """Return the first rows of the orthonormal DCT-II of length n: float32 ``[n_rows, n]``.

    Examples:
        >>> full = dct_basis(4, 4)
        >>> (full @ full.T).allclose(torch.eye(4), atol=1e-6)
        True
    """
    row = torch.arange(n_rows, dtype=torch.float64)[:, None]
    column = torch.arange(n, dtype=torch.float64)
    basis = torch.cos(math.pi / n * (column + 0.5) * row) * math.sqrt(2 / n)
    basis[0] /= math.sqrt(2)
    return basis.to(torch.float32)
