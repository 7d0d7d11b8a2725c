"""The path through neighbourhoods against Viterbi's, and against all paths."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from evenvoice.features.voice.path import cheapest_states


def by_trying_all(local: np.ndarray, change: np.ndarray) -> list[int]:
    """The cheapest path of all."""
    t, s = local.shape

    def cost(path: tuple[int, ...]) -> float:
        steps = sum(change[i, path[i - 1], path[i]] for i in range(1, t))
        return float(sum(local[i, state] for i, state in enumerate(path)) + steps)

    return list(min(itertools.product(range(s), repeat=t), key=cost))


@pytest.mark.parametrize("seed", range(10))
def test_with_all_frames_in_reach_it_is_the_cheapest_path(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    local, change = torch.rand(1, 6, 3, generator=generator), torch.rand(1, 6, 3, 3, generator=generator)
    found = cheapest_states(local, change, torch.tensor([6]))
    assert found[0].tolist() == by_trying_all(local[0].numpy(), change[0].numpy())


def test_what_lies_beyond_an_utterance_changes_nothing() -> None:
    generator = torch.Generator().manual_seed(0)
    local, change = torch.rand(2, 40, 4, generator=generator), torch.rand(2, 40, 4, 4, generator=generator)
    alone = cheapest_states(local[:1, :25], change[:1, :25], torch.tensor([25]))
    together = cheapest_states(local, change, torch.tensor([25, 40]))
    assert torch.equal(together[:1, :25], alone)


def test_out_of_reach_nothing_counts() -> None:
    # Only the first frame says which state it is; changes are dear, so the state is kept as far as it reaches.
    local = torch.zeros(1, 10, 2)
    local[0, 0, 0] = 1.0
    change = 5.0 * (1 - torch.eye(2)).expand(1, 10, 2, 2)
    found = cheapest_states(local, change, torch.tensor([10]), reach=4)
    assert found[0].tolist() == [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
