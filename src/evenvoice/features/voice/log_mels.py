"""The logarithms of narrow mel bands, for networks that look at a spectrogram."""

from __future__ import annotations

from torch import Tensor, nn

from evenvoice.errors import EvenvoiceError
from evenvoice.features.mel import mel_basis

# What the names of the rows begin with.
LOG_MEL = "log-mel"


class LogMels(nn.Module):
    """Natural logarithm of the power in triangular mel bands from 0 Hz to half the sample rate.

    A triangle has the height 1, so a band is a sum of power; the floor under the power keeps the logarithm finite.

    Args:
        sample_rate: In Hz.
        n_fft: Length of the Fourier transform, in samples.
        n_bands: Number of bands.

    Shape:
        - power: ``[b, 1 + n_fft // 2, t]`` float32, above 0.
        - Output: ``[b, n_bands, t]`` float32.

    Raises:
        EvenvoiceError: So many bands that one of them holds no bin of the transform.

    Source:
        Davis & Mermelstein 1980, "Comparison of parametric representations for monosyllabic word recognition"; the
        scale is Slaney's (`evenvoice.features.mel`).

    Examples:
        >>> LogMels(16000, 512, 80)(torch.ones(1, 257, 4)).shape
        torch.Size([1, 80, 4])
    """

    mel: Tensor

    def __init__(self, sample_rate: int, n_fft: int, n_bands: int) -> None:
        super().__init__()
        basis = mel_basis(sample_rate, n_fft, n_bands)
        if empty := int((basis.amax(dim=1) <= 0).sum()):
            raise EvenvoiceError(
                f"extractor 'voice': log_mels {n_bands} are narrower than the Fourier transform's bins, and {empty} of "
                "them would be empty; give fewer, for example 80"
            )
        self.register_buffer("mel", basis / basis.amax(dim=1, keepdim=True), persistent=False)
        self.row_names = tuple(f"{LOG_MEL} {number}" for number in range(1, n_bands + 1))

    def forward(self, power: Tensor) -> Tensor:
        """Return ``[b, n_bands, t]``."""
        return (self.mel @ power).log()
