"""The attentive network: padding changes nothing, in training mode's running sums neither, and statistics by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.models.attentive_cnn import AttentiveCNN, AttentiveStatistics
from tests.models.padded import padded_sequence


@pytest.mark.parametrize("length", [1, 2, 3, 7, 40])
def test_padding_changes_no_answer(length: int) -> None:
    network = AttentiveCNN((1, 7, 64), 4).eval()
    with torch.inference_mode():
        alone = network(padded_sequence([length], length))
        padded = network(padded_sequence([length, 64], 64))[:1]
    torch.testing.assert_close(padded, alone, atol=1e-5, rtol=1e-5)


def test_what_stands_in_the_padding_does_not_matter() -> None:
    network = AttentiveCNN((1, 7, 64), 4).eval()
    clean = padded_sequence([20], 64)
    dirty = clean.clone()
    dirty[0, 0, :6, 20:] = 1e3
    with torch.inference_mode():
        torch.testing.assert_close(network(dirty), network(clean))


def test_equal_attention_gives_mean_and_deviation() -> None:
    pooling = AttentiveStatistics(2, 3)
    torch.nn.init.zeros_(pooling.score.weight)
    rows = torch.tensor([[[1.0, 3.0, 100.0], [2.0, 2.0, 100.0]]])
    with torch.inference_mode():
        found = pooling(rows, torch.tensor([[[1.0, 1.0, 0.0]]]))
    np.testing.assert_allclose(found[0], [2, 2, 1, np.sqrt(1e-5)], atol=1e-5)


def test_both_ways_in_agree() -> None:
    network = AttentiveCNN((1, 7, 30), 4).eval()
    features = padded_sequence([30, 12], 30)
    with torch.inference_mode():
        frames, own = features[:, 0, :-1].transpose(1, 2), features[:, 0, -1] > 0
        torch.testing.assert_close(network(features), network.logits(frames, own))


def test_it_reads_sequences_alone() -> None:
    with pytest.raises(EvenvoiceError, match=r"attentive-cnn.*reads sequences"):
        AttentiveCNN((3, 40, 94), 4)


def test_a_last_batch_of_one_row_can_be_learnt_from() -> None:
    network = AttentiveCNN((1, 9, 40), n_classes=3, channels=8, wide_channels=8, attention=4).train()
    image = torch.randn(1, 1, 9, 40)
    image[:, :, -1] = 1
    before = network.norm.running_mean.clone()
    network(image).sum().backward()
    assert torch.equal(network.norm.running_mean, before)  # one row has no deviation to learn
    assert all(torch.isfinite(parameter.grad).all() for parameter in network.parameters())
