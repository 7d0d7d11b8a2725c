"""[43]: the sizes."""

from __future__ import annotations

from evenvoice.models.blstm_self_attention import BLSTMSelfAttention


def test_parameters() -> None:
    # BLSTM: 2·4·(33·128 + 128·128 + 2·128) = 166,912, then 2·4·(256·128 + 128·128 + 2·128) = 395,264.
    # Attention: 256·64 + 64 = 16,448. Dense: 256·128 + 128 = 32,896. Output: 128·4 + 4 = 516.
    network = BLSTMSelfAttention((1, 34, 250), 4)
    assert sum(p.numel() for p in network.parameters()) == 166_912 + 395_264 + 16_448 + 32_896 + 516 == 612_036
