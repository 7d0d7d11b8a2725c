"""BLSTM with self-attention, the acoustic branch of [43] of the paper's Table 6: Santoso et al. 2022."""

from __future__ import annotations

from torch import Tensor, nn

from evenvoice.models.bilstm import BiLSTM
from evenvoice.models.sequence import AttentionPooling, SequenceNetwork, rows_of
from evenvoice.options import Count, Share


class BLSTMSelfAttention(SequenceNetwork):
    """Two BLSTM layers → self-attention pooling → dense 128 → logits: the acoustic branch of [43].

    Known, from the abstract: a BLSTM with self-attention over the acoustic features, and another over the text that a
    speech recogniser writes; the weights of both are corrected by the recogniser's confidence. The paper's Table 6
    quotes the accuracy of the whole, audio and text. Without words there is nothing to correct: this is the acoustic
    branch alone, and no published figure is its own.

    Assumed: every size and rate, two layers, and the attention ``softmax(w₂ tanh(W₁ h))`` (Lin et al., "A structured
    self-attentive sentence embedding", 2017, with one row).

    Args:
        input_shape: (1, rows + 1, frames), shape ``sequence``.
        n_classes: Number of emotions.
        hidden: Units of each direction of a BLSTM layer.
        layers: Number of BLSTM layers.
        attention: Rows of the attention's W₁.
        dense_units: Width of the dense layer.
        recurrent_dropout: Share of a BLSTM layer's outputs dropped in training before the next one.
        dropout: Share of the dense layer's outputs dropped in training.

    Shape:
        - Input: ``[b, 1, rows + 1, t]`` float32, see `SequenceNetwork`
        - Output: ``[b, n_classes]`` float32 logits

    Raises:
        EvenvoiceError: The input is not of shape ``sequence``.

    Source:
        J. Santoso, T. Yamada, K. Ishizuka, T. Hashimoto and S. Makino, "Speech emotion recognition based on
        self-attention weight correction for acoustic and text features", IEEE Access 10, 2022, 115732–115743.

    Examples:
        >>> network = BLSTMSelfAttention((1, 34, 250), n_classes=4)
        >>> sum(parameter.numel() for parameter in network.parameters())
        612036
    """

    def __init__(
        self,
        input_shape: tuple[int, int, int],
        n_classes: int,
        *,
        hidden: Count = 128,
        layers: Count = 2,
        attention: Count = 64,
        dense_units: Count = 128,
        recurrent_dropout: Share = 0.3,
        dropout: Share = 0.5,
    ) -> None:
        super().__init__()
        rows = rows_of(input_shape, "blstm-self-attention")
        self.recurrent = BiLSTM(rows, hidden, layers=layers, dropout=recurrent_dropout)
        self.attention = AttentionPooling(2 * hidden, attention, bias=False)
        self.head = nn.Sequential(
            nn.Linear(2 * hidden, dense_units), nn.ReLU(), nn.Dropout(dropout), nn.Linear(dense_units, n_classes)
        )

    def logits(self, frames: Tensor, own: Tensor) -> Tensor:
        """Return the logits ``[b, n_classes]`` of frames ``[b, t, rows]``."""
        logits: Tensor = self.head(self.attention(self.recurrent(frames, own), own))
        return logits
