"""The cheapest path through a few states a frame: a short dynamic programme, for all frames of a batch at once."""

from __future__ import annotations

import torch
from torch import Tensor, nn

_REACH = 30


def cheapest_states(local: Tensor, change: Tensor, frames: Tensor, *, reach: int = _REACH) -> Tensor:
    """Return for each frame the state that the cheapest path through its neighbourhood takes there.

    What it costs at least to come from the left is m_t(s) = min over s' of m_{t−1}(s') + local_{t−1}(s') +
    change_t(s', s), and likewise from the right; the state is that of the least sum of both and its own cost. The
    recursion is run ``reach`` times for all frames together instead of once from end to end: a frame sees ``reach``
    frames on either side. With a reach of all frames, it is Viterbi's path.

    Args:
        local: ``[b, t, s]``, what it costs to be in a state.
        change: ``[b, t, s, s]``, what it costs to come from one state (third axis) to another (fourth axis), from the
            frame before. That of the first frame is ignored.
        frames: ``[b]`` int64: how many frames are an utterance's own; the others cost nothing.
        reach: How many frames on either side count.

    Returns:
        ``[b, t]`` int64.

    Source:
        Viterbi 1967; as messages on a chain, Pearl 1988, "Probabilistic reasoning in intelligent systems".

    Examples:
        >>> local = torch.tensor([[[0.0, 1.0], [1.0, 0.8], [0.0, 1.0]]])
        >>> dear, free = (cost * (1 - torch.eye(2)).expand(1, 3, 2, 2) for cost in (0.5, 0.0))
        >>> cheapest_states(local, dear, torch.tensor([3])), cheapest_states(local, free, torch.tensor([3]))
        (tensor([[0, 0, 0]]), tensor([[0, 1, 0]]))
    """
    position = torch.arange(local.shape[1], device=local.device)
    own = (position < frames[:, None])[:, :, None]
    local = local.masked_fill(~own, 0.0)
    # Nothing comes from before the first frame, nor from behind the last.
    change = change.masked_fill(~(own & (position > 0)[:, None])[:, :, :, None], 0.0)
    onward = nn.functional.pad(change[:, 1:], (0, 0, 0, 0, 0, 1))
    left = right = torch.zeros_like(local)
    for _ in range(reach):
        before = nn.functional.pad((left + local)[:, :-1], (0, 0, 1, 0))
        behind = nn.functional.pad((right + local)[:, 1:], (0, 0, 0, 1))
        left = (before[:, :, :, None] + change).amin(dim=2)
        right = (behind[:, :, None, :] + onward).amin(dim=3)
    return (left + local + right).argmin(dim=2)
