"""[46]: the sizes and the positions."""

from __future__ import annotations

import math

import pytest
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.models.transformer import TransformerClassifier, sinusoids


def test_parameters() -> None:
    # Projection: 34·128 + 128 = 4,480. A layer: attention 3·(128·128 + 128) + 128·128 + 128 = 66,048, dense
    # 128·512 + 512 + 512·128 + 128 = 131,712, two normalisations of 2·128 = 512. Dense: 128·256 + 256 = 33,024.
    # Output: 256·4 + 4 = 1,028.
    network = TransformerClassifier((1, 35, 100), 4)
    layer = 66_048 + 131_712 + 512
    assert sum(p.numel() for p in network.parameters()) == 4_480 + 2 * layer + 33_024 + 1_028 == 435_076


def test_positions_are_those_of_vaswani() -> None:
    table = sinusoids(50, 6)
    for position in (0, 1, 49):
        for pair in range(3):
            angle = position / 10000 ** (2 * pair / 6)
            assert table[position, 2 * pair].item() == pytest.approx(math.sin(angle), abs=1e-5)
            assert table[position, 2 * pair + 1].item() == pytest.approx(math.cos(angle), abs=1e-5)


def test_the_order_of_frames_matters() -> None:
    # Attention and mean alone would not see it.
    torch.manual_seed(0)
    network = TransformerClassifier((1, 4, 12), 3, width=16, heads=2, feed_forward=16).eval()
    features = torch.randn(1, 1, 4, 12)
    features[:, :, -1] = 1.0
    assert (network(features) - network(features.flip(3))).abs().max() > 1e-3


@pytest.mark.parametrize(("width", "heads"), [(10, 4), (9, 3)])
def test_a_width_that_does_not_suit_is_refused(width: int, heads: int) -> None:
    with pytest.raises(EvenvoiceError, match=f"width {width} must be even and a multiple of heads, {heads}"):
        TransformerClassifier((1, 35, 100), 4, width=width, heads=heads)
