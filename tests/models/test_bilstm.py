"""The bidirectional LSTM against torch's own over packed sequences."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from evenvoice.models.bilstm import BiLSTM


def _with_the_weights_of(reference: nn.LSTM, size: int, hidden: int) -> BiLSTM:
    ours = BiLSTM(size, hidden, layers=reference.num_layers)
    with torch.no_grad():
        for layer in range(reference.num_layers):
            for direction, suffix in ((ours.onward, ""), (ours.back, "_reverse")):
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                    weights = getattr(reference, f"{name}_l{layer}{suffix}")
                    getattr(direction[layer], f"{name}_l0").copy_(weights)
    return ours


def test_equals_torchs_bidirectional_lstm_over_packed_sequences() -> None:
    torch.manual_seed(0)
    reference = nn.LSTM(5, 4, num_layers=2, batch_first=True, bidirectional=True)
    ours = _with_the_weights_of(reference, 5, 4)
    lengths = torch.tensor([3, 9, 1, 6])
    own = torch.arange(9) < lengths[:, None]
    frames = torch.randn(4, 9, 5)
    packed = pack_padded_sequence(frames, lengths, batch_first=True, enforce_sorted=False)
    expected = pad_packed_sequence(reference(packed)[0], batch_first=True)[0]
    torch.testing.assert_close(ours(frames, own)[own], expected[own])


def test_drops_out_between_layers_and_only_there() -> None:
    torch.manual_seed(0)
    frames, own = torch.randn(2, 5, 3), torch.ones(2, 5, dtype=torch.bool)
    one, two = BiLSTM(3, 4, dropout=0.5), BiLSTM(3, 4, layers=2, dropout=0.5)
    assert torch.equal(one(frames, own), one.eval()(frames, own))
    assert not torch.equal(two(frames, own), two.eval()(frames, own))
