"""The 2DCNN against the paper's sizes and Keras' rules."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from evenvoice.errors import EvenvoiceError
from evenvoice.models import CNN2D, count_parameters


@pytest.mark.parametrize(
    ("shape", "classes", "total"),
    # 640 + 36,928 + 36,928 + 8,256 + 260, and 2 × 256 for the batch normalisations; 751,172 is what Keras itself counts
    [((1, 16, 8), 4, 83_524), ((1, 120, 94), 4, 751_172)],
)
def test_has_as_many_parameters_as_keras_counts(shape: tuple[int, int, int], classes: int, total: int) -> None:
    assert count_parameters(CNN2D(shape, classes)) == (total - 256, total)


def _as_written(network: CNN2D) -> nn.Sequential:
    """The layers in the paper's own order (activation before pooling), with the same weights."""
    parts = list(network.features)
    conv, norm = (
        [part for part in parts if isinstance(part, nn.Conv2d)],
        [p for p in parts if isinstance(p, nn.BatchNorm2d)],
    )
    layers: list[nn.Module] = []
    for number in range(3):
        layers += [conv[number], nn.LeakyReLU(0.3), nn.MaxPool2d(2, stride=2)]
        layers += [norm[number]] if number < 2 else []
    return nn.Sequential(*layers, nn.Flatten(), network.dense, nn.LeakyReLU(0.3), network.dropout, network.output)


@pytest.mark.parametrize("training", [True, False])
def test_equals_the_layers_in_the_papers_order(training: bool) -> None:
    torch.manual_seed(0)
    network = CNN2D((3, 17, 30), 5).train(training)
    images = torch.randn(6, 3, 17, 30)
    torch.manual_seed(1)  # the same dropout
    ours = network(images)
    torch.manual_seed(1)
    torch.testing.assert_close(ours, _as_written(network)(images), rtol=1e-5, atol=1e-6)


def test_penalty_is_the_sum_of_squares_of_dense_1_without_the_half() -> None:
    network = CNN2D((1, 16, 8), 4, l2=0.5)
    with torch.no_grad():
        network.dense.weight.fill_(0.0)
        network.dense.weight[0, 0] = 3.0
        assert network.dense.bias is not None
        network.dense.bias.fill_(0.0)
        network.dense.bias[1] = 2.0
    assert network.penalty().item() == pytest.approx(0.5 * (9 + 4))


def test_batch_normalisation_moves_as_keras_does() -> None:
    network = CNN2D((1, 16, 8), 4)
    first = next(part for part in network.features if isinstance(part, nn.BatchNorm2d))
    # Keras: moving = 0.99 · moving + 0.01 · batch, starting from 0
    with torch.no_grad():
        first.train()(torch.full((2, 64, 4, 4), 5.0))
    np.testing.assert_allclose(first.running_mean, 0.05, rtol=1e-5)
    assert first.eps == 1e-3


def test_starts_as_keras_does() -> None:
    torch.manual_seed(0)
    network = CNN2D((1, 120, 94), 4)
    fan_in, fan_out = network.dense.in_features, network.dense.out_features
    limit = (6 / (fan_in + fan_out)) ** 0.5  # uniform Glorot
    weight = network.dense.weight.detach()
    assert weight.abs().max() <= limit
    assert weight.std().item() == pytest.approx(limit / 3**0.5, rel=0.02)
    assert all(not part.bias.any() for part in network.modules() if isinstance(part, nn.Conv2d | nn.Linear))


def test_an_input_too_small_is_refused_with_the_remedy() -> None:
    with pytest.raises(EvenvoiceError, match=r"40×6 is too small.*at least 8.*more seconds"):
        CNN2D((3, 40, 6), 4)
