"""Features of shape ``sequence``: rows of features over frames, and a mark of the utterance's own frames."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from evenvoice.errors import EvenvoiceError
from evenvoice.models.estimator import Estimator


def own_frames(X: npt.NDArray[np.float32], model: str = "sequence") -> list[npt.NDArray[np.float32]]:
    """Return each utterance's own frames, float32 ``[t_i, r]``: what is padding is gone.

    A synthetic row (SMOTE) lies between two utterances, and its mark between theirs: it has as many frames as the
    longer, and where only that one has frames, they are drawn towards 0, the mean of normalised features.

    Args:
        X: ``[n, 1, r + 1, t]``; the last row is above 0 (1, or a fraction) at own frames, which come first, then 0.
        model: Who asks, for the error.

    Raises:
        EvenvoiceError: The last row is no such mark, or marks no frame.

    Examples:
        >>> one = np.float32([[[[1, 2, 0], [3, 4, 0], [1, 1, 0]]]])
        >>> own_frames(one)[0].tolist()
        [[1.0, 3.0], [2.0, 4.0]]
    """
    mark = X[:, 0, -1]
    lengths = np.count_nonzero(mark > 0, axis=1)
    first = np.arange(mark.shape[1]) < lengths[:, None]
    if mark.min(initial=0) < 0 or mark.max(initial=1) > 1 or lengths.min(initial=1) < 1 or (mark[~first] != 0).any():
        raise EvenvoiceError(
            f"model {model!r} takes sequences, and the last row of these features does not mark an utterance's own "
            "frames (1, then 0); set shape: sequence"
        )
    return [np.ascontiguousarray(row[0, :-1, :length].T) for row, length in zip(X, lengths.tolist(), strict=True)]


class SequenceEstimator(Estimator):
    """An estimator of sequences of frames; each utterance's score is computed alone, from its own frames."""

    needs_shape = "sequence"

    def __init__(self, input_shape: tuple[int, int, int], n_classes: int) -> None:
        super().__init__(input_shape, n_classes)
        channels, height, width = input_shape
        if channels != 1 or height < 2 or width < 1:
            raise EvenvoiceError(
                f"model {self.name!r} takes sequences of shape (1, rows + 1, frames), found {tuple(input_shape)}; "
                "set shape: sequence"
            )

    def _fit(
        self,
        X: npt.NDArray[np.float32],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        self._fit_sequences(own_frames(X, self.name), y, class_weights, seed)

    def _probabilities(self, X: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        return np.stack([self._of_one(frames) for frames in own_frames(X, self.name)])

    @abstractmethod
    def _fit_sequences(
        self,
        sequences: list[npt.NDArray[np.float32]],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        """Learn from sequences ``[t_i, r]``."""

    @abstractmethod
    def _of_one(self, frames: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Return the probabilities ``[n_classes]`` of one utterance ``[t, r]``."""

    @abstractmethod
    def learned(self) -> dict[str, npt.NDArray[Any]]:
        """Return everything that ``fit`` learned, by name."""
