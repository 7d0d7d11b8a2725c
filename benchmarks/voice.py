"""Processor time of descriptors and functionals of 3 s of speech, in torch and in ONNX Runtime.

    python benchmarks/voice.py

Prints a Markdown table; `benchmarks/voice.md` is its output.
"""

from __future__ import annotations

import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn
from torch.export import Dim

from evenvoice.features import for_model_file
from evenvoice.features.functionals import Functionals
from evenvoice.features.voice import Voice

RATE = 16000
ROUNDS = 50


class VoiceToVector(nn.Module):
    """Waveforms to functionals."""

    def __init__(self) -> None:
        super().__init__()
        self.voice = Voice(sample_rate=RATE)
        self.functionals = Functionals(self.voice.row_names)

    def forward(self, waveform: Tensor, lengths: Tensor) -> Tensor:
        """Return the functionals ``[b, k]``."""
        vector: Tensor = self.functionals(*self.voice(waveform, lengths))
        return vector


def milliseconds(call: Callable[[], object]) -> tuple[float, float]:
    """Return the least and the median processor time of a call."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        call()
        times.append(1000 * (time.process_time() - start))
    return min(times), float(np.median(times))


def main() -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    module = VoiceToVector().eval()
    waveform = 0.1 * torch.randn(1, 3 * RATE, generator=torch.Generator().manual_seed(0))
    lengths = torch.tensor([3 * RATE])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voice.onnx"
        sizes = {0: Dim.DYNAMIC, 1: Dim.DYNAMIC}, {0: Dim.DYNAMIC}
        example = torch.randn(2, 20000), torch.tensor([20000, 9000])
        program = torch.onnx.export(
            for_model_file(module), example, dynamo=True, dynamic_shapes=sizes, input_names=["waveform", "lengths"],
            opset_version=20, verbose=False,
        )  # fmt: skip
        assert program is not None
        program.save(path)
        session = onnxruntime.InferenceSession(path, options)
    inputs = {"waveform": waveform.numpy(), "lengths": lengths.numpy()}
    with torch.inference_mode():
        with_f0 = Voice(sample_rate=RATE, f0=True)
        of_f0 = Functionals(with_f0.row_names)
        rows, frames = module.voice(waveform, lengths)
        calls: dict[str, Callable[[], object]] = {
            "descriptors, torch": lambda: module.voice(waveform, lengths),
            "functionals, torch": lambda: module.functionals(rows, frames),
            "both, torch": lambda: module(waveform, lengths),
            "both with F0, torch": lambda: of_f0(*with_f0(waveform, lengths)),
            "both, ONNX Runtime": lambda: session.run(None, inputs),
        }
        print("# Descriptors and functionals of 3 s of speech\n")
        print(f"3 s at 16 kHz, one thread, {ROUNDS} rounds; {platform.machine()}, torch {torch.__version__},")
        print(f"onnxruntime {onnxruntime.__version__}.\n")
        print("| step | least ms | median ms |\n|---|---:|---:|")
        for name, call in calls.items():
            least, median = milliseconds(call)
            print(f"| {name} | {least:.1f} | {median:.1f} |")


if __name__ == "__main__":
    main()
