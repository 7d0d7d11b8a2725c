"""Hidden Markov models: one for each class, over sequences of frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans

from evenvoice.extras import need
from evenvoice.models.classical.generative import GenerativeEstimator
from evenvoice.options import Count

if TYPE_CHECKING:
    from hmmlearn.hmm import GaussianHMM

# As scikit-learn's mixtures: the gain in a frame's log-likelihood below which expectation maximisation ends.
_TOLERANCE = 1e-3


class HMM(GenerativeEstimator):
    """A hidden Markov model for each class: states with one diagonal Gaussian, every state open from every other.

    p(x₁ … x_T | class) = Σ over paths s of π(s₁) N(x₁; s₁) Πₜ a(sₜ₋₁, sₜ) N(xₜ; sₜ), by the forward algorithm. Ergodic
    rather than left-to-right: an utterance's emotion has no beginning and end as a word has, and sentences differ.
    Baum–Welch starts from k-means over the class's frames. The answer is the class of the largest log p + log P(class);
    the probabilities are the softmax of this over the number of frames: scores. Class weights multiply P(class).

    So that a small class cannot break it, the estimates are maximum a posteriori: every state sees, beside its own
    frames, one frame's worth of the normalised features' mean 0 and variance 1, and every start and transition is
    counted once beforehand. A class with less than 10 frames for each state has fewer of them.

    Args:
        input_shape: (1, rows + 1, frames), shape ``sequence``.
        n_classes: Number of emotions.
        n_states: States of each class.
        max_iter: Most rounds of Baum–Welch; it ends where a frame's log-likelihood gains less than 1e-3.

    Raises:
        EvenvoiceError: Features that are not sequences; a class with one frame.
        MissingExtraError: hmmlearn is not installed.

    Source:
        Rabiner 1989, "A tutorial on hidden Markov models and selected applications in speech recognition"; Schuller,
        Rigoll & Lang 2003, "Hidden Markov model-based speech emotion recognition"; hmmlearn's ``GaussianHMM``.
    """

    name = "hmm"

    def __init__(
        self, input_shape: tuple[int, int, int], n_classes: int, *, n_states: Count = 4, max_iter: Count = 100
    ) -> None:
        super().__init__(input_shape, n_classes, gaussians=n_states)
        self._max_iter = max_iter
        need("hmmlearn", f"model {self.name!r}")

    def _forget(self) -> None:
        self._chains: list[GaussianHMM] = []

    def _fit_class(self, frames: npt.NDArray[np.float64], lengths: list[int], gaussians: int, seed: int) -> bool:
        from hmmlearn.base import ConvergenceMonitor
        from hmmlearn.hmm import GaussianHMM

        class Quiet(ConvergenceMonitor):  # type: ignore[misc]  # hmmlearn has no types
            """Near its end a maximum a posteriori estimate may lower the likelihood a little: nothing to log."""

            def report(self, log_prob: float) -> None:
                self.history.append(log_prob)
                self.iter += 1

        chain = GaussianHMM(
            gaussians,
            startprob_prior=2.0, transmat_prior=2.0,  # of Dirichlet's distribution: 1 more than what is counted
            means_prior=0.0, means_weight=1.0, covars_prior=1.0, covars_weight=2.0,
            n_iter=self._max_iter, init_params="", random_state=seed,
        )  # fmt: skip
        chain.monitor_ = Quiet(_TOLERANCE * len(frames), self._max_iter, verbose=False)
        chain.startprob_ = np.full(gaussians, 1 / gaussians)
        chain.transmat_ = np.full((gaussians, gaussians), 1 / gaussians)
        chain.means_ = KMeans(gaussians, n_init=1, random_state=seed).fit(frames).cluster_centers_
        chain.n_features = frames.shape[1]
        pooled = (1 + len(frames) * frames.var(axis=0)) / (1 + len(frames))
        chain.covars_ = np.tile(pooled, (gaussians, 1))
        chain.fit(frames, lengths)
        settled = bool(chain.monitor_.iter < self._max_iter)
        chain.monitor_ = ConvergenceMonitor(_TOLERANCE, self._max_iter, verbose=False)  # a class that pickles
        self._chains.append(chain)
        return settled

    def _log_likelihood(self, frames: npt.NDArray[np.float64], number: int) -> float:
        return float(self._chains[number].score(frames))

    def learned(self) -> dict[str, npt.NDArray[Any]]:
        """Return the priors, and each class's start, transitions, means and variances."""
        parts = {"log priors": self._log_priors}
        for number, chain in enumerate(self._chains):
            parts[f"class {number} start"] = chain.startprob_
            parts[f"class {number} transitions"] = chain.transmat_
            parts[f"class {number} means"] = chain.means_
            parts[f"class {number} variances"] = np.array([np.diag(covariance) for covariance in chain.covars_])
        return parts
