"""Hidden Markov models: the likelihood as the sum over every path, and what small classes get."""

from __future__ import annotations

import importlib.util
import itertools
import logging

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from evenvoice.errors import MissingExtraError
from evenvoice.models.classical import HMM
from tests.models.classical.fabricated import padded, utterances


def fitted(n_states: int = 2) -> HMM:
    train, y = utterances(60, seed=1)
    model = HMM((1, 5, 24), 3, n_states=n_states)
    model.fit(padded(train), y)
    return model


def test_the_likelihood_is_the_sum_over_every_path() -> None:
    model, frames = fitted(), utterances(1, seed=5)[0][0][:6]
    learned = model.learned()
    for number, got in enumerate(model.log_likelihoods(frames)):
        start, move, means, variances = (
            learned[f"class {number} {what}"] for what in ("start", "transitions", "means", "variances")
        )
        emit = np.array(
            [multivariate_normal(m, np.diag(v)).logpdf(frames) for m, v in zip(means, variances, strict=True)]
        )
        paths = [
            np.log(start[path[0]])
            + sum(np.log(move[a, b]) for a, b in itertools.pairwise(path))
            + sum(emit[state, t] for t, state in enumerate(path))
            for path in itertools.product(range(2), repeat=len(frames))
        ]
        assert got == pytest.approx(logsumexp(paths), rel=1e-9)


def test_it_hears_the_order_of_frames() -> None:
    """Two classes of the same frames, in another order: what a mixture cannot tell apart."""
    random = np.random.default_rng(0)
    slow, fast = np.repeat([-1.0, 1.0], 12), np.tile([-1.0, 1.0], 12)
    y = np.arange(40) % 2
    train = [(np.where(number, fast, slow)[:, None] + random.normal(scale=0.2, size=(24, 4))) for number in y]
    model = HMM((1, 5, 24), 2, n_states=2)
    model.fit(padded([one.astype(np.float32) for one in train]), y)
    assert (model.probabilities(padded(train)).argmax(axis=1) == y).all()  # type: ignore[arg-type]
    stays = [np.diag(model.learned()[f"class {number} transitions"]).mean() for number in range(2)]
    assert stays[0] > 0.85
    assert stays[1] < 0.15


def test_one_utterance_does_not_lead_into_the_next() -> None:
    """Each goes from one state to the other, and ends there."""
    random = np.random.default_rng(0)
    there = np.repeat([-1.0, 1.0], 12)[:, None]
    train = [(there + random.normal(scale=0.2, size=(24, 4))).astype(np.float32) for _ in range(20)]
    model = HMM((1, 5, 24), 1, n_states=2)
    model.fit(padded(train), np.zeros(20, np.int64))
    learned = model.learned()
    first, last = learned["class 0 means"][:, 0].argsort()
    # 20 starts, 20 · 11 stays in each state, 20 ways there, none back; each counted once more beforehand
    np.testing.assert_allclose(learned["class 0 start"][[first, last]], [21 / 22, 1 / 22], rtol=1e-4)
    np.testing.assert_allclose(learned["class 0 transitions"][first, [first, last]], [221 / 242, 21 / 242], rtol=1e-4)
    np.testing.assert_allclose(learned["class 0 transitions"][last, [first, last]], [1 / 222, 221 / 222], rtol=1e-4)


def test_one_state_is_the_mean_and_variance_with_one_frame_of_0_and_1() -> None:
    model = fitted(n_states=1)
    train, y = utterances(60, seed=1)
    frames = np.concatenate([train[row] for row in range(60) if y[row] == 2]).astype(float)
    n, total = len(frames), frames.sum(axis=0)
    mean = total / (n + 1)
    variance = (1 + mean**2 + np.square(frames - mean).sum(axis=0)) / (n + 1)
    np.testing.assert_allclose(model.learned()["class 2 means"][0], mean, rtol=1e-6)
    np.testing.assert_allclose(model.learned()["class 2 variances"][0], variance, rtol=1e-6)


def test_it_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Of a class so small that the priors lower its likelihood, hmmlearn would say that it does not converge."""
    train, _ = utterances(3, seed=1)
    model = HMM((1, 5, 24), 2, n_states=2)
    with caplog.at_level(logging.DEBUG, logger="hmmlearn"):
        model.fit(padded([*train, np.full((12, 4), -5, np.float32)]), np.array([0, 0, 0, 1]))
    assert not caplog.records


def test_without_hmmlearn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "hmmlearn" else find(name))
    with pytest.raises(
        MissingExtraError, match=r'model \'hmm\': hmmlearn is not installed; pip install "evenvoice\[paper\]"'
    ):
        HMM((1, 5, 24), 3)
