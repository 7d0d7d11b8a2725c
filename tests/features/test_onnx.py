"""The extractor inside a model file: exported once, then fed batches of other sizes and lengths than the example's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.export import Dim

from evenvoice._onnxruntime import onnxruntime
from evenvoice.audio import load
from evenvoice.features import MFCC, SPEECH, MFCCSettings, ShapeSettings, for_model_file

pytestmark = pytest.mark.slow


class Images(nn.Module):
    """Waveforms to features, frames and the image of each shape."""

    def __init__(self, settings: MFCCSettings) -> None:
        super().__init__()
        self.mfcc = MFCC(settings)
        self.shapes = [ShapeSettings(name=name).make(self.mfcc) for name in ("mean", "array", "channels")]

    def forward(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        features, frames = self.mfcc(waveform, lengths)
        # Adding 1 stands for normalising: what lies beyond the frames is then no longer zero.
        moved = [(shape.rows(features, frames), shape) for shape in self.shapes]
        return features, frames, *(shape.image(some + 1, own) for (some, own), shape in moved)


class Exported:
    """The extractor in torch and in onnxruntime."""

    def __init__(self, settings: MFCCSettings, folder: Path) -> None:
        self.torch = Images(settings).eval()
        self.path = folder / "images.onnx"
        example = torch.randn(3, 20000), torch.tensor([20000, 15000, 9000])
        sizes = {0: Dim.DYNAMIC, 1: Dim.DYNAMIC}, {0: Dim.DYNAMIC}
        names = ["waveform", "lengths"]
        program = torch.onnx.export(
            for_model_file(self.torch), example, dynamo=True, dynamic_shapes=sizes, input_names=names,
            opset_version=18, verbose=False,
        )  # fmt: skip
        program.save(self.path)
        self.session = onnxruntime.InferenceSession(self.path)

    def compare(self, waveform: Tensor, lengths: list[int]) -> list[np.ndarray]:
        """Assert that both give the same, and return it."""
        with torch.inference_mode():
            expected = self.torch(waveform, torch.tensor(lengths))
        found = self.session.run(None, {"waveform": waveform.numpy(), "lengths": np.array(lengths)})
        for one, other in zip(found, expected, strict=True):
            assert one.shape == other.shape
            assert np.abs(one - other.numpy()).max() < 1e-3
        return found


@pytest.fixture(scope="module", params=["default", "speech"])
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    settings = MFCCSettings() if request.param == "default" else SPEECH
    return Exported(settings, tmp_path_factory.mktemp("onnx"))


@pytest.mark.parametrize(
    "lengths", [[20000, 15000, 9000], [16000], [48000, 100, 30000, 1], [1], [1279, 500], [4095, 4096], [960000, 48000]]
)
def test_any_batch(exported, lengths):
    torch.manual_seed(0)
    # Louder and louder, so that the 80 dB floor is met, and garbage where nothing should be heard.
    waveform = torch.randn(len(lengths), max(lengths)) * torch.logspace(-5, -1, max(lengths))
    features, frames, *images = exported.compare(waveform, lengths)
    hop = exported.torch.mfcc.hop_length
    assert frames.tolist() == [max(9, 1 + length // hop) for length in lengths]
    assert features.shape == (len(lengths), 120, frames.max())
    assert [one.shape[1:] for one in images] == [shape.size for shape in exported.torch.shapes]


def test_real_recordings(exported, corpora_folder):
    files = sorted((corpora_folder / "emodb").rglob("*.flac"))[::100]
    waveforms = [torch.from_numpy(load(file)) for file in files]
    batch = nn.utils.rnn.pad_sequence(waveforms, batch_first=True)
    exported.compare(batch, [len(waveform) for waveform in waveforms])


def test_the_file_is_small_and_its_fourier_transform_is_matrix_products(exported):
    onnx = pytest.importorskip("onnx")
    operators = [node.op_type for node in onnx.load(exported.path).graph.node]
    assert not {"STFT", "DFT"} & set(operators)
    # The bands (0.5 MB) and the stages of the transform (0.7 MB); one matrix of it all would be 16 MB.
    assert exported.path.stat().st_size < 1.3e6
