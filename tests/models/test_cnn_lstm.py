"""[45]: the sizes, the pieces, their average, and the convolutions against torch's plain layers."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from evenvoice.errors import EvenvoiceError
from evenvoice.models import cnn_lstm
from evenvoice.models.cnn_lstm import CNNLSTM, cut
from evenvoice.recipes import open_recipe


def test_parameters() -> None:
    # Convolutions: 16·12·16 + 16 = 3,088, 24·16·8·12 + 24 = 36,888, 32·24·5·7 + 32 = 26,912. Three poolings leave 25
    # of 201 frequencies, so the LSTM reads 32·25 = 800 values: 4·(800·128 + 128·128 + 2·128) = 476,160.
    # Dense: 128·64 + 64 = 8,256. Output: 64·4 + 4 = 260.
    network = CNNLSTM((1, 202, 901), 4)
    total = 3_088 + 36_888 + 26_912 + 476_160 + 8_256 + 260
    assert sum(p.numel() for p in network.parameters()) == total == 551_564


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=4), st.integers(1, 15))
def test_cut_makes_as_few_equal_pieces_as_can_be(lengths: list[int], longest: int) -> None:
    own = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    # Frames are numbered from 1 within an utterance, so that 0 is padding; the second column says the utterance.
    counted = torch.arange(1, max(lengths) + 1).expand_as(own) * own
    frames = torch.stack((counted, torch.arange(len(lengths))[:, None] * own), dim=2).float()
    pieces, owner, number = cut(frames, own, longest)
    assert pieces.shape[1:] == (longest, 2)
    expected = []
    for utterance, length in enumerate(lengths):
        parts = math.ceil(length / longest)
        size = math.ceil(length / parts)
        for part in range(parts):
            inside = [float(n) for n in range(part * size + 1, min((part + 1) * size, length) + 1)]
            assert inside
            expected.append((inside + [0.0] * (longest - len(inside)), utterance, part))
    assert [
        (p[:, 0].tolist(), o, n) for p, o, n in zip(pieces, owner.tolist(), number.tolist(), strict=True)
    ] == expected
    assert torch.equal(pieces[:, :, 1], owner[:, None] * (pieces[:, :, 0] > 0))


@pytest.mark.parametrize(("seconds", "pieces"), [(1, 1), (3, 1), (3.01, 2), (6, 2), (9, 3)])
def test_the_shipped_recipe_cuts_pieces_of_3_seconds(seconds: float, pieces: int) -> None:
    recipe = open_recipe("cnn-lstm")
    frames = recipe.extractor.frames(round(seconds * 16000))
    own = torch.ones(1, frames, dtype=torch.bool)
    found, _, _ = cut(torch.ones(1, frames, 1), own, recipe.model.options["piece_frames"])
    assert len(found) == pieces


def _small(**options: object) -> CNNLSTM:
    torch.manual_seed(0)
    settings = {"piece_frames": 20, "filters": (4, 6), "kernels": ((4, 6), (5, 3)), "hidden": 8, **options}
    return CNNLSTM((1, 13, 60), 3, **settings).eval()  # type: ignore[arg-type]  # a dictionary of mixed values


def _sequence(frames: Tensor) -> Tensor:
    """Frames ``[t, r]`` as an input of the network."""
    return torch.cat((frames.T, torch.ones(1, len(frames))))[None, None]


def test_the_posterior_of_an_utterance_is_the_mean_of_its_pieces() -> None:
    network = _small()
    torch.manual_seed(1)
    frames = torch.randn(50, 12)  # three pieces: 17, 17 and 16 frames
    alone = [network(_sequence(piece)).softmax(dim=1) for piece in frames.split(17)]
    assert len(alone) == 3
    torch.testing.assert_close(network(_sequence(frames)).softmax(dim=1), torch.cat(alone).mean(dim=0, keepdim=True))
    # Log posteriors, not any logits: they are one in sum.
    torch.testing.assert_close(network(_sequence(frames)).exp().sum(dim=1), torch.ones(1))


def test_pieces_are_read_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    network = _small()
    features = _sequence(torch.randn(60, 12)).repeat(3, 1, 1, 1)
    whole = network(features)
    monkeypatch.setattr(cnn_lstm, "_PIECES_AT_ONCE", 2)
    torch.testing.assert_close(network(features), whole)


@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_equals_the_layers_in_the_order_of_the_source() -> None:
    network = _small(pool=(2, 3))
    # [b, 1, frames, frequencies]: a 4×6 kernel covers 4 frames × 6 frequencies. ReLU, then pooling.
    image = torch.randn(2, 1, 20, 12)
    plain: list[nn.Module] = []
    for ours, inputs, outputs, kernel in zip(
        [part for part in network.convolutions if isinstance(part, nn.Conv2d)],
        (1, 4),
        (4, 6),
        ((4, 6), (5, 3)),
        strict=True,
    ):
        layer = nn.Conv2d(inputs, outputs, kernel, padding="same")
        layer.load_state_dict(ours.state_dict())
        plain += [layer, nn.ReLU(), nn.MaxPool2d((2, 3))]
    maps = nn.Sequential(*plain)(image)
    assert maps.shape == (2, 6, 5, 1)
    torch.testing.assert_close(network.convolutions(image), maps)
    # Each time's values in one row, and the LSTM's last state to the dense layers.
    rows = torch.stack([maps[:, :, time].reshape(2, -1) for time in range(5)], dim=1)
    expected = network.head(network.recurrent(rows)[0][:, -1]).log_softmax(dim=1)
    torch.testing.assert_close(torch.cat([network(_sequence(one[0])) for one in image]), expected)


def test_pieces_too_small_are_refused_with_the_remedy() -> None:
    with pytest.raises(
        EvenvoiceError, match="7 frames × 80 rows are too small for 3 poolings by 2×2; raise piece_frames"
    ):
        CNNLSTM((1, 81, 150), 4, piece_frames=7)
    with pytest.raises(EvenvoiceError, match="301 frames × 7 rows are too small"):
        CNNLSTM((1, 8, 150), 4)


def test_filters_and_kernels_go_together() -> None:
    with pytest.raises(EvenvoiceError, match="2 filters and 3 kernels"):
        CNNLSTM((1, 81, 150), 4, filters=(16, 24))
