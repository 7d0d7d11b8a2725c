"""The residual network: padding changes nothing, and what its blocks come to."""

from __future__ import annotations

import pytest
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.models.residual_cnn import ResidualCNN
from tests.models.padded import padded_sequence

SMALL = {"channels": (8, 8, 12, 16), "attention": 8}


def _network(rows: int = 20) -> ResidualCNN:
    """A network whose running sums are not those of the start."""
    torch.manual_seed(0)
    network = ResidualCNN((1, rows + 1, 64), 4, **SMALL).train()
    for _ in range(3):
        network(padded_sequence([64, 40, 9, 64], 64, rows))
    return network.eval()


@pytest.mark.parametrize("rows", [1, 16, 17, 20])
@pytest.mark.parametrize("length", [1, 2, 3, 7, 40])
def test_padding_changes_no_answer(length: int, rows: int) -> None:
    network = _network(rows)
    with torch.inference_mode():
        alone = network(padded_sequence([length], length, rows))
        padded = network(padded_sequence([length, 64], 64, rows))[:1]
    torch.testing.assert_close(padded, alone, atol=1e-5, rtol=1e-5)


def test_what_stands_in_the_padding_does_not_matter() -> None:
    network = _network()
    clean = padded_sequence([20], 64, rows=20)
    dirty = clean.clone()
    dirty[0, 0, :20, 20:] = 1e3
    with torch.inference_mode():
        torch.testing.assert_close(network(dirty), network(clean))


def test_both_ways_in_agree() -> None:
    network, features = _network(), padded_sequence([30, 12], 30, rows=20)
    with torch.inference_mode():
        frames, own = features[:, 0, :-1].transpose(1, 2), features[:, 0, -1] > 0
        torch.testing.assert_close(network(features), network.logits(frames, own))


def test_a_block_gates_by_the_mean_over_bands_and_own_frames() -> None:
    block = _network().blocks[0]
    rows, own = torch.randn(2, 8, 10, 6).relu(), torch.ones(2, 1, 1, 6)
    own[1, ..., 4:] = 0
    rows = rows * own
    with torch.inference_mode():
        inner = block.second_norm(block.second(block.first_norm(block.first(rows)).relu() * own))
        means = torch.stack([inner[0].mean(dim=(1, 2)), inner[1, :, :, :4].mean(dim=(1, 2))])
        gate = block.excite(block.squeeze(means).relu()).sigmoid()
        expected = (inner * gate[:, :, None, None] + rows).relu() * own
        torch.testing.assert_close(block(rows, own), expected, atol=1e-5, rtol=1e-5)


def test_it_reads_sequences_alone() -> None:
    with pytest.raises(EvenvoiceError, match=r"residual-cnn.*reads sequences"):
        ResidualCNN((3, 40, 94), 4)


@pytest.mark.parametrize("channels", [(8, 8), (8, 8, 8, 8, 8)])
def test_it_has_four_widths(channels: tuple[int, ...]) -> None:
    with pytest.raises(EvenvoiceError, match=r"channels: . widths; it takes four"):
        ResidualCNN((1, 21, 94), 4, channels=channels)


def test_a_last_batch_of_one_row_can_be_learnt_from() -> None:
    network = ResidualCNN((1, 21, 40), n_classes=3, **SMALL).train()
    before = network.pooled_norm.running_mean.clone()
    network(padded_sequence([40], 40, rows=20)).sum().backward()
    assert torch.equal(network.pooled_norm.running_mean, before)  # one row has no deviation to learn
    assert all(torch.isfinite(parameter.grad).all() for parameter in network.parameters())


def test_bfloat16_comes_near_float32() -> None:
    network, features = _network(), padded_sequence([64, 33], 64, rows=20)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        half = network(features)
    with torch.inference_mode():
        full = network(features)
    assert 0 < (half.float() - full).abs().max() < 0.05 * full.abs().max()
