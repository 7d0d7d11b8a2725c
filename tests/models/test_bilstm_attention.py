"""[42]: the sizes, ours and the published."""

from __future__ import annotations

from evenvoice.models.bilstm_attention import BiLSTMAttention


def test_parameters() -> None:
    # BiLSTM: two directions, four gates of 34·128 + 128·128 weights and torch's two biases of 128 = 167,936.
    # Attention: W 256·128, b 128, v 128 = 33,024. Dense: 256·512 + 512 = 131,584. Output: 512·4 + 4 = 2,052.
    network = BiLSTMAttention((1, 35, 100), 4)
    assert sum(p.numel() for p in network.parameters()) == 167_936 + 33_024 + 131_584 + 2_052 == 334_596


def _published(inputs: int, directions: int, frames: int = 100, units: int = 128, outputs: int = 128) -> int:
    """The parameters of LSTM → AttentionDecoder(units, outputs) → flatten → dense 512 → dense 4, as Keras counts."""
    lstm = directions * 4 * (inputs * units + units * units + units)  # one bias a gate
    encoded = directions * units
    attention = units + units * units + encoded * units + units  # V_a, W_a, U_a, b_a
    # Reset, update, proposal and output: each reads the context, the state and the last output, and has a bias.
    gates = 4 * (encoded * units + units * units + outputs * units + units)
    initial = encoded * units  # W_s
    decoder = directions * (attention + gates + initial)
    dense = frames * directions * outputs * 512 + 512
    return lstm + decoder + dense + 512 * 4 + 4


def test_the_published_network_is_what_our_docstring_says_it_is() -> None:
    # Both totals are in the authors' notebook: bidirectional, and in one direction.
    assert _published(34, directions=2) == 13_966_340
    assert _published(34, directions=1) == 6_886_148
    documentation = BiLSTMAttention.__doc__ or ""
    assert "13,966,340" in documentation
    assert f"{100 * 256 * 512 + 512:,}" in documentation
