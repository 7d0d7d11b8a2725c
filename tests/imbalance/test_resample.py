"""The scikit-learn face: imbalanced-learn's own checks, pipelines, clone, types given back."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE as REFERENCE
from imblearn.pipeline import make_pipeline
from imblearn.utils.estimator_checks import estimator_checks_generator
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.svm import LinearSVC

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import SAMPLERS, SMOTE, BaseSampler, RandomOverSampler
from evenvoice.testing.data import training_set

# One of each kind; the others share their code (the contract checks them all).
KINDS = ("none", "class-weights", "smote", "random-over", "random-under", "borderline-smote-1", "adasyn", "tomek")
SHIPPED: list[BaseSampler] = [SAMPLERS[name](random_state=0) for name in (*KINDS, "nearmiss-1", "smote-tomek")]


@pytest.mark.parametrize(
    ("estimator", "check"), [pair for sampler in SHIPPED for pair in estimator_checks_generator(sampler)]
)
def test_imbalanced_learn_finds_nothing(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.parametrize("sampler", SHIPPED)
def test_rows_of_any_rank_are_resampled(sampler: BaseSampler) -> None:
    X, y, speakers = training_set((2, 3, 2))
    rows, labels = sampler.fit_resample(X, y, groups=speakers)
    assert rows.shape == (len(labels), 2, 3, 2)
    flat, same = clone(sampler).fit_resample(X.reshape(len(X), -1), y, groups=speakers)
    np.testing.assert_array_equal(rows.reshape(len(rows), -1), flat)
    np.testing.assert_array_equal(labels, same)


def test_rows_and_order_are_imbalanced_learns() -> None:
    X, y, _ = training_set((4,), np.float64)
    rows, labels = SMOTE(random_state=3).fit_resample(
        pd.DataFrame(X, columns=list("abcd")), pd.Series(y, name="emotion")
    )
    expected, expected_labels = REFERENCE(random_state=3).fit_resample(X, y)
    np.testing.assert_allclose(rows.to_numpy(), expected)
    assert labels.name == "emotion"
    assert labels.tolist() == expected_labels.tolist()


def test_samplers_stand_in_pipelines_and_searches() -> None:
    X, y, _ = training_set((4,))
    pipeline = make_pipeline(SMOTE(random_state=0), LinearSVC())
    assert cross_val_score(pipeline, X, y).mean() > 0.6
    search = GridSearchCV(pipeline, {"smote__k_neighbors": [1, 3]}).fit(X, y)
    assert search.best_params_["smote__k_neighbors"] in (1, 3)


def test_parameters_are_scikit_learns() -> None:
    sampler = SMOTE(k_neighbors=2)
    assert sampler.get_params() == {
        "k_neighbors": 2,
        "bases": "drawn",
        "sampling_strategy": "not majority",
        "rule": "line",
        "parents": "any",
        "random_state": None,
    }
    assert clone(sampler) == sampler
    assert repr(sampler) == "SMOTE(k_neighbors=2)"
    with pytest.raises(EvenvoiceError, match="k_neighbors: 0"):
        sampler.set_params(k_neighbors=0)


def test_what_was_learnt_is_kept() -> None:
    X, y, _ = training_set((4,))
    sampler = RandomOverSampler(random_state=0)
    rows, _ = sampler.fit_resample(X, y)
    assert sampler.sampling_strategy_ == {"angry": 36, "happy": 54}
    assert len(sampler.plan_) == len(rows) == 270


def test_without_a_seed_each_call_draws_anew() -> None:
    X, y, _ = training_set((4,))
    assert (SMOTE().fit_resample(X, y)[0] != SMOTE().fit_resample(X, y)[0]).any()
    random = np.random.RandomState(0)
    sampler = SMOTE(random_state=random)
    assert (sampler.fit_resample(X, y)[0] != sampler.fit_resample(X, y)[0]).any()


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (np.ones((4, 2)), ["sad"] * 4, r"y: one class only \('sad', 4 rows\)"),
        (np.ones((4, 2)), [0.1, 0.2, 0.3, 0.4], "SMOTE: Unknown label type"),
        ([["a"], ["b"]], [0, 1], "SMOTE: "),
        (np.ones((4, 2)), [0, 1], "SMOTE: .*inconsistent numbers"),
        (np.float32(3), [0], "SMOTE: "),
    ],
)
def test_what_cannot_be_resampled_is_refused_in_one_line(X: Any, y: Any, message: str) -> None:
    with pytest.raises(EvenvoiceError, match=message) as caught:
        SMOTE().fit_resample(X, y)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_groups_can_be_routed_whatever_was_imported_first() -> None:
    """imbalanced-learn's pipeline has scikit-learn write the method for classes that are made after its import."""
    code = """
from evenvoice.imbalance import SMOTE
from imblearn.pipeline import make_pipeline
from sklearn import set_config
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
set_config(enable_metadata_routing=True)
sampler = clone(SMOTE(k_neighbors=1).set_fit_resample_request(groups=True))
make_pipeline(sampler, DummyClassifier()).fit([[0.0], [1.0], [2.0], [3.0]], list("aabb"), groups=list("xyxy"))
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
