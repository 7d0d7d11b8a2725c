"""An extractor that computes the features of one waveform at a time."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence


class OneByOne:
    """A batch is computed utterance by utterance, each without its padding; a subclass has the function of one."""

    def __call__(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return the features of a padded batch, and how many frames each utterance has; see `Extractor`."""
        every = [
            torch.from_numpy(self._features(row[:length].numpy()))
            for row, length in zip(waveform, lengths.tolist(), strict=True)
        ]
        features = pad_sequence([values.T for values in every], batch_first=True).transpose(1, 2)
        return features, torch.tensor([values.shape[1] for values in every])

    @abstractmethod
    def _features(self, waveform: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the features of one waveform ``[n]``: float32 ``[n_rows, t]``."""
