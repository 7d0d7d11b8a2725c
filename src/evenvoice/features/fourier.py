"""Power spectra of short windows: by torch's Fourier transform for training, by matrix products in a model file."""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor, nn

# A transform whose first stage has more rows than this stays one operator: its matrix would take megabytes.
_MOST_ROWS = 256


class PowerSpectrum(nn.Module):
    """|DFT|² of windowed frames that lie wholly within a waveform.

    Args:
        window: ``[n_fft]`` float32.
        hop_length: From one frame to the next, in samples.

    Shape:
        - waveform: ``[b, n]`` float32, n >= n_fft.
        - Output: ``[b, 1 + n_fft // 2, 1 + (n - n_fft) // hop_length]`` float32.

    Examples:
        >>> PowerSpectrum(torch.ones(4), 2)(torch.tensor([[1.0, 1.0, 1.0, 1.0, -1.0, -1.0]]))[0].T
        tensor([[16.,  0.,  0.],
                [ 0.,  8.,  0.]])
    """

    window: Tensor

    def __init__(self, window: Tensor, hop_length: int) -> None:
        super().__init__()
        self.hop_length = hop_length
        # It follows from the settings: there is nothing to store.
        self.register_buffer("window", window, persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        """Return the power ``[b, 1 + n_fft // 2, t]``."""
        spectrum = torch.stft(
            waveform, len(self.window), self.hop_length, window=self.window, center=False, return_complex=True
        )
        # Squared while real and imaginary parts lie side by side: half the time of squaring each apart.
        squares = torch.view_as_real(spectrum).square_()
        return squares[..., 0] + squares[..., 1]


class FactoredPowerSpectrum(nn.Module):
    """The numbers of `PowerSpectrum` but for rounding, in matrix products: what a model file holds.

    A DFT of length n = r·c is c transforms of length r, a turn of each value, and r transforms of length c. With the
    samples at c·i + j and the bins at k + r·l,

        X(k + r·l) = Σ_j exp(−2πi·j·(k / n + l / c)) · Σ_i x(c·i + j) exp(−2πi·i·k / r).

    The inner sum is one product with a matrix that all frames and j share; the outer one has a matrix for each k, the
    turn in it. Samples are real, so k runs to r / 2 only: bin n − b has the power of bin b. Nothing else is saved, but
    matrix products are what processors do best: on one, 0.4 ms for 3 s of speech and 2048 samples a frame, where
    ONNX Runtime's own operator took 3.4 ms (``benchmarks/predict.md``).

    Frames are slices: c divides the hop, so the waveform is laid out once as ``[hop / c, c, hops]``.

    Args:
        window: ``[n_fft]`` float32.
        hop_length: From one frame to the next, in samples.
        columns: c, a divisor of both.

    Shape:
        As of `PowerSpectrum`.

    Source:
        Cooley & Tukey 1965, "An algorithm for the machine calculation of complex Fourier series".
    """

    window: Tensor
    first: Tensor
    real: Tensor
    imaginary: Tensor
    order: Tensor

    def __init__(self, window: Tensor, hop_length: int, columns: int) -> None:
        super().__init__()
        n = len(window)
        self.hop_length, self.n_fft = hop_length, n
        self.rows, self.columns = n // columns, columns
        self.kept = 1 + self.rows // 2
        self.hops = math.ceil(n / hop_length)
        row, column, k = (torch.arange(count, dtype=torch.float64) for count in (self.rows, columns, self.kept))
        inner = 2 * math.pi / self.rows * k[:, None] * row
        outer = 2 * math.pi * column * (k[:, None, None] / n + column[:, None] / columns)
        cosine, sine = outer.cos(), outer.sin()
        # Real and imaginary parts by turns, so that those of one k lie together.
        first = torch.stack((inner.cos(), -inner.sin()), dim=1).flatten(0, 1)
        bins = torch.arange(1 + n // 2)
        mirrored = torch.where(bins % self.rows < self.kept, bins, n - bins)
        order = mirrored % self.rows * columns + mirrored // self.rows
        self.register_buffer("window", window.reshape(self.rows, columns, 1), persistent=False)
        self.register_buffer("first", first.to(torch.float32), persistent=False)
        self.register_buffer("real", torch.cat((cosine, sine), dim=2).to(torch.float32), persistent=False)
        self.register_buffer("imaginary", torch.cat((-sine, cosine), dim=2).to(torch.float32), persistent=False)
        self.register_buffer("order", order, persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        """Return the power ``[b, 1 + n_fft // 2, t]``."""
        batch, n = waveform.shape
        t = (n - self.n_fft) // self.hop_length + 1
        hops = t + self.hops - 1
        filled = nn.functional.pad(waveform, (0, self.hops * self.hop_length - self.n_fft))
        laid = filled[:, : hops * self.hop_length].reshape(batch, hops, -1, self.columns).permute(0, 2, 3, 1)
        frames = torch.cat([laid[..., start : start + t] for start in range(self.hops)], dim=1)[:, : self.rows]
        inner = self.first @ (frames * self.window).flatten(2)
        inner = inner.reshape(batch, self.kept, 2 * self.columns, t)
        power = (self.real @ inner).square() + (self.imaginary @ inner).square()
        return power.flatten(1, 2).index_select(1, self.order)


def factored(spectrum: PowerSpectrum) -> nn.Module:
    """Return a power spectrum in matrix products, or as it is where the hop shares no fit divisor with the transform.

    Examples:
        >>> module = factored(PowerSpectrum(torch.hann_window(512), 160))
        >>> module.rows, module.columns
        (32, 16)
        >>> type(factored(PowerSpectrum(torch.hann_window(512), 147))).__name__
        'PowerSpectrum'
    """
    n = len(spectrum.window)
    shared = math.gcd(n, spectrum.hop_length)
    columns = max(divisor for divisor in range(1, math.isqrt(n) + 1) if shared % divisor == 0)
    if n // columns > _MOST_ROWS:
        return spectrum
    return FactoredPowerSpectrum(spectrum.window, spectrum.hop_length, columns)


def for_model_file(extractor: nn.Module) -> nn.Module:
    """Return a copy of an extractor in which every `PowerSpectrum` is in matrix products.

    Examples:
        >>> [type(part).__name__ for part in for_model_file(nn.Sequential(PowerSpectrum(torch.ones(8), 4)))]
        ['FactoredPowerSpectrum']
    """
    made = copy.deepcopy(extractor)
    for name, part in list(made.named_modules()):
        if isinstance(part, PowerSpectrum):
            if not name:
                return factored(part)
            made.set_submodule(name, factored(part))
    return made
