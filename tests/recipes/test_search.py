"""Search spaces: inherited, dropped, and refused in one line when the recipe is opened."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.models import make_model
from evenvoice.recipes import Recipe, open_recipe, recipe_names
from evenvoice.recipes.search import Range, extremes
from evenvoice.tuning.space import with_settings

EPOCHS = {"training.epochs": [5, 10]}


def test_the_papers_recipe_declares_one_and_what_extends_it_inherits_what_applies() -> None:
    paper = set(open_recipe("smote-2dcnn").search)
    assert {"training.learning_rate", "shape.name", "balance.options.k_neighbors"} <= paper
    # Another sampler has no k; and what a recipe sets itself is not searched, unless it says so.
    assert set(open_recipe("2dcnn").search) == paper - {"balance.options.k_neighbors"}
    assert set(open_recipe("weighted-2dcnn").search) == paper - {"balance.options.k_neighbors"}
    calibrated = set(open_recipe("calibrated-2dcnn").search)
    assert calibrated == paper - {"balance.options.k_neighbors", "shape.name"}


@pytest.mark.parametrize("name", [name for name in recipe_names() if open_recipe(name).search])
def test_every_combination_is_a_recipe_whose_network_can_be_made(name: str) -> None:
    recipe, draw = open_recipe(name), random.Random(0)
    for _ in range(40):
        settings = {path: draw.choice(extremes(where)) for path, where in recipe.search.items()}
        made = with_settings(recipe, settings)
        make_model(made.model.name, made.input_shape, 4, **made.model.options)


def test_null_drops_a_key_and_more_are_added(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "extends: smote-2dcnn\nsearch:\n  shape.name: null\n  model.options.filters: [32, 64]\n", encoding="utf-8"
    )
    search = open_recipe(tmp_path / "mine.yaml").search
    assert set(search) == set(open_recipe("smote-2dcnn").search) - {"shape.name"} | {"model.options.filters"}
    assert search["model.options.filters"] == [32, 64]
    assert open_recipe("smote-2dcnn", {"search": {"shape.name": None}}).search.keys() == search.keys() - {
        "model.options.filters"
    }


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"shape": {"name": "array"}}, {"shape.name"}),
        ({"features": {"n_mfcc": 43}, "shape": {"layout": "split"}}, {"features.n_mfcc"}),
        ({"balance": {"name": "none"}}, {"balance.options.k_neighbors"}),
        ({"balance": {"name": "smote", "options": {}}}, set()),
        ({"training": {"epochs": 3}, "search": EPOCHS}, set()),
        ({"balance": ["tomek", "smote"]}, {"balance.options.k_neighbors"}),
    ],
)
def test_what_is_set_is_not_searched(changes: dict[str, Any], gone: set[str]) -> None:
    assert set(open_recipe("smote-2dcnn", changes).search) == set(open_recipe("smote-2dcnn").search) - gone


@pytest.mark.parametrize(
    ("search", "message"),
    [
        (
            {"training.epoch": [3]},
            r"training.epoch cannot be 3: unknown key 'training.epoch' \(did you mean 'training.epochs'",
        ),
        ({"training.epochs": [0, 5]}, "training.epochs cannot be 0: .*greater than or equal to 1"),
        ({"features.n_mfcc": {"low": 20, "high": 200}}, "features.n_mfcc cannot be 200: .*above n_mels 128"),
        ({"balance.options.k": [1]}, "balance.options.k cannot be 1: .*'k'.*k_neighbors"),
        ({"model.options.dropuot": [0.1]}, "model.options.dropuot cannot be 0.1: .*did you mean 'dropout'"),
        ({"name": ["a", "b"]}, "name: changes no fit; a path begins with features, shape, normalise, "),
        ({"training.epochs": 5}, "training.epochs: expected a list .*; found 5"),
        ({"training.epochs": []}, r"training.epochs: expected a list .*; found \[\]"),
        ({"training.epochs": [[5]]}, "training.epochs: expected a list"),
        ({"training.epochs": {"low": 5}}, "training.epochs: high: Field required"),
        ({"training.epochs": {"low": 5, "high": 5}}, "training.epochs: a range goes from low to high"),
        ({"training.epochs": {"low": 0, "high": 5, "log": True}}, "starts above 0"),
        ("everything", "search: expected paths of keys, each with a range or a list of choices"),
    ],
)
def test_a_wrong_search_space_is_one_line_that_names_it(search: Any, message: str) -> None:
    with pytest.raises(
        EvenvoiceError, match=f"^recipe 'smote-2dcnn': search: .*{message}|^recipe '.*': {message}"
    ) as caught:
        open_recipe("smote-2dcnn", {"search": search})
    assert "\n" not in str(caught.value)


def test_a_search_space_survives_its_own_dump() -> None:
    recipe = open_recipe("smote-2dcnn")
    assert Recipe(**recipe.model_dump(mode="json")) == recipe
    assert isinstance(recipe.search["training.learning_rate"], Range)
