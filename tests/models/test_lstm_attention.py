"""[44]: the sizes."""

from __future__ import annotations

from evenvoice.models.lstm_attention import LSTMAttention


def test_parameters() -> None:
    # Dense on every frame: 257·512 + 512 = 132,096. BiLSTM: 2·4·(512·100 + 100·100 + 2·100) = 491,200.
    # Attention: 200·200 + 200 + 200 = 40,400. Output: 200·4 + 4 = 804.
    network = LSTMAttention((1, 258, 701), 4)
    assert sum(p.numel() for p in network.parameters()) == 132_096 + 491_200 + 40_400 + 804 == 664_500
