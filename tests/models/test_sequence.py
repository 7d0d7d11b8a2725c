"""Frames and mask out of a sequence, and what is computed under the mask."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from evenvoice.errors import EvenvoiceError
from evenvoice.models.sequence import AttentionPooling, masked_mean, masked_softmax, rows_of, split


def _sequences(*lengths: int, rows: int = 3, frames: int = 10) -> Tensor:
    """Random utterances of so many frames each, as the front end lays them out."""
    own = torch.arange(frames) < torch.tensor(lengths)[:, None]
    features = torch.randn(len(lengths), rows, frames).masked_fill(~own[:, None], 0.0)
    return torch.cat((features, own[:, None].float()), dim=1)[:, None]


def test_split_gives_frames_cut_to_the_longest_utterance() -> None:
    features = _sequences(4, 7, 1)
    frames, own = split(features)
    assert frames.shape == (3, 7, 3)
    assert own.sum(dim=1).tolist() == [4, 7, 1]
    for number, length in enumerate((4, 7, 1)):
        assert torch.equal(frames[number, :length], features[number, 0, :3, :length].T)
        assert not frames[number, length:].any()


def test_a_frame_of_a_fractional_mask_is_own() -> None:
    # SMOTE between utterances of 2 and 5 frames: where only the second had frames, the mask is λ.
    features = _sequences(5)
    features[0, 0, -1, 2:5] = 0.25
    assert split(features)[1].tolist() == [[True] * 5]


@pytest.mark.parametrize(
    "mask",
    [[1, 1, 0, 1], [0, 1, 1, 1], [0, 0, 0, 0], [1, 1.5, 0, 0], [1, 1, -0.5, 0]],
    ids=["hole", "late", "none", "above 1", "below 0"],
)
def test_split_refuses_a_last_row_that_is_no_mask(mask: list[float]) -> None:
    features = _sequences(4, 4, frames=4)
    features[1, 0, -1] = torch.tensor(mask)
    with pytest.raises(EvenvoiceError, match=r"last row must be above 0.*set shape: sequence"):
        split(features)


@pytest.mark.parametrize("shape", [(3, 40, 94), (1, 1, 94), (1, 16, 0)])
def test_rows_of_refuses_another_shape(shape: tuple[int, int, int]) -> None:
    with pytest.raises(EvenvoiceError, match=f"model 'mine'.*{shape[0]}×{shape[1]}×{shape[2]}.*set shape: sequence"):
        rows_of(shape, "mine")


def test_masked_softmax_is_the_softmax_of_the_own_scores() -> None:
    scores, own = torch.randn(2, 6), torch.arange(6) < torch.tensor([[4], [6]])
    weights = masked_softmax(scores, own)
    torch.testing.assert_close(weights[0, :4], scores[0, :4].softmax(dim=0))
    torch.testing.assert_close(weights[1], scores[1].softmax(dim=0))
    assert not weights[0, 4:].any()


def test_masked_mean_is_the_mean_of_the_own_frames() -> None:
    frames, own = torch.randn(2, 6, 3), torch.arange(6) < torch.tensor([[4], [1]])
    means = masked_mean(frames, own)
    torch.testing.assert_close(means, torch.stack((frames[0, :4].mean(dim=0), frames[1, 0])))


def test_attention_pooling_by_hand() -> None:
    pooling = AttentionPooling(1, 1)
    with torch.no_grad():
        pooling.hidden.weight.fill_(2.0)
        assert pooling.hidden.bias is not None
        pooling.hidden.bias.fill_(-1.0)
        pooling.score.weight.fill_(3.0)
    frames, own = torch.tensor([[[0.0], [0.5], [7.0]]]), torch.tensor([[True, True, False]])
    # Scores 3 tanh(2·0 − 1) = −2.28478 and 3 tanh(2·0.5 − 1) = 0: the second weighs 1 / (1 + e^−2.28478) = 0.90761.
    assert pooling(frames, own).item() == pytest.approx(0.5 * 0.90761, abs=1e-5)
    assert AttentionPooling(1, 1, bias=False).hidden.bias is None
