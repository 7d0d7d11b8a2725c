"""Dynamic time warping and the nearest neighbour."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field
from scipy.special import softmax

from evenvoice.extras import need
from evenvoice.models.classical.sequences import SequenceEstimator
from evenvoice.models.classical.warping import warped_distances
from evenvoice.options import UpToOne

Band = Annotated[UpToOne | None, Field(description="a number above 0 and up to 1, or nothing")]


class DTW(SequenceEstimator):
    """The class of the training utterance that is nearest after dynamic time warping.

    The distance is that of `warped_distances`: the mean Euclidean distance of frames along the cheapest path. The
    probabilities are the softmax of the negative distance to each class's nearest utterance, per √rows, the distance
    that grows with the number of features; of equal distances the first class is the answer. They are scores. It
    assumes that utterances of one emotion have frames in the same order, as they have where they say the same words.

    Args:
        input_shape: (1, rows + 1, frames), shape ``sequence``.
        n_classes: Number of emotions.
        band: How far a path may be from the diagonals through both corners, as a fraction of the shorter utterance;
            ``None`` is anywhere.

    Raises:
        EvenvoiceError: Features that are not sequences.
        MissingExtraError: numba is not installed.

    Source:
        Sakoe & Chiba 1978, "Dynamic programming algorithm optimization for spoken word recognition".
    """

    name = "dtw"
    deterministic = True

    def __init__(self, input_shape: tuple[int, int, int], n_classes: int, *, band: Band = None) -> None:
        super().__init__(input_shape, n_classes)
        self._band = band
        need("numba", f"model {self.name!r}")

    def _fit_sequences(
        self,
        sequences: list[npt.NDArray[np.float32]],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        # Class by class, so that a class's utterances lie side by side.
        order = np.argsort(y, kind="stable")
        self._frames = np.concatenate([sequences[row] for row in order]).astype(np.float64)
        self._starts = np.cumsum([0, *(len(sequences[row]) for row in order)])
        self._first_of_class = np.searchsorted(y[order], np.arange(self.n_classes))

    def _of_one(self, frames: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        distances = warped_distances(frames, self._frames, self._starts, self._band)
        nearest = np.minimum.reduceat(distances, self._first_of_class)
        scores: npt.NDArray[np.float64] = softmax(-nearest / np.sqrt(frames.shape[1]))
        return scores

    def learned(self) -> dict[str, npt.NDArray[Any]]:
        """Return the training utterances, one after the other, and where each and each class begins."""
        return {"frames": self._frames, "starts": self._starts, "classes": self._first_of_class}
