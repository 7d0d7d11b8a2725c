"""Recipes: every shipped one works, a wrong key or value gives one line, and files extend each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import Recipe, open_recipe, recipe_names
from evenvoice.training import fit
from tests import fabricate
from tests.quick import quick_recipe

TABLE = fabricate.utterances(2, (4, 3, 4, 4))


def _for_an_epoch(name: str) -> Recipe:
    """A recipe as it is, but for its epochs, perturbed copies, and partners: recipes of their own, and small here."""
    opened = open_recipe(name, {"training": {"epochs": 1}})
    partners = tuple(each.model_copy(update={"recipe": quick_recipe(each.recipe)}) for each in opened.partners)
    return opened.model_copy(update={"partners": partners, "augment": opened.augment[:1]})


@pytest.mark.parametrize("name", recipe_names())
def test_every_shipped_recipe_is_fitted_for_an_epoch(name: str) -> None:
    recipe = _for_an_epoch(name)
    assert recipe.name == name
    assert recipe.about
    assert recipe.source
    examples = fabricate.examples_for(recipe, TABLE)
    some = examples.take(np.arange(0, len(TABLE), 4))
    validation = some if recipe.training.validation_share else None
    probabilities = fit(recipe, examples, validation).probabilities(some)
    assert probabilities.shape == (len(some), 4)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_the_papers_recipe_is_table_2() -> None:
    recipe = open_recipe("smote-2dcnn")
    training = recipe.training
    assert (training.epochs, training.batch_size, training.learning_rate) == (100, 64, 0.01)
    assert training.select == "last"
    assert (recipe.shape.name, recipe.balance.name, recipe.normalise) == ("mean", "smote", "training")


def test_a_recipe_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        open_recipe("2dcnn").training.epochs = 3  # type: ignore[misc]  # that is the point


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "../mine"}, r"name: .*pattern"),
        ({"trainig": {}}, r"unknown key 'trainig' \(did you mean 'training'\?\); allowed are name, about,"),
        (
            {"training": {"epoch": 3}},
            r"unknown key 'training.epoch' \(did you mean 'training.epochs'\?\); allowed are epochs",
        ),
        ({"training": {"epochs": 0}}, r"training.epochs: .*greater than or equal to 1 \(found 0\)"),
        ({"training": {"epochs": "many"}}, r"training.epochs: .*a number, and not a text \(found 'many'\)"),
        ({"training": {"select": "best-on-test"}}, r"training.select: Input should be 'last' or 'best-on-validation'"),
        (
            {"shape": {"name": "median"}},
            r"shape: shape 'median' is unknown \(did you mean 'mean'\?\); known are mean, array, channels, ",
        ),
        ({"features": None}, r"features: found None, expected keys and values, for example \{name: mfcc\}"),
        ({"balance": 5}, r"balance: found 5, expected keys and values, for example \{name: smote\}"),
        ({"features": {"name": ["mfcc"]}}, r"extractor \['mfcc'\]: expected a name; known are mfcc, voice, log-mel, "),
        ({"training": {"learning_rate": float("inf")}}, r"training.learning_rate: .*finite number"),
        (
            {"training": {"select": "last", "patience": 3}},
            r"patience watches a validation part; .*set patience to null",
        ),
        (
            {
                "shape": {"name": "sequence"},
                "model": {"name": "gmm"},
                "balance": {"name": "smote", "options": {"rule": "absolute"}},
            },
            r"balance: smote so set leaves no mask .*; use smote with rule line or box",
        ),
        (
            {
                "shape": {"name": "sequence"},
                "model": {"name": "transformer"},
                "balance": {"name": "redrawn", "options": {"sampler": "spec-augment"}},
            },
            r"balance: redrawn so set leaves no mask .*; use smote with rule line or box",
        ),
        (
            {"features": {"name": "mffc"}},
            r"features: extractor 'mffc' is unknown \(did you mean 'mfcc'\?\)",
        ),
        (
            {"features": {"name": "short-term", "hop": 1}},
            r"extractor 'short-term': unknown option 'hop'; it takes sample_rate, window_seconds",
        ),
        (
            {
                "features": {"name": "short-term"},
                "shape": "sequence",
                "model": {"name": "gmm"},
                "training": {"select": "best-on-validation"},
            },
            r"training.select: model 'gmm' has no epochs",
        ),
        (
            {"model": {"name": "hmm"}},
            r"shape: model 'hmm' needs shape sequence, found mean; use --shape sequence",
        ),
        (
            {"model": {"name": "knn"}, "balance": {"name": "class-weights"}},
            r"balance: model 'knn' cannot weigh",
        ),
        ({"training": {"patience": 3}}, r"training: patience watches a validation part; it needs select"),
        ({"features": {"n_mfcc": 200}}, r"features: .*n_mfcc"),
        ({"balance": {"name": "smot"}}, r"balance.*smot.*smote"),
        ({"balance": {"options": {"k": 3}}}, r"balance.*'k'.*k_neighbors"),
        ({"model": {"name": "3dcnn"}}, r"model '3dcnn' is unknown \(did you mean '2dcnn'\?\)"),
        ({"model": {"options": {"dropuot": 1}}}, r"unknown option 'dropuot' \(did you mean 'dropout'\?\)"),
        (
            {"training": {"select": "best-on-validation", "validation_share": 0}},
            r"needs a validation_share above 0",
        ),
    ],
)
def test_a_wrong_key_or_value_is_one_line_that_names_it(changes: dict, message: str) -> None:
    with pytest.raises(EvenvoiceError, match=f"^recipe 'smote-2dcnn': .*{message}") as caught:
        open_recipe("smote-2dcnn", changes)
    assert "\n" not in str(caught.value)


def test_selecting_on_validation_brings_its_share() -> None:
    assert open_recipe("2dcnn", {"training": {"select": "best-on-validation"}}).training.validation_share == 0.2


def test_a_file_extends_a_shipped_recipe_and_another_file(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "extends: smote-2dcnn\ntraining: {epochs: 7}\nbalance: {options: {k_neighbors: 3}}", encoding="utf-8"
    )
    (tmp_path / "mine.yaml").write_text("extends: base.yaml\nbalance: {name: class-weights}\n", encoding="utf-8")
    recipe = open_recipe(tmp_path / "mine.yaml")
    assert recipe.name == "mine"
    assert recipe.training.epochs == 7
    assert recipe.training.learning_rate == 0.01
    assert recipe.balance.options == {}  # another sampler does not inherit SMOTE's options


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "not YAML"),
        ("- a\n- b", "expected keys and values, found list"),
        ("extends: mine.yaml", "extends itself"),
        ("1: 2", "1 is not a key; allowed are name, about"),
        ("on: {epochs: 3}", "unknown key 'on'; allowed are name"),
        ("epochs: 3", r"unknown key 'epochs' \(did you mean 'training.epochs'\?\); allowed are name"),
        ("extends: nothing", "recipe 'nothing' is unknown"),
    ],
)
def test_a_damaged_file_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(EvenvoiceError, match=message):
        open_recipe(tmp_path / "mine.yaml")


def test_numbers_in_a_file_are_read_as_people_write_them(tmp_path: Path) -> None:
    """YAML 1.1, which PyYAML reads, calls 1e-3 a text."""
    path = tmp_path / "mine.yaml"
    path.write_text(
        "extends: 2dcnn\nmodel: {options: {l2: 1e-3}}\nsearch: {model.options.l2: [1e-3, 1e-2]}\n", encoding="utf-8"
    )
    recipe = open_recipe(path)
    assert recipe.model.options["l2"] == 0.001
    assert recipe.search["model.options.l2"] == [0.001, 0.01]


def test_a_missing_file_is_said() -> None:
    with pytest.raises(
        EvenvoiceError, match=r"recipe 'nowhere/mine\.yaml': no such file; check the path .*evenvoice recipe list"
    ):
        open_recipe("nowhere/mine.yaml")


def test_a_recipe_survives_its_own_dump() -> None:
    recipe = open_recipe("smote-2dcnn", {"normalise": "speaker"})
    assert Recipe(**recipe.model_dump(mode="json")) == recipe
    assert recipe.transductive


def test_calibrating_brings_a_validation_share_and_cannot_do_without() -> None:
    assert Recipe(name="mine", decision="temperature").training.validation_share == 0.2
    assert Recipe(name="mine", decision="prior-shift").training.validation_share == 0
    with pytest.raises(EvenvoiceError, match="decision: temperature is fitted on a validation part; set training"):
        open_recipe("2dcnn", {"decision": "temperature", "training": {"validation_share": 0}})


def test_the_key_of_former_recipes_for_a_temperature_is_a_decision() -> None:
    with pytest.warns(match=r"recipe key training.calibrate: is now decision:"):
        recipe = open_recipe("2dcnn", {"training": {"calibrate": "temperature"}})
    assert (recipe.decision.name, recipe.training.validation_share) == ("temperature", 0.2)
    assert "calibrate" not in recipe.model_dump()["training"]


def test_training_settings_that_a_classifier_does_not_look_at_are_named() -> None:
    with pytest.warns(UserWarning, match=r"^recipe voice-linear: training: epochs, mixup change nothing, "):
        open_recipe("voice-linear", {"training": {"epochs": 3, "mixup": 0.2}})
    with pytest.warns(UserWarning, match="epochs changes nothing, .* in a recipe of your own for partner voice-cnn$"):
        open_recipe("voice-fusion", {"training": {"epochs": 3}})


def test_one_perturbation_is_a_list_of_one() -> None:
    assert open_recipe("2dcnn", {"augment": "speed:0.9"}).augment == ("speed:0.9",)
    with pytest.raises(EvenvoiceError, match=r"augment: perturbation 'sped:0\.9'"):
        open_recipe("2dcnn", {"augment": "sped:0.9"})


@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        ("2dcnn", {"training": {"masks": {"frames": 3}}}, "training.masks: frames changes nothing while number is 0"),
        ("2dcnn", {"training": {"bands": {"noise_depth": [1, 2]}}}, "noise_depth changes nothing while noise is 0"),
        ("knn", {"ensemble": 5}, "ensemble: nothing in it is random, so its 5 members are the same"),
    ],
)
def test_settings_that_change_nothing_are_named(name: str, changes: dict[str, Any], says: str) -> None:
    with pytest.warns(UserWarning, match=f"^recipe {name}: .*{says}"):
        open_recipe(name, changes)


def test_settings_that_are_looked_at_give_no_warning(recwarn: pytest.WarningsRecorder) -> None:
    open_recipe("2dcnn", {"training": {"epochs": 3}})
    open_recipe("2dcnn", {"training": {"masks": {"number": 1, "frames": 3}}, "ensemble": 2})
    open_recipe("functionals-svm", {"training": {"validation_share": 0.2}})
    for name in recipe_names():
        open_recipe(name)
    assert not recwarn
