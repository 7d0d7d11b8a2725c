"""Gaussian mixtures: one for each class, over single frames."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.mixture import GaussianMixture

from evenvoice.models.classical.generative import GenerativeEstimator
from evenvoice.options import Count, Positive


class GMM(GenerativeEstimator):
    """A mixture of Gaussians for each class: p(x | class) = Σₖ πₖ N(x; μₖ, diag σₖ²), frames taken for independent.

    Expectation maximisation from k-means. The answer is the class of the largest Σₜ log p(xₜ | class) + log P(class);
    the probabilities are the softmax of this over the number of frames: scores. Class weights multiply P(class). A
    class with less than 10 frames for each Gaussian has fewer of them.

    Assumes that the order of frames tells nothing, and that coefficients are uncorrelated within a component.

    Args:
        input_shape: (1, rows + 1, frames), shape ``sequence``.
        n_classes: Number of emotions.
        n_components: Gaussians of each class.
        reg_covar: Added to each variance; of normalised features, whose variance is 1.
        max_iter: Most rounds of expectation maximisation; it ends where a frame's log-likelihood gains less than 1e-3.

    Raises:
        EvenvoiceError: Features that are not sequences; a class with one frame.

    Source:
        Reynolds & Rose 1995, "Robust text-independent speaker identification using Gaussian mixture speaker models",
        with emotions for speakers; scikit-learn's ``GaussianMixture``.

    Examples:
        >>> own = np.ones((4, 1, 1, 20), np.float32)
        >>> X = np.concatenate([own * np.float32([-1, -2, 1, 2]).reshape(4, 1, 1, 1), own], axis=2)
        >>> model = GMM((1, 2, 20), n_classes=2, n_components=1)
        >>> model.fit(X, np.array([0, 0, 1, 1]))
        >>> model.probabilities(X).argmax(axis=1).tolist()
        [0, 0, 1, 1]
    """

    name = "gmm"

    def __init__(
        self,
        input_shape: tuple[int, int, int],
        n_classes: int,
        *,
        n_components: Count = 16,
        reg_covar: Positive = 1e-3,
        max_iter: Count = 200,
    ) -> None:
        super().__init__(input_shape, n_classes, gaussians=n_components)
        self._settings = {
            "reg_covar": reg_covar,
            "max_iter": max_iter,
        }

    def _forget(self) -> None:
        self._mixtures: list[GaussianMixture] = []

    def _fit_class(self, frames: npt.NDArray[np.float64], lengths: list[int], gaussians: int, seed: int) -> bool:
        mixture = GaussianMixture(gaussians, covariance_type="diag", random_state=seed, **self._settings).fit(frames)
        self._mixtures.append(mixture)
        return bool(mixture.converged_)

    def _log_likelihood(self, frames: npt.NDArray[np.float64], number: int) -> float:
        return float(self._mixtures[number].score_samples(frames).sum())

    def learned(self) -> dict[str, npt.NDArray[Any]]:
        """Return the priors, and each class's weights, means and variances."""
        parts = {"log priors": self._log_priors}
        for number, mixture in enumerate(self._mixtures):
            parts[f"class {number} weights"] = mixture.weights_
            parts[f"class {number} means"] = mixture.means_
            parts[f"class {number} variances"] = mixture.covariances_
        return parts
