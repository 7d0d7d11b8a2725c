"""What every network over sequences promises, whichever it is."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from evenvoice.errors import EvenvoiceError
from evenvoice.models.bilstm_attention import BiLSTMAttention
from evenvoice.models.blstm_self_attention import BLSTMSelfAttention
from evenvoice.models.cnn_lstm import CNNLSTM
from evenvoice.models.lstm_attention import LSTMAttention
from evenvoice.models.sequence import SequenceNetwork
from evenvoice.models.transformer import TransformerClassifier

ROWS, FRAMES, CLASSES = 6, 40, 3

# Small, and without dropout: what is asked here does not depend on size.
SMALL: dict[type[SequenceNetwork], dict[str, Any]] = {
    BiLSTMAttention: {"hidden": 8, "attention": 8, "dense_units": 16},
    BLSTMSelfAttention: {
        "hidden": 8,
        "attention": 8,
        "dense_units": 16,
        "recurrent_dropout": 0.0,
        "dropout": 0.0,
    },
    LSTMAttention: {"frame_units": 16, "hidden": 8, "attention": 8, "dropout": 0.0},
    # Pieces of 16 frames: the longest of the utterances below makes three.
    CNNLSTM: {
        "piece_frames": 16,
        "filters": (8, 8),
        "kernels": ((4, 2), (3, 3)),
        "hidden": 16,
        "dense_units": 16,
        "dropout": 0.0,
    },
    TransformerClassifier: {
        "width": 16,
        "heads": 2,
        "feed_forward": 32,
        "encoder_dropout": 0.0,
        "dense_units": 16,
        "dropout": 0.0,
    },
}

Make = Callable[[], SequenceNetwork]


@pytest.fixture(params=SMALL, ids=lambda network: network.__name__)
def make(request: pytest.FixtureRequest) -> Make:
    """A function that builds the network, always with the same weights."""

    def build() -> SequenceNetwork:
        torch.manual_seed(0)
        network: SequenceNetwork = request.param((1, ROWS + 1, FRAMES), CLASSES, **SMALL[request.param])
        return network

    return build


def sequences(*lengths: int, frames: int = FRAMES) -> Tensor:
    """Random utterances of so many frames each: the same ones, however many frames of padding follow."""
    batch = torch.zeros(len(lengths), 1, ROWS + 1, frames)
    for number, length in enumerate(lengths):
        generator = torch.Generator().manual_seed(length)
        batch[number, 0, :ROWS, :length] = torch.randn(ROWS, length, generator=generator)
        batch[number, 0, ROWS, :length] = 1.0
    return batch


def close(one: Tensor, other: Tensor) -> None:
    torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)


def gradients(network: SequenceNetwork, features: Tensor) -> list[Tensor]:
    network.zero_grad()
    functional.cross_entropy(network(features), torch.arange(len(features)) % CLASSES).backward()
    return [parameter.grad.clone() for parameter in network.parameters() if parameter.grad is not None]


def test_gives_logits_and_no_penalty(make: Make) -> None:
    network = make()
    assert network(sequences(5, 30)).shape == (2, CLASSES)
    assert network.penalty().shape == ()
    assert network.penalty().item() == 0.0
    assert network.needs_shape == "sequence"


def test_every_weight_learns(make: Make) -> None:
    network = make()
    found = gradients(network, sequences(5, 30, 40))
    assert len(found) == len(list(network.parameters()))
    assert all(gradient.any() for gradient in found)


@pytest.mark.parametrize("lengths", [(7,), (5, 33, 16, 1)])
def test_padding_changes_nothing(make: Make, lengths: tuple[int, ...]) -> None:
    network = make().eval()
    bare, padded = sequences(*lengths, frames=max(lengths)), sequences(*lengths, frames=60)
    close(network(bare), network(padded))
    for one, other in zip(gradients(network, bare), gradients(network, padded), strict=True):
        close(one, other)


def test_a_longer_neighbour_changes_nothing(make: Make) -> None:
    network = make().eval()
    lengths = (5, 40, 16, 17, 33)
    together = network(sequences(*lengths))
    for number, length in enumerate(lengths):
        close(network(sequences(length, frames=length)), together[number : number + 1])


@pytest.mark.parametrize("garbage", [1e30, float("inf"), float("nan")])
def test_what_lies_beyond_the_mask_is_not_read(make: Make, garbage: float) -> None:
    network = make().eval()
    clean = sequences(5, 17, 40)
    dirty = clean.clone()
    dirty[:, :, :ROWS] = torch.where(clean[:, :, ROWS:] > 0, clean[:, :, :ROWS], garbage)
    assert not torch.equal(dirty, clean)
    assert torch.equal(network(clean), network(dirty))
    for one, other in zip(gradients(network, clean), gradients(network, dirty), strict=True):
        assert torch.equal(one, other)


def test_the_order_of_a_batch_is_the_order_of_its_logits(make: Make) -> None:
    network = make().eval()
    features, order = sequences(5, 40, 16, 17), torch.tensor([2, 0, 3, 1])
    close(network(features)[order], network(features[order]))


def test_strides_do_not_matter(make: Make) -> None:
    network = make().eval()
    features = sequences(5, 40, 16)
    plain = network(features)
    close(plain, network(features.contiguous(memory_format=torch.channels_last)))
    close(plain, network(features.transpose(0, 3).contiguous().transpose(0, 3)))
    # As training lays kernels out.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub
    close(plain, network(features))


def test_an_own_frame_is_own_whatever_its_fraction(make: Make) -> None:
    network = make().eval()
    whole = sequences(20, 9)
    synthetic = whole.clone()
    synthetic[0, 0, ROWS, 12:20] = 0.3
    assert torch.equal(network(whole), network(synthetic))


def test_one_frame_is_enough(make: Make) -> None:
    network = make()
    assert network(sequences(1, frames=1)).isfinite().all()
    assert all(gradient.isfinite().all() for gradient in gradients(network, sequences(1, frames=1)))


def test_evaluation_without_gradients_gives_the_same(make: Make) -> None:
    # torch's Transformer takes another way through the code there.
    network = make().eval()
    features = sequences(5, 40, 16)
    with torch.no_grad():
        bare = network(features)
    close(network(features), bare)


def test_the_seed_decides(make: Make) -> None:
    features = sequences(5, 40, 16)
    first, second = make(), make()
    assert torch.equal(first(features), second(features))
    for one, other in zip(gradients(first, features), gradients(second, features), strict=True):
        assert torch.equal(one, other)


def test_learns_sixteen_utterances_by_heart(make: Make) -> None:
    network = make()
    features = sequences(*range(9, 41, 2))
    labels = torch.randint(CLASSES, (16,), generator=torch.Generator().manual_seed(0))
    optimiser = torch.optim.Adam(network.parameters(), lr=0.02)
    for _ in range(60):
        optimiser.zero_grad()
        loss = functional.cross_entropy(network(features), labels)
        loss.backward()
        optimiser.step()
    # Labels at random: guessing gets four. The last ones hang on rounding, and that on the number of threads.
    assert (network(features).argmax(dim=1) == labels).sum() >= 14


@pytest.fixture
def _every_warning() -> Iterator[None]:
    """Torch says some things once a process: here each time."""
    torch.set_warn_always(True)
    yield
    torch.set_warn_always(False)


@pytest.mark.usefixtures("_every_warning")
def test_warns_of_nothing(make: Make) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        network = make()
        network(sequences(5, 40)).sum().backward()
        with torch.no_grad():
            network.eval()(sequences(5, 40))


def test_refuses_features_of_another_shape(make: Make) -> None:
    with pytest.raises(EvenvoiceError, match="set shape: sequence"):
        make()(torch.randn(2, 1, ROWS + 1, FRAMES))
    with pytest.raises(EvenvoiceError, match="3×40×94"):
        type(make())((3, 40, 94), CLASSES)  # type: ignore[call-arg]  # a network's own arguments, not nn.Module's
