"""LSTM with attention, the speech branch of [44] of the paper's Table 6: Xu et al. 2019."""

from __future__ import annotations

from torch import Tensor, nn

from evenvoice.models.bilstm import BiLSTM
from evenvoice.models.sequence import AttentionPooling, SequenceNetwork, rows_of
from evenvoice.options import Count, Share


class LSTMAttention(SequenceNetwork):
    """Dense 512 on every frame → bidirectional LSTM → attention → logits: the speech branch of [44].

    Known, from the recipe of this paper in the authors' toolkit DELTA: dense 512 with ReLU on every frame, dropout
    0.5, a bidirectional recurrent layer of 100 units a direction, dropout 0.5; 257 rows (a power spectrogram of 512
    points, 25 ms every 10 ms, pre-emphasis 0.97) of at most 7 s. There, attention then aligns frames and words.

    Assumed: LSTM units, as Table 6 names them (the recipe says GRU); and instead of the words, attention that
    pools the frames (the recipe has this kind, of Yang et al. 2016, over the aligned words), with as many rows as the
    LSTM gives out.

    Args:
        input_shape: (1, rows + 1, frames), shape ``sequence``.
        n_classes: Number of emotions.
        frame_units: Width of the dense layer on every frame.
        hidden: Units of each direction of the LSTM.
        attention: Rows of the attention's W.
        dropout: Share dropped in training, of the dense layer's outputs and of the pooled vector.

    Shape:
        - Input: ``[b, 1, rows + 1, t]`` float32, see `SequenceNetwork`
        - Output: ``[b, n_classes]`` float32 logits

    Raises:
        EvenvoiceError: The input is not of shape ``sequence``.

    Source:
        H. Xu, H. Zhang, K. Han, Y. Wang, Y. Peng and X. Li, "Learning alignment for multimodal emotion recognition from
        speech", Interspeech 2019, arXiv:1909.05645; DELTA, ``egs/iemocap/emo/v1``.

    Examples:
        >>> network = LSTMAttention((1, 258, 701), n_classes=4)
        >>> sum(parameter.numel() for parameter in network.parameters())
        664500
    """

    def __init__(
        self,
        input_shape: tuple[int, int, int],
        n_classes: int,
        *,
        frame_units: Count = 512,
        hidden: Count = 100,
        attention: Count = 200,
        dropout: Share = 0.5,
    ) -> None:
        super().__init__()
        rows = rows_of(input_shape, "lstm-attention")
        self.frame = nn.Sequential(nn.Linear(rows, frame_units), nn.ReLU(), nn.Dropout(dropout))
        self.recurrent = BiLSTM(frame_units, hidden)
        self.attention = AttentionPooling(2 * hidden, attention)
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * hidden, n_classes))

    def logits(self, frames: Tensor, own: Tensor) -> Tensor:
        """Return the logits ``[b, n_classes]`` of frames ``[b, t, rows]``."""
        logits: Tensor = self.head(self.attention(self.recurrent(self.frame(frames), own), own))
        return logits
