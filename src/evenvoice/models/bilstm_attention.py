"""BiLSTM with attention, after [42] of the paper's Table 6: Tripathi, Tripathi and Beigi 2018."""

from __future__ import annotations

from torch import Tensor, nn

from evenvoice.models.bilstm import BiLSTM
from evenvoice.models.sequence import AttentionPooling, SequenceNetwork, rows_of
from evenvoice.options import Count, Share


class BiLSTMAttention(SequenceNetwork):
    """BiLSTM → additive attention → dense 512 → logits: the speech model of [42], without what cannot know padding.

    Known, from the authors' code: the BiLSTM of 128 units a direction, the dense layer of 512 with ReLU, no dropout,
    34 rows × 100 frames of input.

    Ours differs: the published network has 13,966,340 parameters. Its second layer is bidirectional too, a decoder
    with Bahdanau's attention and a gated state that gives out a softmax over 128 values at every frame. The
    100 frames × 256 values are then flattened, and the dense layer on top of them holds 13,107,712 of the parameters.
    Padding enters a flattened output, so the mask cannot be honoured; and that many parameters can learn the 4,936
    utterances they were fitted to by heart. Here attention under the mask pools the frames into one vector instead.

    Assumed: the 128 rows of the attention (the decoder's), and torch's initialisation, where theirs is Keras'.

    Args:
        input_shape: (1, rows + 1, frames), shape ``sequence``.
        n_classes: Number of emotions.
        hidden: Units of each direction of the BiLSTM.
        attention: Rows of the attention's W.
        dense_units: Width of the dense layer.
        dropout: Share of the dense layer's outputs dropped in training.

    Shape:
        - Input: ``[b, 1, rows + 1, t]`` float32, see `SequenceNetwork`
        - Output: ``[b, n_classes]`` float32 logits

    Raises:
        EvenvoiceError: The input is not of shape ``sequence``.

    Source:
        S. Tripathi, S. Tripathi and H. Beigi, "Multi-modal emotion recognition on IEMOCAP with neural networks",
        arXiv:1804.05788, and the code published with it.

    Examples:
        >>> network = BiLSTMAttention((1, 35, 100), n_classes=4)
        >>> sum(parameter.numel() for parameter in network.parameters())
        334596
    """

    def __init__(
        self,
        input_shape: tuple[int, int, int],
        n_classes: int,
        *,
        hidden: Count = 128,
        attention: Count = 128,
        dense_units: Count = 512,
        dropout: Share = 0.0,
    ) -> None:
        super().__init__()
        self.recurrent = BiLSTM(rows_of(input_shape, "bilstm-attention"), hidden)
        self.attention = AttentionPooling(2 * hidden, attention)
        self.head = nn.Sequential(
            nn.Linear(2 * hidden, dense_units), nn.ReLU(), nn.Dropout(dropout), nn.Linear(dense_units, n_classes)
        )

    def logits(self, frames: Tensor, own: Tensor) -> Tensor:
        """Return the logits ``[b, n_classes]`` of frames ``[b, t, rows]``."""
        logits: Tensor = self.head(self.attention(self.recurrent(frames, own), own))
        return logits
