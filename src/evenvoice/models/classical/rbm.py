"""The restricted Boltzmann machine: what a deep belief network is stacked from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

_BATCH = 10  # as many as scikit-learn's machine, and as Hinton's guide (section 5) has classes
_Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class BoltzmannMachine:
    """Visible units v and hidden units h without connections among each other.

    Hidden units are binary: P(h = 1 | v) = σ(vW + c). Visible units are either binary, with P(v = 1 | h) = σ(hWᵀ + b),
    or Gaussian of variance 1 around hWᵀ + b.

    scikit-learn's ``BernoulliRBM`` has no Gaussian units, and on features that lie about the middle of [0, 1] most of
    its hidden units end up constant: it learns means, and a classifier above it learns nothing.

    Attributes:
        weights: W, ``[visible, hidden]``.
        visible_biases: b.
        hidden_biases: c.
    """

    weights: _Values
    visible_biases: _Values
    hidden_biases: _Values

    @classmethod
    def fit(
        cls, rows: _Values, hidden: int, *, gaussian: bool, learning_rate: float, passes: int, seed: int
    ) -> BoltzmannMachine:
        """Learn by contrastive divergence with one step of Gibbs sampling, without labels.

        W grows by ⟨vᵀh⟩ of the rows less ⟨vᵀh⟩ of their reconstructions, which are made from sampled hidden units.

        Args:
            rows: ``[n, visible]``; in [0, 1], or of mean 0 and variance 1 where ``gaussian``.
            hidden: Number of hidden units.
            gaussian: Whether the visible units are Gaussian.
            learning_rate: Of the mean over a batch of 10 rows.
            passes: Over the rows.
            seed: Of the initial weights, the order of rows and the sampling.

        Returns:
            The machine; its weights are not finite where the learning rate was too high.

        Source:
            Hinton 2002, "Training products of experts by minimizing contrastive divergence"; Hinton 2010, "A practical
            guide to training restricted Boltzmann machines", sections 3, 8 and 13.2.

        Examples:
            >>> rows = np.tile([[0.0, 0.0], [1.0, 1.0]], (20, 1))
            >>> machine = BoltzmannMachine.fit(rows, 1, gaussian=False, learning_rate=0.1, passes=500, seed=0)
            >>> machine.reconstruct(machine.hidden(rows[:2])).round().tolist()
            [[0.0, 0.0], [1.0, 1.0]]
        """
        random = np.random.default_rng(seed)
        weights = random.normal(scale=0.01, size=(rows.shape[1], hidden))
        means = rows.mean(axis=0)
        # Biases that give the means from the start, so that the weights need not learn them.
        visible_biases = means if gaussian else logit(means.clip(0.01, 0.99))
        machine = cls(weights, visible_biases.copy(), np.zeros(hidden))
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(passes):
                order = random.permutation(len(rows))
                for start in range(0, len(rows), _BATCH):
                    machine._learn(rows[order[start : start + _BATCH]], gaussian, learning_rate, random)
        return machine

    def _learn(self, rows: _Values, gaussian: bool, learning_rate: float, random: np.random.Generator) -> None:
        """Take one step, in place."""
        hidden = self.hidden(rows)
        sampled = (random.random(hidden.shape) < hidden).astype(np.float64)
        again = self.reconstruct(sampled, gaussian=gaussian)
        hidden_again = self.hidden(again)
        rate = learning_rate / len(rows)
        self.weights[...] += rate * (rows.T @ hidden - again.T @ hidden_again)
        self.visible_biases[...] += rate * (rows - again).sum(axis=0)
        self.hidden_biases[...] += rate * (hidden - hidden_again).sum(axis=0)

    def hidden(self, rows: _Values) -> _Values:
        """Return P(h = 1 | v), ``[n, hidden]``, for rows ``[n, visible]``."""
        probabilities: _Values = expit(rows @ self.weights + self.hidden_biases)
        return probabilities

    def reconstruct(self, hidden: _Values, *, gaussian: bool = False) -> _Values:
        """Return the mean of v given h, ``[n, visible]``."""
        means = hidden @ self.weights.T + self.visible_biases
        return means if gaussian else expit(means)
