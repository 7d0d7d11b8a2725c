"""A shape: the means of the first, the middle and the last third of an utterance."""

from itertools import pairwise

import torch
from torch import Tensor


class Thirds:
    """The mean of each row over three parts of the utterance: how it begins, goes on and ends.

    Args:
        extractor: Whose features.
    """

    name = "thirds"
    version = 1
    one_frame = True

    def __init__(self, extractor) -> None:
        self.size = (1, 3, extractor.n_rows)
        self.n_normalised = 3 * extractor.n_rows

    def rows(self, features: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Return the means ``[b, 3 * n_rows, 1]``, and ones: there is one frame."""
        frame = torch.arange(features.shape[2])
        edges = [frames * part // 3 for part in range(4)]
        means = []
        for start, end in pairwise(edges):
            # Of an utterance of one or two frames some part would be empty: then it is the first frame.
            own = (frame >= start[:, None]) & (frame < torch.maximum(end, start + 1)[:, None])
            means.append((features * own[:, None]).sum(dim=2) / own.sum(dim=1)[:, None])
        return torch.cat(means, dim=1)[:, :, None], torch.ones_like(frames)

    def image(self, rows: Tensor, frames: Tensor) -> Tensor:
        """Return one line for each third, ``[b, 1, 3, n_rows]``."""
        return rows.reshape(len(rows), *self.size)
