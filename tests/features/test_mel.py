from __future__ import annotations

import librosa
import numpy as np
import pytest

from evenvoice.features.mel import mel_basis


@pytest.mark.parametrize(
    ("rate", "n_fft", "n_mels"),
    [(16000, 2048, 128), (16000, 512, 40), (22050, 2048, 128), (8000, 256, 20), (1500, 64, 4)],
)
def test_the_basis_is_librosas(rate, n_fft, n_mels):
    expected = librosa.filters.mel(sr=rate, n_fft=n_fft, n_mels=n_mels)
    basis = mel_basis(rate, n_fft, n_mels).numpy()
    assert basis.dtype == np.float32
    assert np.abs(basis - expected).max() < 1e-6 * expected.max()
