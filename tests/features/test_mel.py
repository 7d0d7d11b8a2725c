from __future__ import annotations

import librosa
import numpy as np
import pytest
import torch

from evenvoice.features.mel import MelBands, mel_basis


@pytest.mark.parametrize(
    ("rate", "n_fft", "n_mels"),
    [(16000, 2048, 128), (16000, 512, 40), (22050, 2048, 128), (8000, 256, 20), (1500, 64, 4)],
)
def test_the_basis_is_librosas(rate, n_fft, n_mels):
    expected = librosa.filters.mel(sr=rate, n_fft=n_fft, n_mels=n_mels)
    basis = mel_basis(rate, n_fft, n_mels).numpy()
    assert basis.dtype == np.float32
    assert np.abs(basis - expected).max() < 1e-6 * expected.max()


# The third has bands without a bin; the last fewer bands than groups.
@pytest.mark.parametrize(("n_fft", "n_mels"), [(2048, 128), (512, 40), (64, 128), (512, 2)])
def test_groups_of_bands_are_the_whole_basis(n_fft: int, n_mels: int) -> None:
    generator = torch.Generator().manual_seed(n_mels)
    power = torch.rand(2, 1 + n_fft // 2, 7, generator=generator)
    expected = mel_basis(16000, n_fft, n_mels).double() @ power.double()
    found = MelBands(16000, n_fft, n_mels)(power)
    assert found.shape == expected.shape
    assert (found - expected).abs().max() < 1e-6 * expected.max()
