"""A wrong option of any model is refused when the recipe is read, in words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic_core import PydanticUndefined

from evenvoice.errors import EvenvoiceError
from evenvoice.models import MODELS, check_model
from evenvoice.options import options_of
from evenvoice.recipes import open_recipe


@pytest.mark.parametrize("name", MODELS)
def test_every_option_has_a_type_with_words_and_a_default_of_that_type(name: str) -> None:
    fields = options_of(MODELS[name]).model_fields
    assert not [option for option, field in fields.items() if not field.description]
    defaults = {option: field.default for option, field in fields.items()}
    assert PydanticUndefined not in defaults.values()
    check_model(name, defaults)


@pytest.mark.parametrize("name", MODELS)
def test_every_option_refuses_what_it_cannot_be(name: str) -> None:
    for option, field in options_of(MODELS[name]).model_fields.items():
        said = f"model {name!r}: {option} is [-1]; give {field.description}"
        with pytest.raises(EvenvoiceError, match=f"^{re.escape(said)}$"):
            check_model(name, {option: [-1]})


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("2dcnn", {"dropout": 1.5}, "dropout is 1.5; give a number from 0 to below 1"),
        ("2dcnn", {"dropout": 1}, "dropout is 1; give a number from 0 to below 1"),
        ("2dcnn", {"filters": 0}, "filters is 0; give a whole number of 1 or more"),
        ("2dcnn", {"filters": "64"}, "filters is '64'; give a whole number of 1 or more"),
        ("2dcnn", {"l2": -0.1}, "l2 is -0.1; give a number of 0 or more"),
        ("2dcnn", {"batch_norm_momentum": 1.1}, "batch_norm_momentum is 1.1; give a number above 0 and up to 1"),
        ("2dcnn", {"initialisation": "he"}, "initialisation is 'he'; give glorot or torch"),
        ("cnn-lstm", {"pool": [2]}, "pool is [2]; give two whole numbers of 1 or more"),
        ("cnn-lstm", {"kernels": [[3, 3], [3, 0]]}, "kernels is [[3, 3], [3, 0]]; give a list of pairs"),
        ("knn", {"n_neighbors": 2.5}, "n_neighbors is 2.5; give a whole number of 1 or more"),
        ("svm", {"C": 0}, "C is 0; give a number above 0"),
        ("svm", {"gamma": "auto"}, "gamma is 'auto'; give a number above 0, or 'scale'"),
        ("svm", {"gamma": -1}, "gamma is -1; give a number above 0"),
        ("linear-svm", {"C": "1"}, "C is '1'; give a number above 0"),
        ("mlp", {"hidden_layer_sizes": 100}, "hidden_layer_sizes is 100; give a list of whole numbers"),
        ("mlp", {"hidden_layer_sizes": []}, "hidden_layer_sizes is []; give a list of whole numbers"),
        ("mlp", {"alpha": float("nan")}, "alpha is nan; give a number above 0"),
        ("dbn", {"learning_rate": float("inf")}, "learning_rate is inf; give a number above 0"),
        ("gmm", {"n_components": True}, "n_components is True; give a whole number of 1 or more"),
        ("dtw", {"band": 1.5}, "band is 1.5; give a number above 0 and up to 1, or nothing"),
        ("majority", {"C": 1}, "unknown option 'C'; it takes no options"),
    ],
)
def test_an_impossible_option_is_refused(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(EvenvoiceError) as refused:
        check_model(name, options)
    assert str(refused.value).startswith(f"model {name!r}: {message}")


def test_a_recipe_with_an_impossible_option_is_one_line() -> None:
    expected = "recipe '2dcnn': model: model '2dcnn': dropout is 1.5; give a number from 0 to below 1"
    with pytest.raises(EvenvoiceError, match=f"^{re.escape(expected)}$"):
        open_recipe("2dcnn", {"model": {"options": {"dropout": 1.5}}})
