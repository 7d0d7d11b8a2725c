"""What a recipe does, step by step, and its network, layer by layer."""

from __future__ import annotations

import pytest

from evenvoice.models import count_parameters, is_network, make_model
from evenvoice.recipes import layers, open_recipe, recipe_names, steps


@pytest.mark.parametrize("name", recipe_names())
def test_the_layers_have_all_parameters_of_the_network(name: str) -> None:
    recipe = open_recipe(name)
    found = layers(recipe, 5)
    if not is_network(recipe.model.name):
        assert found == []
        return
    network = make_model(recipe.model.name, recipe.input_shape, 5, **recipe.model.options)
    assert sum(layer.parameters for layer in found) == count_parameters(network)[1]
    assert found[-1].size == (5,)
    assert all(layer.name for layer in found)  # no weights outside of layers in what ships


def test_the_papers_network_is_its_table_2() -> None:
    found = [(layer.kind, layer.size) for layer in layers(open_recipe("smote-2dcnn"))]
    convolutions = [size for kind, size in found if kind == "Conv2d"]
    assert convolutions == [(64, 16, 8), (64, 8, 4), (64, 4, 2)]
    assert [size for kind, size in found if kind == "Linear"] == [(64,), (4,)]
    assert [kind for kind, _ in found].count("BatchNorm2d") == 2


def test_steps_are_in_order_and_say_what_sees_the_training_part_alone() -> None:
    found = steps(open_recipe("voice-fusion", {"decision": "temperature", "balance": ["tomek", "smote"]}), 7)
    assert [step.name for step in found] == [
        *("recording", "augment", "features", "shape", "normalise", "balance", "model", "partners", "decision"),
        "answer",
    ]
    assert [step.name for step in found if step.training_only] == ["augment", "balance"]
    details = {step.name: step.detail for step in found}
    assert details["balance"] == "tomek, then smote"
    assert details["partners"] == "voice-cnn 0.4"
    assert details["answer"] == "probabilities of 7 emotions"
    assert "loss" in [step.name for step in steps(open_recipe("2dcnn", {"loss": "focal"}))]


def test_an_ensemble_says_how_many() -> None:
    [model] = [step for step in steps(open_recipe("2dcnn", {"ensemble": 3})) if step.name == "model"]
    assert model.detail == "2dcnn, 3 of them, their probabilities averaged"
