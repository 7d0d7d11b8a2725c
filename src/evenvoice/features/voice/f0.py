"""F0: the pitch of a voice, frame by frame, and where there is none."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from evenvoice.features.voice.path import cheapest_states
from evenvoice.features.voice.voicing import Voicing

LOWEST, HIGHEST = 60.0, 600.0  # Hz
REFERENCE = 100.0  # Hz: where F0 is 0 octaves
# Boersma's names and values, but for the octave cost: with his 0.01, noise at 10 dB halves the F0 of a 450 Hz voice.
_CANDIDATES = 5
_OCTAVE_COST = 0.02
_VOICING_THRESHOLD = 0.45
_SILENCE_THRESHOLD = 0.03
_VOICED_UNVOICED_COST = 0.14
_OCTAVE_JUMP_COST = 0.35
_STEP = 1 / 16000  # seconds from one lag to the next
_NEVER = 10.0  # more than any path costs that avoids it


class F0(nn.Module):
    """F0 in octaves above 100 Hz, and whether a frame is voiced.

    The autocorrelation r(τ) of `Voicing`, over the lags of 60–600 Hz. Its five highest local maxima, through each of
    which goes a parabola, are a frame's candidates, of the strength r − 0.02 log₂(60 Hz · τ); another is that it is
    unvoiced, of the strength 0.45 + max(0, 2 − (a / a_max) / (0.03 / 1.45)) with the frame's amplitude a. The path of
    the highest strengths is taken, less 0.14 for each change of voicing and 0.35 for each octave from frame to frame.

    - ``F0``: log₂(F0 / 100 Hz); 0 in an unvoiced frame.
    - ``voiced``: 1 or 0.

    Args:
        voicing: Whose windows and band are used.

    Shape:
        - band: ``[b, k, t]`` float32, `Voicing.band`.
        - frames: ``[b]`` int64: how many are an utterance's own.
        - Output: ``[b, 2, t]`` float32.

    Source:
        Boersma 1993, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a
        sampled sound", with a path through the 30 frames on either side of each.
    """

    cosines: Tensor
    bonus: Tensor
    row_names = ("F0", "voiced")

    def __init__(self, voicing: Voicing) -> None:
        super().__init__()
        self.first = math.ceil(1 / HIGHEST / _STEP)
        lags = torch.arange(self.first - 1, math.floor(1 / LOWEST / _STEP) + 2, dtype=torch.float64) * _STEP
        self.register_buffer("cosines", voicing.autocorrelation(lags * voicing.rate), persistent=False)
        bonus = -_OCTAVE_COST * (LOWEST * lags[1:-1]).log2()
        self.register_buffer("bonus", bonus.to(torch.float32)[:, None], persistent=False)

    def forward(self, band: Tensor, frames: Tensor) -> Tensor:
        """Return ``[b, 2, t]``."""
        power = band.sum(dim=1, keepdim=True)
        octaves, strengths = self._candidates(band / power)
        own = torch.arange(band.shape[2], device=band.device) < frames[:, None]
        loudest = power[:, 0].masked_fill(~own, 0.0).amax(dim=1, keepdim=True)
        amplitude = (power[:, 0] / loudest).sqrt()
        silent = (2 - amplitude * ((1 + _VOICING_THRESHOLD) / _SILENCE_THRESHOLD)).clamp(min=0)
        local = torch.cat((-(_VOICING_THRESHOLD + silent)[:, :, None], -strengths), dim=2)
        state = cheapest_states(local, _changes(octaves), frames)
        voiced = (state > 0).to(band.dtype)
        found = octaves.gather(2, (state - 1).clamp(min=0)[:, :, None])[:, :, 0]
        return torch.stack((found * voiced, voiced), dim=1)

    def _candidates(self, shares: Tensor) -> tuple[Tensor, Tensor]:
        """Return octaves and strengths of a frame's candidates, each ``[b, t, c]``."""
        r = self.cosines @ shares
        before, at, behind = r[:, :-2], r[:, 1:-1], r[:, 2:]
        peak = (at > before) & (at >= behind)
        strength, place = (at + self.bonus).masked_fill(~peak, -_NEVER).topk(_CANDIDATES, dim=1)
        left, middle, right = (values.gather(1, place) for values in (before, at, behind))
        shift = (left - right) / (2 * (left - 2 * middle + right)).clamp(max=-1e-6)
        shift = shift.clamp(-0.5, 0.5)
        # What is above 1 is the window's correction of a noise.
        height = (middle - 0.25 * (left - right) * shift).clamp(max=1.0)
        strength = torch.where(strength > -_NEVER, strength - middle + height, strength)
        lag = (self.first + place + shift) * _STEP
        return -(lag * REFERENCE).log2().transpose(1, 2), strength.transpose(1, 2)


def _changes(octaves: Tensor) -> Tensor:
    """Return what each change of state costs: ``[b, t, 1 + c, 1 + c]``; state 0 is unvoiced."""
    before = nn.functional.pad(octaves[:, :-1], (0, 0, 1, 0))
    jumps = _OCTAVE_JUMP_COST * (before[:, :, :, None] - octaves[:, :, None, :]).abs()
    voicing = torch.full((1 + _CANDIDATES, 1 + _CANDIDATES), _VOICED_UNVOICED_COST, device=octaves.device)
    voicing[0, 0] = 0.0
    voicing[1:, 1:] = 0.0
    return voicing + nn.functional.pad(jumps, (1, 0, 1, 0))
