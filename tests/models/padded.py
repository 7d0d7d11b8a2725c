"""Batches of shape ``sequence`` with utterances of different length."""

from __future__ import annotations

import torch


def padded_sequence(lengths: list[int], width: int, rows: int = 6) -> torch.Tensor:
    """Random rows over each utterance's own frames and their mask, ``[n, 1, rows + 1, width]``; padding is zero."""
    generator = torch.Generator().manual_seed(0)
    features = torch.zeros(len(lengths), 1, rows + 1, width)
    for number, length in enumerate(lengths):
        features[number, 0, :rows, :length] = torch.randn(rows, length, generator=generator)
        features[number, 0, rows, :length] = 1
    return features
