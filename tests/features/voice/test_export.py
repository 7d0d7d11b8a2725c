"""Descriptors and functionals inside a model file: exported once, then fed batches of other sizes and lengths."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn
from torch.export import Dim

from evenvoice.audio import load
from evenvoice.features import for_model_file
from evenvoice.features.functionals import Functionals
from evenvoice.features.voice import Voice

pytestmark = pytest.mark.slow


class VoiceToVector(nn.Module):
    """Waveforms to functionals."""

    def __init__(self, f0: bool) -> None:
        super().__init__()
        self.voice = Voice(f0=f0)
        self.functionals = Functionals(self.voice.row_names)

    def forward(self, waveform: Tensor, lengths: Tensor) -> Tensor:
        vector: Tensor = self.functionals(*self.voice(waveform, lengths))
        return vector


class Exported:
    """The same in torch and in onnxruntime."""

    def __init__(self, folder: Path, *, f0: bool = False) -> None:
        self.torch = VoiceToVector(f0).eval()
        path = folder / "voice.onnx"
        example = torch.randn(3, 20000), torch.tensor([20000, 15000, 9000])
        sizes = {0: Dim.DYNAMIC, 1: Dim.DYNAMIC}, {0: Dim.DYNAMIC}
        names = ["waveform", "lengths"]
        program = torch.onnx.export(
            for_model_file(self.torch), example, dynamo=True, dynamic_shapes=sizes, input_names=names,
            opset_version=20, verbose=False, optimize=False,  # onnxruntime does so as well, in an instant
        )  # fmt: skip
        program.save(path)
        self.session = onnxruntime.InferenceSession(path)

    def both(self, waveform: Tensor, lengths: list[int]) -> tuple[np.ndarray, np.ndarray]:
        with torch.inference_mode():
            expected = self.torch(waveform, torch.tensor(lengths)).numpy()
        return self.session.run(None, {"waveform": waveform.numpy(), "lengths": np.array(lengths)})[0], expected


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return Exported(tmp_path_factory.mktemp("exported"))


@pytest.mark.parametrize("lengths", [[48000], [1], [159], [30000, 800, 1, 29999]])
def test_noise_gives_the_same(exported: Exported, lengths: list[int]) -> None:
    waveform = 0.1 * torch.randn(len(lengths), max(lengths), generator=torch.Generator().manual_seed(0))
    found, expected = exported.both(waveform, lengths)
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-3)


def test_a_tone_gives_the_same_though_its_contours_are_constant(exported: Exported) -> None:
    waveform = 0.5 * torch.sin(2 * torch.pi * 440 * torch.arange(32000) / 16000)[None]
    found, expected = exported.both(waveform, [32000])
    np.testing.assert_allclose(found, expected, rtol=1e-2, atol=1e-2)


def test_real_speech_gives_a_linear_model_the_same_answer(exported: Exported, corpora_folder: Path) -> None:
    files = (
        sorted((corpora_folder / "emodb").rglob("*.flac"))[::27]
        + sorted((corpora_folder / "ravdess").rglob("*.flac"))[::72]
    )
    pairs = []
    for file in files:
        waveform = torch.from_numpy(load(file, rate=16000))[None]
        pairs.append(exported.both(waveform, [waveform.shape[1]]))
    found, expected = (np.concatenate(part) for part in zip(*pairs, strict=True))
    # Weights as large as a fitted model has them, on features standardised and clipped as it does.
    scale = expected.std(axis=0) + 1e-6
    weights = 0.01 * np.random.default_rng(0).standard_normal((expected.shape[1], 8))
    logits = [np.clip((part - expected.mean(axis=0)) / scale, -6, 6) @ weights for part in (found, expected)]
    one, other = (np.exp(value) / np.exp(value).sum(axis=1, keepdims=True) for value in logits)
    assert np.abs(one - other).max() < 1e-4


@pytest.mark.long
def test_with_f0_it_exports_too(tmp_path: Path) -> None:
    exported = Exported(tmp_path, f0=True)
    time = torch.arange(30000) / 16000
    glide = 0.2 * torch.sin(2 * torch.pi * (150 * time + 20 * time.square()))
    noise = 0.1 * torch.randn(4, 30000, generator=torch.Generator().manual_seed(0))
    found, expected = exported.both(glide + noise, [30000, 800, 1, 29999])
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-3)
