"""The contract that evenvoice stands on: no test row, and no test label, reaches anything that is fitted.

For every recipe × balancer × protocol: with the test features replaced by NaN and the test labels permuted, the
weights, the normaliser and the plan are the same to the byte. ``paper`` must fail this test.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
import torch

from evenvoice.models import Estimator, is_network, weighs_classes
from evenvoice.models.classical.svm import SVM
from evenvoice.models.cnn2d import CNN2D
from evenvoice.protocols import PROTOCOLS, Fold, make_folds, open_protocol
from evenvoice.recipes import Recipe, open_recipe, recipe_names
from evenvoice.study.pool import balanced_pool
from evenvoice.training import Dataset, TrainedModel, fit
from evenvoice.training.prepare import to_images
from tests import fabricate
from tests.one_fold import run_fold
from tests.pairwise import pairwise
from tests.quick import quick_recipe

TABLE = fabricate.utterances()
TABLE["corpus"] = np.where(TABLE["speaker"] == "s5", "other", "one")
EXAMPLES = fabricate.examples(TABLE)
VARIANTS = {
    "as it is": {},
    "speaker normalisation": {"normalise": "speaker"},
    "selected and calibrated on validation": {
        "training": {"select": "best-on-validation", "validation_share": 0.25},
        "decision": "temperature",
    },
    "last layer learnt again": {"training": {"retrain": {"balance": ["smote", "mixup"], "epochs": 2}}},
}


def _recipe(name: str, balancer: str, variant: str) -> Recipe:
    return quick_recipe(name, {**VARIANTS[variant], "balance": {"name": balancer}})


@cache
def _examples(n_rows: int, perturbations: tuple[str, ...] = ()) -> Dataset:
    if n_rows == 120 and not perturbations:
        return EXAMPLES
    return fabricate.examples(TABLE, n_rows=n_rows, perturbations=perturbations)


def _other(known: Dataset, features: list[np.ndarray], emotions: np.ndarray | None = None) -> Dataset:
    """The dataset with other features, and nothing left of what was made of the old ones."""
    emotions = known.emotions if emotions is None else emotions
    return Dataset(known.ids, features, emotions, known.speakers)


def _poisoned(fold: Fold, known: Dataset, poison: float = np.nan) -> tuple[pd.DataFrame, Dataset]:
    """The corpus with the test features gone and the test labels permuted."""
    table = TABLE.copy()
    labels = table["emotion"].to_numpy(str).copy()
    labels[fold.test] = np.roll(labels[fold.test], 7)
    assert (labels != TABLE["emotion"].to_numpy(str)).any()
    table["emotion"] = labels
    other = _other(known, _spoilt(known, fold, poison), labels)
    variants = {name: _other(each, _spoilt(each, fold, poison)) for name, each in known.variants.items()}
    return table, replace(other, variants=variants)


def _spoilt(known: Dataset, fold: Fold, poison: float) -> list[np.ndarray]:
    features = list(known.features)
    for row in fold.test:
        features[row] = features[row][:, ::-1] * np.float32(poison)
    return features


def _fitted(model: TrainedModel) -> list[bytes]:
    """Everything that a fit learns, as bytes."""
    if isinstance(model.network, Estimator):
        parts = [values.tobytes() for _, values in sorted(model.network.learned().items())]
    else:
        parts = [value.numpy().tobytes() for value in model.network.state_dict().values()]
    assert parts or model.recipe.model.name == "majority"
    if model.normaliser is not None:
        parts += [model.normaliser.mean.tobytes(), model.normaliser.scale.tobytes()]
    parts += [np.float64(model.decision.temperature).tobytes(), model.decision.bias.tobytes()]
    plan = model.plan
    return [*parts, plan.kept.tobytes(), plan.made_from.tobytes(), plan.weights.tobytes()]


# One sampler of each kind: what a plan may do is checked for every sampler in tests/imbalance.
SAMPLERS = ("none", "class-weights", "smote")


@cache
def _weighs_classes(name: str) -> bool:
    recipe = open_recipe(name)
    return weighs_classes(recipe.model.name) and recipe.loss.plain


def _allowed(case: tuple[str, ...]) -> bool:
    recipe, balancer, protocol, variant = case
    # The variants change what happens before the network, which is the same in every recipe.
    return (
        protocol != "paper"
        and (recipe == "smote-2dcnn" or variant == "as it is")
        and (balancer != "class-weights" or _weighs_classes(recipe))
    )


CASES = pairwise([recipe_names(), list(SAMPLERS), list(PROTOCOLS), list(VARIANTS)], _allowed)


@pytest.mark.parametrize(("recipe_name", "balancer", "protocol_name", "variant"), CASES)
def test_nothing_fitted_depends_on_the_test_part(
    recipe_name: str, balancer: str, protocol_name: str, variant: str
) -> None:
    recipe, protocol = _recipe(recipe_name, balancer, variant), open_protocol(protocol_name)
    fold = make_folds(protocol, TABLE, seed=0)[0]
    known = _examples(recipe.extractor.n_rows, recipe.perturbations)
    clean = run_fold(recipe, protocol, fold, TABLE, known, fabricate.EMOTIONS, seed=0)
    # scikit-learn refuses to be asked about NaN; its classifiers get far-off noise instead.
    table, unknown = _poisoned(fold, known, np.nan if is_network(recipe.model.name) else -1e3)
    blind = run_fold(recipe, protocol, fold, table, unknown, fabricate.EMOTIONS, seed=0)
    assert _fitted(clean.model) == _fitted(blind.model)
    tested = set(TABLE.index[fold.test])
    assert all(not tested & set(seen) for seen in clean.model.fitted_on.values())
    assert set(clean.leaks.values()) == {0}
    # The test features were other ones indeed.
    probabilities = [run.predictions.filter(regex="^p:").to_numpy() for run in (clean, blind)]
    assert recipe.model.name == "majority" or not np.array_equal(*probabilities)
    if not recipe.transductive:
        _stands_alone(clean.model, known.take(fold.test, with_emotions=False))


def _stands_alone(model: TrainedModel, test: Dataset) -> None:
    """A prediction is the same alone, in another order, and with other rows beside it."""
    whole = model.probabilities(test)
    for rows in (np.array([0]), np.arange(len(test))[::-1], np.arange(0, len(test), 3)):
        assert np.abs(model.probabilities(test.take(rows)) - whole[rows]).max() < 1e-4


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_row_of_the_plan_is_batched_and_no_other(sampler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the network was given in an epoch is the plan, the rows that were made among them."""
    recipe, train = _recipe("2dcnn", sampler, "as it is"), EXAMPLES.take(np.arange(0, len(TABLE), 2))
    given: list[bytes] = []
    forward = CNN2D.forward

    def recorded(self: CNN2D, images: torch.Tensor) -> torch.Tensor:
        if self.training:
            given.extend(image.numpy().tobytes() for image in images.detach().contiguous())
        return forward(self, images)

    monkeypatch.setattr(CNN2D, "forward", recorded)
    model = fit(recipe, train, seed=0)
    planned = model.plan.take(to_images(recipe, train, model.normaliser), np.arange(len(model.plan)))
    assert Counter(given) == Counter([image.tobytes() for image in planned] * recipe.training.epochs)
    assert (len(model.plan) > len(train)) is (sampler in ("smote", "random-over"))


def test_the_rows_that_smote_made_reach_a_classical_classifier(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given the plan, once."""
    given: list[np.ndarray] = []
    fitted = SVM.fit

    def recorded(self: SVM, X: np.ndarray, *args: object, **options: object) -> object:
        given.append(X.copy())
        return fitted(self, X, *args, **options)

    monkeypatch.setattr(SVM, "fit", recorded)
    recipe = _recipe("svm", "smote", "as it is")
    model = fit(recipe, EXAMPLES, seed=0)
    planned = model.plan.take(to_images(recipe, EXAMPLES, model.normaliser), np.arange(len(model.plan)))
    assert len(model.plan) > len(TABLE)
    assert (given[0] == planned).all()


@pytest.mark.parametrize("balancer", SAMPLERS)
def test_the_papers_order_fails_the_contract(balancer: str) -> None:
    """Its normaliser sees every utterance, so other test features cannot leave it as it was."""
    recipe, protocol = _recipe("smote-2dcnn", balancer, "as it is"), open_protocol("paper")
    pool = balanced_pool(recipe, TABLE, EXAMPLES, seed=0)
    (fold,) = make_folds(protocol, pool.table, seed=0)
    clean = run_fold(recipe, protocol, fold, TABLE, EXAMPLES, fabricate.EMOTIONS, seed=0)
    assert set(clean.model.fitted_on["normaliser"]) == set(EXAMPLES.ids)
    if balancer == "smote":
        assert clean.leaks["synthetic_test_rows"] > 0
        assert clean.leaks["training_rows_with_test_parents"] > 0
    features = list(EXAMPLES.features)
    for row in fold.test[fold.test < len(features)]:
        features[row] = features[row] + 100  # NaN would stop SMOTE before it leaks
    poisoned = _other(EXAMPLES, features)
    blind = run_fold(recipe, protocol, fold, TABLE, poisoned, fabricate.EMOTIONS, seed=0)
    assert _fitted(clean.model) != _fitted(blind.model)


def test_an_epoch_chosen_on_the_test_part_fails_the_contract() -> None:
    """And the record says so: the selection saw every test row."""
    recipe, protocol = _recipe("2dcnn", "none", "as it is"), open_protocol("speaker-folds+select-on-test")
    recipe = open_recipe(recipe, {"training": {"epochs": 8}})
    fold = make_folds(protocol, TABLE, seed=0)[0]
    chosen = run_fold(recipe, protocol, fold, TABLE, EXAMPLES, fabricate.EMOTIONS, seed=0)
    assert chosen.leaks["test_rows_selected_on"] == len(fold.test)
    assert set(chosen.model.fitted_on["selection"]) == set(TABLE.index[fold.test])
    assert "test_ua" in chosen.model.history
    assert chosen.model.epoch == int(chosen.model.history["test_ua"].to_numpy().argmax()) + 1
    table, _ = _poisoned(fold, EXAMPLES)
    features = list(EXAMPLES.features)
    for row in fold.test:
        features[row] = features[row][:, ::-1] * 3  # other test audio, other labels
    emotions = table["emotion"].to_numpy(str)
    other = _other(EXAMPLES, features, emotions)
    blind = run_fold(recipe, protocol, fold, table, other, fabricate.EMOTIONS, seed=0)
    assert blind.model.epoch != chosen.model.epoch
    assert _fitted(blind.model) != _fitted(chosen.model)
    honest = run_fold(recipe, protocol.inner, fold, TABLE, EXAMPLES, fabricate.EMOTIONS, seed=0)
    assert honest.leaks["test_rows_selected_on"] == 0
    assert (
        honest.model.history.filter(like="train").to_numpy() == chosen.model.history.filter(like="train").to_numpy()
    ).all()
