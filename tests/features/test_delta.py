from __future__ import annotations

import librosa
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from evenvoice.features.delta import deltas


@settings(max_examples=40, deadline=None)
@given(
    own=st.lists(st.integers(9, 40), min_size=1, max_size=4),
    count=st.integers(1, 5),
    level=st.sampled_from([0.0, -800.0]),
    seed=st.integers(0, 2**31),
)
def test_each_utterance_of_a_padded_batch_has_librosas_deltas(own, count, level, seed):
    random = np.random.default_rng(seed)
    rows = level + 20 * random.standard_normal((len(own), count, max(own) + 3)).astype(np.float32)
    first, second = deltas(torch.from_numpy(rows), torch.tensor(own))
    for index, frames in enumerate(own):
        alone = rows[index, :, :frames].astype(np.float64)
        assert first[index, :, :frames].numpy() == pytest.approx(librosa.feature.delta(alone), abs=2e-4)
        assert second[index, :, :frames].numpy() == pytest.approx(librosa.feature.delta(alone, order=2), abs=2e-4)


def test_a_parabola_bends_the_same_everywhere():
    time = torch.arange(20.0)
    first, second = deltas((3 * time**2 - 5 * time + 7)[None, None], torch.tensor([20]))
    assert second[0, 0].numpy() == pytest.approx(np.full(20, 6.0), abs=1e-3)
    # The slope 6t - 5 where a whole window fits, and that of the nearest window at the ends.
    assert first[0, 0].numpy() == pytest.approx((6 * time.clamp(4, 15) - 5).numpy(), abs=1e-3)


@pytest.mark.parametrize("length", [9, 10, 31, 32, 33, 200])
def test_without_padding_no_lengths_are_needed(length: int) -> None:
    rows = -800 + torch.randn(3, 5, length, generator=torch.Generator().manual_seed(length))
    for found, expected in zip(deltas(rows), deltas(rows, torch.full((3,), length)), strict=True):
        assert torch.equal(found, expected)
