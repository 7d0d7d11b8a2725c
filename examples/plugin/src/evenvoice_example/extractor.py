"""An extractor: the level of each frame, in decibels."""

import torch
from torch import Tensor, nn


class Loudness(nn.Module):
    """The level of frames of 25 ms, in dB below full scale.

    Args:
        sample_rate: Of the waveform, in Hz.
        hop_length: From one frame to the next, in samples.
    """

    name = "loudness"
    version = 1

    def __init__(self, *, sample_rate: int = 16000, hop_length: int = 160) -> None:
        super().__init__()
        self.sample_rate, self.hop_length = sample_rate, hop_length
        self.window = round(0.025 * sample_rate)
        self.n_rows = 1

    def frames(self, samples: int) -> int:
        """Return how many frames so many samples have."""
        return 1 + max(0, samples - self.window) // self.hop_length

    def forward(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return levels ``[b, 1, t]`` and the number of frames ``[b]``."""
        own = torch.arange(waveform.shape[1]) < lengths[:, None]
        padded = nn.functional.pad(waveform.masked_fill(~own, 0.0), (0, self.window))
        power = padded.unfold(1, self.window, self.hop_length).square().mean(dim=2)
        frames = 1 + (lengths - self.window).clamp(min=0) // self.hop_length
        level = 10 * torch.log10(power.clamp(min=1e-10))[:, : int(frames.max())]
        return level.masked_fill(torch.arange(level.shape[1]) >= frames[:, None], 0.0)[:, None], frames
