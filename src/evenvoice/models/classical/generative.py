"""One density of frames for each class, and Bayes' rule: what Gaussian mixtures and hidden Markov models share."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import numpy.typing as npt
from scipy.special import softmax

from evenvoice.errors import EvenvoiceError
from evenvoice.models.classical.convergence import one_warning
from evenvoice.models.classical.sequences import SequenceEstimator

# Fewer frames than this cannot tell a Gaussian's mean and variance.
_FRAMES_FOR_A_GAUSSIAN = 10


class GenerativeEstimator(SequenceEstimator):
    """Answers with the class of the largest log p(x₁ … x_T | class) + log P(class).

    P(class) is the class's share of the training part, times its weight where classes are weighed (that is the weighted
    maximum-likelihood estimate: the densities themselves do not change). The sum over T frames, taken for independent,
    would make every posterior 0 or 1; so the probabilities are the softmax of that sum divided by T. This leaves the
    answer as it is. They are scores, and say nothing of how often it is right.

    A class with less than 10 frames for each of its Gaussians has fewer of them.
    """

    weighs_classes = True

    def __init__(self, input_shape: tuple[int, int, int], n_classes: int, *, gaussians: int) -> None:
        super().__init__(input_shape, n_classes)
        self._gaussians = gaussians

    def _fit_sequences(
        self,
        sequences: list[npt.NDArray[np.float32]],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        weights = np.ones(self.n_classes) if class_weights is None else class_weights.astype(np.float64)
        shares = np.bincount(y, minlength=self.n_classes) * weights
        self._log_priors = np.log(shares / shares.sum())
        with one_warning(self.name, "raise max_iter") as converged:
            self._forget()
            for number in range(self.n_classes):
                own = [sequences[row] for row in np.flatnonzero(y == number)]
                frames = np.concatenate(own).astype(np.float64)
                if len(frames) < 2:
                    raise EvenvoiceError(
                        f"model {self.name!r}: class {number} has 1 frame in the training part, and a Gaussian needs 2 "
                        "at least; leave the emotion out with --emotions, or add recordings of it"
                    )
                gaussians = min(self._gaussians, max(1, len(frames) // _FRAMES_FOR_A_GAUSSIAN))
                converged.append(self._fit_class(frames, [len(frames) for frames in own], gaussians, seed))

    def log_likelihoods(self, frames: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Return log p(x₁ … x_T | class) for each class, float64 ``[n_classes]``, of one utterance ``[T, r]``."""
        return np.array([self._log_likelihood(frames.astype(np.float64), number) for number in range(self.n_classes)])

    def _of_one(self, frames: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        posterior: npt.NDArray[np.float64] = softmax((self.log_likelihoods(frames) + self._log_priors) / len(frames))
        return posterior

    @abstractmethod
    def _forget(self) -> None:
        """Drop the densities of an earlier fit."""

    @abstractmethod
    def _fit_class(self, frames: npt.NDArray[np.float64], lengths: list[int], gaussians: int, seed: int) -> bool:
        """Learn the next class's density from its frames ``[Σ lengths, r]``; return whether the fit converged."""

    @abstractmethod
    def _log_likelihood(self, frames: npt.NDArray[np.float64], number: int) -> float:
        """Return log p(frames ``[T, r]`` | class ``number``)."""
