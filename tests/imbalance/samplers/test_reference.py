"""Behind the adapter stand imbalanced-learn's rows, with the parents that it draws and does not keep."""

from __future__ import annotations

from typing import Any

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import make_sampler
from evenvoice.testing.data import training_set

over, under, combine = imblearn.over_sampling, imblearn.under_sampling, imblearn.combine
X, Y, _ = training_set((5,), np.float64)
NUMBERS = np.unique(Y, return_inverse=True)[1]  # with texts as labels some methods of imbalanced-learn fail
FOREST = RandomForestClassifier(n_estimators=9, random_state=3)

KEEPING: list[tuple[str, dict[str, Any], Any]] = [
    ("random-under", {}, under.RandomUnderSampler(random_state=3)),
    ("tomek", {}, under.TomekLinks()),
    ("tomek", {"sampling_strategy": "all"}, under.TomekLinks(sampling_strategy="all")),
    ("tomek", {"sampling_strategy": ["neutral"]}, under.TomekLinks(sampling_strategy=[2])),
    ("enn", {"n_neighbors": 5}, under.EditedNearestNeighbours(n_neighbors=5)),
    ("enn", {"kind_sel": "mode"}, under.EditedNearestNeighbours(kind_sel="mode")),
    ("repeated-enn", {}, under.RepeatedEditedNearestNeighbours()),
    ("all-knn", {}, under.AllKNN()),
    ("nearmiss-1", {}, under.NearMiss(version=1)),
    ("nearmiss-2", {"n_neighbors": 2}, under.NearMiss(version=2, n_neighbors=2)),
    ("nearmiss-3", {}, under.NearMiss(version=3)),
    ("nearmiss-1", {"sampling_strategy": {"neutral": 40}}, under.NearMiss(sampling_strategy={2: 40})),
    ("neighbourhood-cleaning", {}, under.NeighbourhoodCleaningRule()),
    ("one-sided", {}, under.OneSidedSelection(random_state=3)),
    ("condensed", {}, under.CondensedNearestNeighbour(random_state=3)),
    ("instance-hardness", {"n_estimators": 9}, under.InstanceHardnessThreshold(estimator=FOREST, random_state=3)),
]
MAKING: list[tuple[str, dict[str, Any], Any]] = [
    ("borderline-smote-1", {}, over.BorderlineSMOTE(random_state=3)),
    ("borderline-smote-2", {}, over.BorderlineSMOTE(random_state=3, kind="borderline-2")),
    ("svm-smote", {}, over.SVMSMOTE(random_state=3)),
    (
        "kmeans-smote",
        {"cluster_balance_threshold": 0.1},
        over.KMeansSMOTE(random_state=3, cluster_balance_threshold=0.1),
    ),
    ("adasyn", {"n_neighbors": 4}, over.ADASYN(random_state=3, n_neighbors=4)),
]


@pytest.mark.parametrize(("name", "options", "reference"), KEEPING)
def test_the_rows_kept_are_imbalanced_learns(name: str, options: dict[str, Any], reference: Any) -> None:
    plan = make_sampler(name, **options).plan(X, Y, seed=3)
    reference.fit_resample(X, NUMBERS)
    np.testing.assert_array_equal(plan.kept, np.sort(reference.sample_indices_))
    assert 0 < len(plan) < len(X)
    assert not plan.synthetic.any()


@pytest.mark.parametrize(("name", "options", "reference"), MAKING)
def test_the_rows_made_are_imbalanced_learns_and_know_their_parents(
    name: str, options: dict[str, Any], reference: Any
) -> None:
    plan = make_sampler(name, **options).plan(X, Y, seed=3)
    rows, labels = reference.fit_resample(X, Y)
    np.testing.assert_allclose(plan.take(X, np.arange(len(plan))), rows, rtol=1e-12)
    np.testing.assert_array_equal(plan.y(Y), labels)
    assert plan.values is None
    assert (plan.made_from >= 0).all()
    assert (Y[plan.base] == plan.labels).all()
    mixed = (Y[plan.neighbour] != plan.labels).any()
    assert mixed == (name == "borderline-smote-2")
    assert ((plan.gap < 0).any()) == (name == "svm-smote")


def test_cluster_centres_are_imbalanced_learns_and_know_their_clusters() -> None:
    plan = make_sampler("cluster-centroids").plan(X, Y, seed=3)
    rows, labels = under.ClusterCentroids(random_state=3).fit_resample(X, Y)
    made = plan.take(X, np.flatnonzero(plan.synthetic))
    for emotion in ("angry", "neutral"):
        np.testing.assert_allclose(made[plan.labels == emotion], rows[labels == emotion])
    np.testing.assert_array_equal(plan.kept, np.flatnonzero(Y == "happy"))
    for row, parents in zip(made, plan.made_from, strict=True):
        np.testing.assert_allclose(row, X[parents[parents >= 0]].mean(axis=0))


@pytest.mark.parametrize(
    ("name", "reference"),
    [("smote-tomek", combine.SMOTETomek(random_state=3)), ("smote-enn", combine.SMOTEENN(random_state=3))],
)
def test_smote_and_cleaning_are_imbalanced_learns(name: str, reference: Any) -> None:
    plan = make_sampler(name).plan(X, Y, seed=3)
    rows, labels = reference.fit_resample(X, Y)
    ours = plan.take(X, np.arange(len(plan)))
    order, theirs = np.lexsort(ours.T), np.lexsort(rows.T)
    np.testing.assert_allclose(ours[order], rows[theirs], rtol=1e-12)
    np.testing.assert_array_equal(plan.y(Y)[order], labels[theirs])
    assert (plan.made_from >= 0).all()


def test_float32_and_identical_rows_have_parents_too() -> None:
    twice = np.concatenate([X, X]).astype(np.float32)
    plan = make_sampler("borderline-smote-1").plan(twice, np.concatenate([Y, Y]), seed=0)
    assert plan.maker == "line"
    assert len(plan.base) > 0


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("tomek", {"sampling_strategy": "some"}, "TomekLinks sampling_strategy: 'some'; give 'not minority'"),
        ("enn", {"n_neighbors": 0}, "EditedNearestNeighbours n_neighbors: 0; give an integer of 1 or more"),
        ("enn", {"kind_sel": "any"}, "kind_sel: 'any' is unknown; use one of all, mode"),
        ("svm-smote", {"out_step": 2}, "SVMSMOTE out_step: 2; give a number from 0 to 1"),
        ("instance-hardness", {"cv": 1}, "InstanceHardnessThreshold cv: 1; give an integer of 2 or more"),
        ("nearmiss-1", {"sampling_strategy": 0}, "NearMiss1 sampling_strategy: 0; give 'not minority'"),
    ],
)
def test_impossible_options_are_refused(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(EvenvoiceError, match=message):
        make_sampler(name, **options)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            "borderline-smote-1",
            {},
            r"BorderlineSMOTE1: .* 4 of the smallest class 'happy' \(rows of each class: happy 4, neutral 40; .*",
        ),
        ("tomek", {"sampling_strategy": ["sad"]}, "class 'sad' is not in y; the classes are 'happy', 'neutral'"),
        (
            "nearmiss-1",
            {"sampling_strategy": {"neutral": 41}},
            "class 'neutral' → 41, but it has 40 rows and NearMiss1",
        ),
    ],
)
def test_what_imbalanced_learn_cannot_do_is_one_line(name: str, options: dict[str, Any], message: str) -> None:
    y = np.repeat(["neutral", "happy"], [40, 4])
    features = np.random.default_rng(0).normal(size=(44, 3))
    with pytest.raises(EvenvoiceError, match=message):
        make_sampler(name, **options).plan(features, y)


def test_a_class_that_is_cleaned_away_is_named() -> None:
    # Every happy row lies between two neutral ones.
    features = np.arange(20.0)[:, None]
    y = np.array(["happy" if row % 4 == 2 else "neutral" for row in range(20)])
    with pytest.raises(EvenvoiceError, match=r"EditedNearestNeighbours: class 'happy' has lost its 5 rows"):
        make_sampler("enn", sampling_strategy="all").plan(features, y)
