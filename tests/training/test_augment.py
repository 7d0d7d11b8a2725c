"""Rows of perturbed waveforms: in the training part, and nowhere else."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from evenvoice.allocator import release
from evenvoice.errors import EvenvoiceError
from evenvoice.protocols import make_folds, open_protocol
from evenvoice.recipes import needs_of, open_recipe
from evenvoice.training import Dataset, dataset, fit, images, member
from tests import fabricate
from tests.one_fold import run_fold

TABLE = fabricate.utterances()
EXAMPLES = fabricate.examples(TABLE)
SPEEDS = ("speed:0.9", "speed:1.1")
PERTURBED = {name: fabricate.examples(TABLE, seed=number + 1) for number, name in enumerate(SPEEDS)}
AUGMENTED = dataclasses.replace(EXAMPLES, variants=PERTURBED)


def _recipe(**changes: object):
    return open_recipe("functionals-svm", {"augment": list(SPEEDS), **changes})


def test_every_row_has_its_parent_and_its_perturbation() -> None:
    model = fit(_recipe(), AUGMENTED)
    n = len(EXAMPLES)
    assert len(model.plan) == 3 * n
    assert set(model.plan.makers) == {f"waveform:{name}" for name in SPEEDS}
    assert model.plan.made_from[:, 0].tolist() == [*range(n), *range(n)]


def test_the_classifier_learns_from_the_perturbed_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    from evenvoice.models.classical.svm import LinearSVM

    learn = LinearSVM._fit
    monkeypatch.setattr(LinearSVM, "_fit", lambda self, X, *rest: (seen.append(X.copy()), learn(self, X, *rest)))
    model = fit(_recipe(), AUGMENTED)
    images = model.normaliser.apply(PERTURBED["speed:1.1"].rows(model.recipe.made_shape))
    np.testing.assert_array_equal(seen[0][-len(EXAMPLES) :].reshape(len(EXAMPLES), -1), np.stack(images)[:, :, 0])


@pytest.mark.parametrize("balance", ["none", "smote"])
def test_what_is_learnt_from_files_is_what_is_learnt_from_memory(balance: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As large training parts are; what was read of the files is given back after every block."""
    recipe = _recipe(balance=balance)
    whole = fit(recipe, AUGMENTED)
    monkeypatch.setattr(images, "MOST_IN_MEMORY", 0)
    monkeypatch.setattr(dataset, "MOST_IN_MEMORY", 0)
    monkeypatch.setattr(member, "MOST_READ", 1)
    given_back = []
    monkeypatch.setattr(member, "release", lambda array: (given_back.append(array), release(array)))
    files = fit(recipe, AUGMENTED.in_files([needs_of([recipe])[0]]))
    assert all(isinstance(array, np.memmap) for array in given_back)
    assert len(given_back) == 3 * len(files.plan)
    for name, values in whole.network.learned().items():
        np.testing.assert_array_equal(files.network.learned()[name], values)


def test_samplers_plan_on_the_perturbed_rows_too() -> None:
    model = fit(_recipe(balance="smote"), AUGMENTED)
    counts = np.unique(model.plan.y(EXAMPLES.emotions), return_counts=True)[1]
    assert len(set(counts)) == 1
    assert counts[0] == 3 * np.unique(EXAMPLES.emotions, return_counts=True)[1].max()


@pytest.mark.parametrize("name", ["functionals-svm", "2dcnn"])
def test_no_perturbed_row_of_a_test_speaker_is_learnt_from(name: str) -> None:
    recipe = open_recipe(name, {"augment": list(SPEEDS), "training": {"epochs": 1}})
    protocol = open_protocol("speaker")
    fold = make_folds(protocol, TABLE, seed=0)[0]
    clean = run_fold(recipe, protocol, fold, TABLE, AUGMENTED, fabricate.EMOTIONS, seed=0)
    other = {}
    for perturbation, variant in PERTURBED.items():
        features = list(variant.features)
        for row in fold.test:
            features[row] = features[row] * np.float32(1e3)
        other[perturbation] = Dataset(variant.ids, features)
    blind = run_fold(
        recipe, protocol, fold, TABLE, dataclasses.replace(EXAMPLES, variants=other), fabricate.EMOTIONS, seed=0
    )
    columns = [column for column in clean.predictions if column.startswith("p:")]
    np.testing.assert_array_equal(clean.predictions[columns], blind.predictions[columns])
    assert set(clean.leaks.values()) == {0}
    made = clean.plan[clean.plan["maker"].astype(str).str.startswith("waveform:")]
    assert len(made) == 2 * len(fold.train)


def test_a_dataset_without_the_perturbation_says_so() -> None:
    with pytest.raises(EvenvoiceError, match=r"no features of perturbation 'speed:0\.9', only none"):
        fit(_recipe(), EXAMPLES)


@pytest.mark.parametrize("loss", ["cross-entropy"])
def test_a_loss_sees_the_counts_of_the_balanced_part(loss: str) -> None:
    plain = fit(open_recipe("2dcnn", {"training": {"epochs": 2}}), EXAMPLES)
    changes = {"loss": {"name": loss, "options": {"smoothing": 0.2}}, "training": {"epochs": 2}}
    smoothed = fit(open_recipe("2dcnn", changes), EXAMPLES)
    assert smoothed.probabilities(EXAMPLES).max() < plain.probabilities(EXAMPLES).max()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"augment": ["sped:0.9"]}, "perturbation 'sped:0.9'.*did you mean 'speed"),
        ({"augment": ["speed:fast"]}, "perturbation 'speed:fast': 'fast' is not a value for speed; give a number"),
        ({"loss": "cross"}, "loss 'cross' is unknown"),
        ({"loss": {"name": "cross-entropy", "options": {"smoothing": 0.1}}}, "model 'linear-svm' is not fitted by"),
    ],
)
def test_what_cannot_be_is_refused_when_the_recipe_is_read(changes: dict, message: str) -> None:
    with pytest.raises(EvenvoiceError, match=message):
        open_recipe("functionals-svm", changes)


def test_a_plan_is_redrawn_each_epoch_and_all_are_recorded() -> None:
    changes = {"balance": {"name": "redrawn", "options": {"sampler": "random-over"}}, "training": {"epochs": 3}}
    model = fit(open_recipe("2dcnn", changes), EXAMPLES)
    assert list(model.plans) == [(1, 1), (2, 1), (3, 1)]
    kept = [tuple(plan.kept) for plan in model.plans.values()]
    assert len(set(kept)) == 3
    assert len({len(plan) for plan in kept}) == 1


def test_a_classical_classifier_has_no_epochs_to_redraw_in() -> None:
    with pytest.raises(EvenvoiceError, match="redrawn is drawn anew each epoch, and model 'linear-svm' has none"):
        open_recipe("functionals-svm", {"balance": "redrawn"})


def test_rare_classes_grow_by_perturbed_recordings() -> None:
    changes = {"balance": {"name": "waveform-over", "options": {"perturbations": list(SPEEDS)}}}
    recipe = open_recipe("functionals-svm", changes)
    assert recipe.perturbations == SPEEDS
    model = fit(recipe, AUGMENTED)
    assert len(set(np.unique(model.plan.y(EXAMPLES.emotions), return_counts=True)[1])) == 1
    assert set(model.plan.makers) <= {f"waveform:{name}" for name in SPEEDS}
