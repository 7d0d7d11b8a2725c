"""``evenvoice recipe``: what ships, and what a recipe says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from evenvoice.models import is_network
from evenvoice.recipes import DEFAULT_RECIPE, open_recipe, recipe_names
from tests.cli.command import run


def test_list_names_every_recipe_with_what_it_is() -> None:
    answer = run("recipe", "list")
    rows = [line for line in answer.result().splitlines() if not line.startswith(" ")]
    assert [row.split()[0] for row in rows] == ["recipe", *recipe_names()]
    assert "The paper's system" in answer.out
    assert answer.err == ""


def test_show_prints_the_recipe_as_yaml_with_input_shape_and_parameters() -> None:
    answer = run("recipe", "show", "smote-2dcnn")
    assert yaml.safe_load(answer.result()) == open_recipe("smote-2dcnn").model_dump(mode="json")
    assert answer.out.splitlines()[-2:] == [
        "# input (channels, height, width): (1, 16, 8)",
        "# parameters with 4 emotions: 83,524 (83,268 trainable), as Keras counts them",
    ]
    assert answer.err == ""


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_is_shown_as_json(name: str) -> None:
    shown = json.loads(run("recipe", "show", name, "--json").result())
    recipe = open_recipe(name)
    assert (shown["name"], shown["input_shape"]) == (name, list(recipe.input_shape))
    # What a classical classifier learns is not counted in parameters.
    assert (shown["parameters"] is not None) == is_network(recipe.model.name)


def test_a_classical_classifier_has_no_parameters_to_count() -> None:
    assert "a classical classifier" in run("recipe", "show", "svm").result().splitlines()[-1]


@pytest.mark.parametrize("name", [name for name in recipe_names() if open_recipe(name).model.name == "2dcnn"])
def test_parameters_of_the_2dcnn(name: str) -> None:
    shown = json.loads(run("recipe", "show", name, "--form", "mean", "--json", "--emotions", "7").result())
    assert shown["input_shape"] == [1, 16, 8]
    # The last layer alone knows the emotions: 64 weights and a bias for each.
    assert shown["parameters"] == 83_524 + 3 * 65
    assert shown["trainable_parameters"] == 83_268 + 3 * 65


def test_show_with_changes_and_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "my 'own'.yaml"
    path.write_text("extends: 2dcnn\nname: mine\ntraining: {epochs: 7}\n", encoding="utf-8")
    shown = json.loads(run("recipe", "show", path, "--form", "channels", "--json").result())
    assert (shown["name"], shown["training"]["epochs"], shown["input_shape"]) == ("mine", 7, [3, 40, 94])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[1, 2]", "expected keys and values, found list"),
        ("a: [", "not YAML"),
        ("extends: smote\n", "recipe 'smote' is unknown"),
        ("extends: mine.yaml\n", "extends itself"),
        ("epochs: 3\n", "unknown key 'epochs'"),
        ("name: a/b\n", "name: "),
        ("extends: 2dcnn\nmodel: {name: 3dcnn}\n", "'3dcnn'"),
        ("extends: 2dcnn\nbalance: {name: smoke}\n", "did you mean 'smote'?"),
    ],
)
def test_a_recipe_that_does_not_go(text: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(text, encoding="utf-8")
    assert says in run("recipe", "show", "mine.yaml").complaint()


@pytest.mark.parametrize("command", ["evaluate", "train"])
def test_who_names_no_recipe_gets_the_default_one(command: str) -> None:
    assert DEFAULT_RECIPE in run(command, "--help").result()
    assert open_recipe(DEFAULT_RECIPE).name == "voice-linear"


def test_a_recipe_as_a_picture(tmp_path: Path) -> None:
    answer = run("recipe", "show", "smote-2dcnn", "--set", "training.epochs=3", "--figure", tmp_path / "new" / "a.png")
    assert answer.result() == f"{tmp_path / 'new' / 'a.png'}\n"
    assert (tmp_path / "new" / "a.png").read_bytes().startswith(b"\x89PNG")
    assert "name one of these" in run("recipe", "show", "svm", "--figure", tmp_path / "a.gif").complaint()
    assert "leave one of them out" in run("recipe", "show", "svm", "--figure", "a.png", "--json").complaint()
