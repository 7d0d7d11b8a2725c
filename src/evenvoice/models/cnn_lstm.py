"""Convolutions and an LSTM over pieces of a spectrogram, after [45] of the paper's Table 6: Satt et al. 2017."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from evenvoice.errors import EvenvoiceError
from evenvoice.models.sequence import SequenceNetwork, rows_of
from evenvoice.options import Count, Counts, Pair, Pairs, Share

# More would need gigabytes for the maps of the first convolution.
_PIECES_AT_ONCE = 64


class CNNLSTM(SequenceNetwork):
    """Three convolutions → LSTM 128 → dense 64 → posteriors of pieces of 3 s, averaged over the utterance.

    An utterance of more than ``piece_frames`` frames is cut into equal pieces that do not overlap, as few as can be;
    each piece is filled with zeros to ``piece_frames``. The network returns the logarithm of the pieces' mean
    posterior: its softmax is that mean again.

    Recalled, and not read again: spectrograms of 40 ms Hamming windows every 10 ms up to 4 kHz, the pieces of at most
    3 s, kernels 16 of 12×16, 24 of 8×12 and 32 of 5×7. Known from a public re-implementation alone
    (onejiin/Speech_emotion_recognition): the same kernels, an LSTM of 128 units, "same" padding, dense 64 with ReLU,
    dropout 0.2.

    Ours differs: in the original each piece is a training example with a loss of its own; here an utterance is, with
    the loss of its averaged posterior, so that every system is fitted to the same rows.

    Assumed: that a kernel of 12×16 covers 12 frames × 16 frequencies (two re-implementations lay the input out so);
    pooling by 2×2 after each convolution (both of them pool time alone, 2×1, at twice the work).

    Args:
        input_shape: (1, rows + 1, frames), shape ``sequence``; a row is a frequency.
        n_classes: Number of emotions.
        piece_frames: Longest piece; 3 s have 301 frames, 10 ms apart.
        filters: Kernels of each convolution.
        kernels: Their sizes, frames × frequencies.
        pool: Of the pooling after each convolution, frames × frequencies.
        hidden: Units of the LSTM, which reads the frames of a piece; its last state goes on.
        dense_units: Width of the dense layer.
        dropout: Share of the dense layer's outputs dropped in training.

    Shape:
        - Input: ``[b, 1, rows + 1, t]`` float32, see `SequenceNetwork`
        - Output: ``[b, n_classes]`` float32 logits: log posteriors

    Raises:
        EvenvoiceError: The input is not of shape ``sequence``, or too small for the poolings; filters and kernels
            are not of one number.

    Source:
        A. Satt, S. Rozenberg and R. Hoory, "Efficient emotion recognition from speech using deep learning on
        spectrograms", Interspeech 2017, 1089–1093.

    Examples:
        >>> network = CNNLSTM((1, 202, 901), n_classes=4)
        >>> sum(parameter.numel() for parameter in network.parameters())
        551564
    """

    def __init__(
        self,
        input_shape: tuple[int, int, int],
        n_classes: int,
        *,
        piece_frames: Count = 301,
        filters: Counts = (16, 24, 32),
        kernels: Pairs = ((12, 16), (8, 12), (5, 7)),
        pool: Pair = (2, 2),
        hidden: Count = 128,
        dense_units: Count = 64,
        dropout: Share = 0.2,
    ) -> None:
        super().__init__()
        rows = rows_of(input_shape, "cnn-lstm")
        if len(filters) != len(kernels):
            raise EvenvoiceError(
                f"model 'cnn-lstm': {len(filters)} filters and {len(kernels)} kernels; give one of each a convolution"
            )
        self.piece_frames = piece_frames
        frames, frequencies = piece_frames, rows
        layers: list[nn.Module] = []
        for inputs, outputs, kernel in zip((1, *filters), filters, kernels, strict=False):
            layers += _block(inputs, outputs, kernel, pool)
            frames, frequencies = frames // pool[0], frequencies // pool[1]
        if min(frames, frequencies) < 1:
            raise EvenvoiceError(
                f"model 'cnn-lstm': pieces of {piece_frames} frames × {rows} rows are too small for {len(filters)} "
                f"poolings by {pool[0]}×{pool[1]}; raise piece_frames or the number of rows"
            )
        self.convolutions = nn.Sequential(*layers)
        self.recurrent = nn.LSTM(filters[-1] * frequencies, hidden, batch_first=True)
        self.head = nn.Sequential(
            nn.Linear(hidden, dense_units), nn.ReLU(), nn.Dropout(dropout), nn.Linear(dense_units, n_classes)
        )

    def logits(self, frames: Tensor, own: Tensor) -> Tensor:
        """Return the log of the mean posterior ``[b, n_classes]`` of the pieces of frames ``[b, t, rows]``."""
        pieces, owner, number = cut(frames, own, self.piece_frames)
        log_posteriors = torch.cat([self._log_posteriors(some) for some in torch.split(pieces, _PIECES_AT_ONCE)])
        # log Σ exp of the pieces − log of their number; pieces that an utterance does not have count e^−∞ = 0.
        table = log_posteriors.new_full((len(own), int(number.max()) + 1, log_posteriors.shape[1]), -torch.inf)
        table = table.index_put((owner, number), log_posteriors)
        return table.logsumexp(dim=1) - owner.bincount().log()[:, None]

    def _log_posteriors(self, pieces: Tensor) -> Tensor:
        """Return the log posteriors ``[p, n_classes]`` of pieces ``[p, piece_frames, rows]``."""
        maps = self.convolutions(pieces[:, None])
        # [p, filters, t, frequencies] -> [p, t, filters · frequencies]: each time's values in a row.
        _, (state, _) = self.recurrent(maps.transpose(1, 2).flatten(2))
        log_posteriors: Tensor = self.head(state[0]).log_softmax(dim=1)
        return log_posteriors


def cut(frames: Tensor, own: Tensor, length: int) -> tuple[Tensor, Tensor, Tensor]:
    """Cut each utterance into equal pieces of at most ``length`` frames, each filled with zeros to ``length``.

    Args:
        frames: ``[b, t, r]``.
        own: ``[b, t]`` bool; own frames come first.
        length: Of a piece; n own frames make ⌈n / length⌉ pieces of ⌈n / pieces⌉ frames, the last may have fewer.

    Returns:
        Pieces ``[p, length, r]``, the utterance of each ``[p]``, and its number within the utterance ``[p]``.

    Examples:
        >>> frames = torch.tensor([[[1.0], [2.0], [3.0]], [[4.0], [0.0], [0.0]]])
        >>> pieces, owner, number = cut(frames, frames[:, :, 0] > 0, 2)
        >>> pieces[:, :, 0].tolist(), owner.tolist(), number.tolist()
        ([[1.0, 2.0], [3.0, 0.0], [4.0, 0.0]], [0, 0, 1], [0, 1, 0])
    """
    counts = own.sum(dim=1)
    pieces = (counts + length - 1) // length
    lengths = (counts + pieces - 1) // pieces
    owner = torch.arange(len(own), device=own.device).repeat_interleave(pieces)
    number = torch.arange(len(owner), device=own.device) - (pieces.cumsum(0) - pieces)[owner]
    offset = torch.arange(length, device=own.device)
    position = (number * lengths[owner])[:, None] + offset
    here = (offset < lengths[owner][:, None]) & (position < counts[owner][:, None])
    taken = frames[owner[:, None], position.clamp(max=frames.shape[1] - 1)]
    return taken.masked_fill(~here[:, :, None], 0.0), owner, number


def _block(inputs: int, outputs: int, kernel: Sequence[int], pool: Sequence[int]) -> list[nn.Module]:
    """Convolution, pooling, ReLU; pooling first, which is exact (the ReLU is monotone) and saves work."""
    height, width = kernel
    # "Same" padding of an even kernel puts one more after than before, as Keras does; torch's own would warn of a copy.
    padding = nn.ZeroPad2d(((width - 1) // 2, width // 2, (height - 1) // 2, height // 2))
    convolution = (_OneChannelConvolution if inputs == 1 else nn.Conv2d)(inputs, outputs, (height, width))
    return [padding, convolution, nn.MaxPool2d((pool[0], pool[1])), nn.ReLU()]


class _OneChannelConvolution(nn.Conv2d):
    """A convolution of one channel, in less than half the time: oneDNN is fast where there are many channels.

    An h × w kernel over one channel is an h × 1 kernel over w channels, each of them the input one column further.
    """

    def forward(self, input: Tensor) -> Tensor:
        shifted = input[:, 0].unfold(2, self.kernel_size[1], 1).permute(0, 3, 1, 2)
        # Copies, where `contiguous` may find nothing to do: torch's convolution of small inputs wants plain strides.
        layout = torch.channels_last
        return functional.conv2d(
            shifted.clone(memory_format=layout),
            self.weight.permute(0, 3, 2, 1).clone(memory_format=layout),
            self.bias,
        )
