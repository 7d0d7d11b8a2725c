"""The power spectrum, by torch's Fourier transform and in matrix products: NumPy's numbers, from any length."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from evenvoice.features import MFCC, Voice, for_model_file
from evenvoice.features.fourier import FactoredPowerSpectrum, PowerSpectrum, factored


def _expected(waveform: np.ndarray, window: np.ndarray, hop: int) -> np.ndarray:
    """Frame by frame, in float64."""
    frames = [
        waveform[..., start : start + len(window)] for start in range(0, waveform.shape[-1] - len(window) + 1, hop)
    ]
    power: np.ndarray = np.abs(np.fft.rfft(np.stack(frames, axis=-2).astype(np.float64) * window)) ** 2
    return power.swapaxes(1, 2)


# 2048 / 512 and 512 / 160, 80: what the recipes take. The others: an odd r, hops longer than the transform or not among
# its divisors, a transform that is no power of 2.
@pytest.mark.parametrize(
    ("n_fft", "hop", "columns"),
    [(2048, 512, 32), (512, 160, 16), (512, 80, 16), (6, 2, 2), (400, 160, 20), (64, 192, 8), (48, 20, 4), (16, 3, 1)],
)
@pytest.mark.parametrize("more", [0, 1, 1000])
def test_both_are_the_dft(n_fft: int, hop: int, columns: int, more: int) -> None:
    generator = torch.Generator().manual_seed(n_fft + more)
    waveform = torch.randn(3, n_fft + more, generator=generator)
    # Not symmetric: a wrong order of samples would show.
    window = torch.hann_window(n_fft) * torch.linspace(0.5, 1.5, n_fft)
    plain = PowerSpectrum(window, hop)
    products = factored(plain)
    assert isinstance(products, FactoredPowerSpectrum)
    assert products.columns == columns
    expected = _expected(waveform.numpy(), window.numpy(), hop)
    for module in (plain, products):
        found = module(waveform).numpy()
        assert found.shape == expected.shape == (3, 1 + n_fft // 2, 1 + more // hop)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * expected.max())


def test_a_hop_without_a_fit_divisor_keeps_the_operator() -> None:
    plain = PowerSpectrum(torch.hann_window(2048), 441)
    assert factored(plain) is plain


def test_a_file_holds_a_copy_and_training_keeps_its_own() -> None:
    for extractor in (MFCC(), Voice(f0=True)):
        before = [type(part) for part in extractor.modules()]
        copied = for_model_file(extractor)
        assert [type(part) for part in extractor.modules()] == before
        assert not any(isinstance(part, PowerSpectrum) for part in copied.modules())
        assert sum(part is PowerSpectrum for part in before) == sum(
            isinstance(part, FactoredPowerSpectrum) for part in copied.modules()
        )
        waveform, lengths = torch.randn(2, 9000, generator=torch.Generator().manual_seed(0)), torch.tensor([9000, 4000])
        with torch.inference_mode():
            (rows, frames), (others, theirs) = extractor(waveform, lengths), copied(waveform, lengths)
        assert torch.equal(frames, theirs)
        assert (rows - others).abs().median() < 1e-5


def test_other_modules_are_left_as_they_are() -> None:
    module = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    assert str(for_model_file(module)) == str(module)
