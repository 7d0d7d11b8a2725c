"""The contract that evenvoice stands on: no test row, and no test label, reaches anything that is fitted.

For every recipe × balancer × protocol: with the test features replaced by NaN and the test labels permuted, the
weights, the normaliser and the plan are the same to the byte. ``paper`` must fail this test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import combinations, product

import numpy as np
import pytest
import torch

from evenvoice.models import is_network, weighs_classes
from evenvoice.models.classical.svm import SVM
from evenvoice.models.cnn2d import CNN2D
from evenvoice.protocols import PROTOCOLS, make_folds, open_protocol
from evenvoice.recipes import Recipe, open_recipe, recipe_names
from evenvoice.study.pool import balanced_pool
from evenvoice.training import Dataset, TrainedModel, fit
from evenvoice.training.normalise import Normaliser
from evenvoice.training.prepare import fit_normaliser, to_images
from tests import fabricate
from tests.one_fold import run_fold
from tests.pairwise import pairwise
from tests.poisoned import (
    EXAMPLES,
    TABLE,
    VARIANTS,
    both_runs,
    examples,
    features_for,
    first_fold,
    fitted,
    mislabelled,
    recipe_of,
    with_features,
)

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


CHOICES = [recipe_names(), list(SAMPLERS), list(PROTOCOLS), list(VARIANTS)]
CASES = pairwise(CHOICES, _allowed)


def test_every_pair_that_goes_together_has_a_case() -> None:
    """Each recipe under each honest protocol, with each sampler; each variant under each protocol; and so on."""

    def pairs(cases: Iterable[tuple[str, ...]]) -> set[object]:
        return {pair for case in cases for pair in combinations(enumerate(case), 2)}

    every = pairs(case for case in product(*CHOICES) if _allowed(case))
    assert pairs(CASES) == every
    assert {(name, protocol) for name, _, protocol, _ in CASES} == {
        (name, protocol) for name in recipe_names() for protocol in PROTOCOLS if protocol != "paper"
    }


# Every recipe, sampler and variant under one protocol is quick; the pairs with the others are not.
_MARKED = [pytest.param(*case, marks=[pytest.mark.slow] if case[2] != "speaker" else []) for case in CASES]


@pytest.mark.parametrize(("recipe_name", "balancer", "protocol_name", "variant"), _MARKED)
def test_nothing_fitted_depends_on_the_test_part(
    recipe_name: str, balancer: str, protocol_name: str, variant: str
) -> None:
    recipe, fold = recipe_of(recipe_name, balancer, variant), first_fold(protocol_name)
    # scikit-learn refuses to be asked about NaN; its classifiers get far-off noise instead.
    clean, blind = both_runs(recipe, protocol_name, np.nan if is_network(recipe.model.name) else -1e3)
    assert fitted(clean.model) == fitted(blind.model)
    tested = set(TABLE.index[fold.test])
    assert all(not tested & set(seen) for seen in clean.model.fitted_on.values())
    assert set(clean.leaks.values()) == {0}
    # The test features were other ones indeed.
    probabilities = [run.predictions.filter(regex="^p:").to_numpy() for run in (clean, blind)]
    assert recipe.model.name == "majority" or not np.array_equal(*probabilities)
    # Once a recipe; that predictions depend on no other test row, the run counts among its leaks.
    if protocol_name == "random" and not recipe.transductive:
        _stands_alone(clean.model, features_for(recipe, examples).take(fold.test, with_emotions=False))


def _stands_alone(model: TrainedModel, test: Dataset) -> None:
    """A prediction is the same alone, in another order, and with other rows beside it."""
    whole = model.probabilities(test)
    for rows in (np.array([0]), np.arange(len(test))[::-1], np.arange(0, len(test), 3)):
        assert np.abs(model.probabilities(test.take(rows)) - whole[rows]).max() < 1e-4


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_row_of_the_plan_is_batched_and_no_other(sampler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the network was given in an epoch is the plan, the rows that were made among them."""
    recipe, train = recipe_of("2dcnn", sampler, "as it is"), EXAMPLES.take(np.arange(0, len(TABLE), 2))
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
    fit_svm = SVM.fit

    def recorded(self: SVM, X: np.ndarray, *args: object, **options: object) -> object:
        given.append(X.copy())
        return fit_svm(self, X, *args, **options)

    monkeypatch.setattr(SVM, "fit", recorded)
    recipe = recipe_of("svm", "smote", "as it is")
    model = fit(recipe, EXAMPLES, seed=0)
    planned = model.plan.take(to_images(recipe, EXAMPLES, model.normaliser), np.arange(len(model.plan)))
    assert len(model.plan) > len(TABLE)
    assert (given[0] == planned).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "leaks"),
    [("2dcnn", "2dcnn"), ("gmm", "gmm"), ("voice-linear", "voice-linear"), ("voice-deep", "voice-residual")],
)
def test_a_normaliser_of_all_rows_fails_the_contract(name: str, leaks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it is that of a partner."""

    def measured(recipe: Recipe, train: Dataset) -> Normaliser | None:
        whole = Dataset(
            [str(row) for row in range(len(train.features))],
            train.features,
            variants=train.variants,
            shaped=train.shaped,
        )
        return fit_normaliser(recipe, whole if recipe.name == leaks else train)

    assert _same_fit(name)
    monkeypatch.setattr("evenvoice.training.prepare.fit_normaliser", measured)
    assert not _same_fit(name)


def _same_fit(name: str) -> bool:
    clean, blind = both_runs(recipe_of(name, "none", "as it is"), "speaker-folds", -1e3)
    return fitted(clean.model) == fitted(blind.model)


@pytest.mark.parametrize("balancer", SAMPLERS)
def test_the_papers_order_fails_the_contract(balancer: str) -> None:
    """Its normaliser sees every utterance, so other test features cannot leave it as it was."""
    recipe, protocol = recipe_of("smote-2dcnn", balancer, "as it is"), open_protocol("paper")
    table = fabricate.utterances()  # of a rare emotion's synthetic rows some are tested
    known = fabricate.examples(table)
    pool = balanced_pool(recipe, table, known, seed=0)
    (fold,) = make_folds(protocol, pool.table, seed=0)
    clean = run_fold(recipe, protocol, fold, table, known, fabricate.EMOTIONS, seed=0)
    assert set(clean.model.fitted_on["normaliser"]) == set(known.ids)
    if balancer == "smote":
        assert clean.leaks["synthetic_test_rows"] > 0
        assert clean.leaks["training_rows_with_test_parents"] > 0
    features = list(known.features)
    for row in fold.test[fold.test < len(features)]:
        features[row] = features[row] + 100  # NaN would stop SMOTE before it leaks
    poisoned = with_features(known, features)
    blind = run_fold(recipe, protocol, fold, table, poisoned, fabricate.EMOTIONS, seed=0)
    assert fitted(clean.model) != fitted(blind.model)


def test_an_epoch_chosen_on_the_test_part_fails_the_contract() -> None:
    """And the record says so: the selection saw every test row."""
    recipe, protocol = recipe_of("2dcnn", "none", "as it is"), open_protocol("speaker-folds+select-on-test")
    recipe = open_recipe(recipe, {"training": {"epochs": 8}})
    fold = first_fold(protocol.name)
    chosen = run_fold(recipe, protocol, fold, TABLE, EXAMPLES, fabricate.EMOTIONS, seed=0)
    assert chosen.leaks["test_rows_selected_on"] == len(fold.test)
    assert set(chosen.model.fitted_on["selection"]) == set(TABLE.index[fold.test])
    assert "test_ua" in chosen.model.history
    assert chosen.model.epoch == int(chosen.model.history["test_ua"].to_numpy().argmax()) + 1
    table = mislabelled(protocol.name)
    features = list(EXAMPLES.features)
    for row in fold.test:
        features[row] = features[row][:, ::-1] * 3  # other test audio, other labels
    emotions = table["emotion"].to_numpy(str)
    other = with_features(EXAMPLES, features, emotions)
    blind = run_fold(recipe, protocol, fold, table, other, fabricate.EMOTIONS, seed=0)
    assert blind.model.epoch != chosen.model.epoch
    assert fitted(blind.model) != fitted(chosen.model)
    honest = run_fold(recipe, protocol.inner, fold, TABLE, EXAMPLES, fabricate.EMOTIONS, seed=0)
    assert honest.leaks["test_rows_selected_on"] == 0
    assert (
        honest.model.history.filter(like="train").to_numpy() == chosen.model.history.filter(like="train").to_numpy()
    ).all()
