"""Gaussian mixtures: the likelihood by scipy, and Bayes' rule by hand."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from evenvoice.errors import EvenvoiceError
from evenvoice.models.classical import GMM
from tests.models.classical.fabricated import padded, utterances


def fitted(**options: object) -> GMM:
    train, y = utterances(60, seed=1)
    model = GMM((1, 5, 24), 3, **options)  # type: ignore[arg-type]
    model.fit(padded(train[:50]), y[:50])
    return model


def test_the_likelihood_is_scipys() -> None:
    model, frames = fitted(n_components=3), utterances(1, seed=5)[0][0]
    learned = model.learned()
    for number, got in enumerate(model.log_likelihoods(frames)):
        parts = [
            np.log(weight) + multivariate_normal(mean, np.diag(variance)).logpdf(frames)
            for weight, mean, variance in zip(
                *(learned[f"class {number} {what}"] for what in ("weights", "means", "variances")), strict=True
            )
        ]
        assert got == pytest.approx(logsumexp(parts, axis=0).sum(), rel=1e-9)


def test_one_gaussian_is_the_mean_and_the_variance() -> None:
    model = fitted(n_components=1, reg_covar=0.5)
    train, y = utterances(60, seed=1)
    frames = np.concatenate([train[row] for row in range(50) if y[row] == 2]).astype(float)
    np.testing.assert_allclose(model.learned()["class 2 means"][0], frames.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(model.learned()["class 2 variances"][0], frames.var(axis=0) + 0.5, rtol=1e-6)


def test_the_probabilities_are_bayes_rule_a_frame() -> None:
    model = fitted(n_components=2)
    test, _ = utterances(9, seed=5)
    priors = np.log(np.array([17, 17, 16]) / 50)  # 50 rows, in turn
    for one, got in zip(test, model.probabilities(padded(test)), strict=True):
        sums = model.log_likelihoods(one) + priors
        assert got.argmax() == sums.argmax()
        expected = np.exp(sums / len(one) - logsumexp(sums / len(one)))
        np.testing.assert_allclose(got, expected, rtol=1e-4)


def test_class_weights_multiply_the_prior_and_nothing_else() -> None:
    train, y = utterances(60, seed=1)
    plain, weighted = GMM((1, 5, 24), 3, n_components=2), GMM((1, 5, 24), 3, n_components=2)
    plain.fit(padded(train[:50]), y[:50])
    weighted.fit(padded(train[:50]), y[:50], class_weights=np.array([1, 2, 4], np.float32))
    shares = np.array([17, 2 * 17, 4 * 16])
    np.testing.assert_allclose(np.exp(weighted.learned().pop("log priors")), shares / shares.sum(), rtol=1e-6)
    for name, value in plain.learned().items():
        if name != "log priors":
            np.testing.assert_array_equal(value, weighted.learned()[name])


def test_a_small_class_has_fewer_gaussians() -> None:
    model = GMM((1, 5, 24), 2, n_components=8)
    train, _ = utterances(3, seed=1)
    model.fit(padded([*train, train[0][:7], train[1][:12], train[2][:12]]), np.array([0, 0, 0, 1, 1, 1]))
    assert len(model.learned()["class 1 weights"]) == 3  # 31 frames


def test_a_class_of_one_frame_is_refused() -> None:
    train, _ = utterances(3, seed=1)
    model = GMM((1, 5, 24), 2)
    with pytest.raises(EvenvoiceError, match=r"model 'gmm': class 1 has 1 frame.*--emotions"):
        model.fit(padded([*train, train[0][:1]]), np.array([0, 0, 0, 1]))


def test_a_fit_that_was_stopped_says_so_once() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fitted(n_components=6, max_iter=1)
    assert [str(one.message) for one in caught] == [
        "model 'gmm': the fit had not converged when it was stopped; raise max_iter"
    ]
