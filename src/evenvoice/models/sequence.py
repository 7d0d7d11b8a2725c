"""What the networks over sequences share: features to frames and their mask, and what is computed under that mask."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from evenvoice.errors import EvenvoiceError


class SequenceNetwork(nn.Module):
    """A network that reads an utterance frame by frame; a subclass writes `logits`.

    Attributes:
        needs_shape: The shape that it needs.
        exportable: Whether it can be a model file; `split` looks at values, which a graph cannot.

    Shape:
        - Input: ``[b, 1, r + 1, t]`` float32, shape ``sequence``: r rows of features and the mask, see `split`
        - Output: ``[b, n_classes]`` float32 logits
    """

    needs_shape: ClassVar[str] = "sequence"
    exportable: ClassVar[bool] = False

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits ``[b, n_classes]`` of features ``[b, 1, r + 1, t]``."""
        return self.logits(*split(features))

    def logits(self, frames: Tensor, own: Tensor) -> Tensor:
        """Return the logits ``[b, n_classes]`` of frames ``[b, t, r]``; ``own`` ``[b, t]`` is false for padding."""
        raise NotImplementedError

    def penalty(self) -> Tensor:
        """Return zero: none of these networks adds to the loss."""
        return torch.zeros(())


def rows_of(input_shape: tuple[int, int, int], model: str) -> int:
    """Return r, the number of feature rows of an input (1, r + 1, t).

    Raises:
        EvenvoiceError: The shape is not that of ``sequence``.

    Examples:
        >>> rows_of((1, 35, 100), "transformer")
        34
    """
    channels, height, width = input_shape
    if channels != 1 or height < 2 or width < 1:
        raise EvenvoiceError(
            f"model {model!r}: it reads sequences, 1×(rows + 1)×frames, and found {channels}×{height}×{width}; "
            "set shape: sequence"
        )
    return height - 1


def split(features: Tensor) -> tuple[Tensor, Tensor]:
    """Return the frames of a batch of sequences, and which of them are an utterance's own.

    The last row is the mask: above 0 where a frame is the utterance's own, 0 where it is padding. Between 0 and 1 it
    is in a synthetic row, where only one of the two parents had that frame. Padding is cut to the longest utterance
    of the batch, and becomes zero, whatever it was.

    Args:
        features: ``[b, 1, r + 1, t]`` float32, of any strides.

    Returns:
        Frames ``[b, t', r]`` and own ``[b, t']`` bool; own frames come first, at least one an utterance.

    Raises:
        EvenvoiceError: The last row is no such mask: the features have another shape.

    Examples:
        >>> features = torch.tensor([[[3.0, 4.0, 0.0], [1.0, 1.0, 0.0]], [[5.0, 0.0, 0.0], [1.0, 0.0, 0.0]]])
        >>> frames, own = split(features[:, None])
        >>> frames[:, :, 0].tolist(), own.tolist()
        ([[3.0, 4.0], [5.0, 0.0]], [[True, True], [True, False]])
    """
    rows, mask = features[:, 0, :-1], features[:, 0, -1]
    own = mask > 0
    counts = own.sum(dim=1)
    leading = torch.arange(own.shape[1], device=own.device) < counts[:, None]
    if (mask < 0).any() or (mask > 1).any() or (counts == 0).any() or (own != leading).any():
        raise EvenvoiceError(
            "features: the last row must be above 0 (at most 1) in an utterance's own frames, at least the first, and "
            "0 after them; found other values; set shape: sequence"
        )
    longest = int(counts.max())
    own = own[:, :longest]
    return rows[:, :, :longest].transpose(1, 2).masked_fill(~own[:, :, None], 0.0), own


def masked_softmax(scores: Tensor, own: Tensor) -> Tensor:
    """Return the softmax of scores ``[b, t]`` over each utterance's own frames; padding gets exactly 0.

    Examples:
        >>> masked_softmax(torch.tensor([[2.0, 2.0, 9.0]]), torch.tensor([[True, True, False]])).tolist()
        [[0.5, 0.5, 0.0]]
    """
    return scores.masked_fill(~own, -torch.inf).softmax(dim=1)


def masked_mean(frames: Tensor, own: Tensor) -> Tensor:
    """Return the mean ``[b, h]`` of frames ``[b, t, h]`` over each utterance's own.

    Examples:
        >>> masked_mean(torch.tensor([[[2.0], [4.0], [9.0]]]), torch.tensor([[True, True, False]])).tolist()
        [[3.0]]
    """
    total = frames.masked_fill(~own[:, :, None], 0.0).sum(dim=1)
    return total / own.sum(dim=1, keepdim=True)


class AttentionPooling(nn.Module):
    """The frames' weighted mean, weighted by additive attention: ``softmax(vᵀ tanh(W h + b))`` over the own frames.

    Args:
        size: Width of a frame.
        hidden: Rows of W.
        bias: Whether there is a b.

    Shape:
        - Input: frames ``[b, t, size]`` and own ``[b, t]`` bool
        - Output: ``[b, size]``

    Source:
        Bahdanau, Cho and Bengio, "Neural machine translation by jointly learning to align and translate", 2014, with
        a learnt v instead of the decoder's state; Yang et al., "Hierarchical attention networks", 2016, eq. 5–7.
    """

    def __init__(self, size: int, hidden: int, *, bias: bool = True) -> None:
        super().__init__()
        self.hidden = nn.Linear(size, hidden, bias=bias)
        self.score = nn.Linear(hidden, 1, bias=False)

    def forward(self, frames: Tensor, own: Tensor) -> Tensor:
        """Return the weighted mean ``[b, size]``."""
        weights = masked_softmax(self.score(self.hidden(frames).tanh())[:, :, 0], own)
        return torch.einsum("bt,bth->bh", weights, frames)
