"""Methods by name: what they are made of, what they change in a recipe, and what is refused."""

from __future__ import annotations

import pytest

from evenvoice.bench import method_names, open_method, open_methods
from evenvoice.bench.methods import KINDS, NONE, PLAIN, SECTIONS, kind_of, name_of, replaced
from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import DECISIONS, LOSSES, SAMPLERS
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.training import fit
from tests import fabricate


def test_all_are_the_registries_without_what_changes_nothing() -> None:
    names = [method.name for method in open_methods("all")]
    assert names[0] == NONE
    assert names[1:] == method_names()
    assert set(SAMPLERS) | set(LOSSES) | set(DECISIONS) <= {*names, *PLAIN.values()}


def test_no_name_is_of_two_kinds() -> None:
    names = [name for kind in KINDS for name in method_names(kind)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("methods", ["smote, focal ,smote", ["smote", "focal"], ("none", "smote,focal")])
def test_names_in_a_list_or_in_a_text_each_once_and_none_first(methods: object) -> None:
    if isinstance(methods, tuple):
        methods = ["none", "smote", "focal", "none"]
    assert [method.name for method in open_methods(methods)] == ["none", "smote", "focal"]  # type: ignore[arg-type]


def test_commas_within_options_do_not_divide() -> None:
    found = open_methods("smote(k_neighbors=3,rule=box),focal(gamma=1.5)")
    assert [method.name for method in found[1:]] == ["smote(k_neighbors=3,rule=box)", "focal(gamma=1.5)"]
    assert found[1].changes["balance"] == {"name": "smote", "options": {"k_neighbors": 3, "rule": "box"}}


def test_a_combination_is_a_chain_a_loss_and_its_name_is_a_folder() -> None:
    recipe = open_method("tomek+smote(k_neighbors=2)+focal").of(open_recipe("2dcnn"))
    assert recipe.name == "2dcnn+tomek+smote-k_neighbors-2+focal"
    assert [sampler.name for sampler in recipe.samplers] == ["tomek", "smote"]
    assert recipe.samplers[1].options == {"k_neighbors": 2}
    assert recipe.loss.name == "focal"


def test_a_decision_is_fitted_on_a_validation_part_and_says_so_where_there_is_none() -> None:
    held_out = open_recipe("functionals-svm", {"training": {"validation_share": 0.2}})
    recipe = open_method("thresholds").of(held_out)
    assert (recipe.name, recipe.decision.name) == ("functionals-svm+thresholds", "thresholds")
    assert kind_of(recipe.model_dump()) == "decision"
    assert open_method(NONE).of(recipe).decision.name == "none"
    with pytest.raises(EvenvoiceError, match=r"fitted on a validation part; set training\.validation_share above 0"):
        open_method("thresholds").of(open_recipe("functionals-svm"))


@pytest.mark.parametrize("base", ["weighted-2dcnn", "smote-2dcnn", "voice-linear"])
def test_none_takes_away_what_the_recipe_does_and_changes_nothing_else(base: str) -> None:
    recipe = open_recipe(base)
    plain = open_method(NONE).of(recipe)
    assert kind_of(plain.model_dump()) == NONE
    changed = {"name", "search", *SECTIONS.values()}
    assert plain.model_dump(exclude=changed) == recipe.model_dump(exclude=changed)


def test_a_method_takes_the_place_of_the_recipe_s_and_keeps_its_options_of_the_same_sampler() -> None:
    smote = open_recipe("smote-2dcnn", {"balance": {"options": {"k_neighbors": 2}}})
    assert open_method("smote").of(smote).balance.options == {"k_neighbors": 2}
    assert open_method("random-over").of(smote).balance.options == {}


def test_the_kind_of_what_a_recipe_does() -> None:
    two = Recipe(name="mine", balance=["tomek", "smote"])
    assert kind_of(two.model_dump()) == "combination"
    assert kind_of(open_recipe("smote-2dcnn").model_dump()) == "sampler"
    assert kind_of(open_recipe("2dcnn", {"loss": "focal"}).model_dump()) == "loss"


def test_ways_of_training_change_how_batches_are_made_or_the_last_layer_is_learnt() -> None:
    base = open_recipe("voice-cnn")
    assert base.training.batches == "balanced"
    plain = open_method(NONE).of(base)
    assert (plain.training.batches, plain.training.retrain) == ("shuffled", None)
    found = open_method("focal+balanced-batches+retrain-eos").of(open_recipe("2dcnn"))
    assert (found.loss.name, found.training.batches) == ("focal", "balanced")
    assert found.training.retrain is not None
    assert found.training.retrain.balance.name == "eos"
    assert kind_of(open_method("retrain").of(open_recipe("2dcnn")).model_dump()) == "training"
    with pytest.raises(EvenvoiceError, match="has no batches; leave it out"):
        open_method("balanced-batches").of(open_recipe("svm"))


@pytest.mark.parametrize("name", method_names("training"))
def test_each_way_of_training_is_fitted(name: str) -> None:
    recipe = open_method(name).of(open_recipe("2dcnn", {"training": {"epochs": 1}}))
    assert fit(recipe, fabricate.examples(fabricate.utterances())).recipe == recipe


@pytest.mark.parametrize(
    "name",
    [
        *("smote", "smote(k_neighbors=3)", "tomek+smote(k_neighbors=2,rule=box)+focal(gamma=1.5)"),
        *("balanced-batches", "retrain", "smote(k_neighbors=3)+retrain-mixup"),
    ],
)
def test_the_name_of_a_method_comes_back_from_the_recipe_in_a_run(name: str) -> None:
    method = open_method(name)
    recipe = method.of(open_recipe("2dcnn"))
    assert name_of(recipe.model_dump(mode="json"), method.name_in("2dcnn").removeprefix("2dcnn+")) == name


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("smote(k_neighbors=])", r"method .smote\(k_neighbors=\]\).: k_neighbors=\] is no value of YAML"),
        ("smoet", r"method 'smoet' is unknown \(did you mean 'smote'\?\)"),
        ("smote+", r"method 'smote\+': found ''; expected NAME"),
        ("retrain+retrain-eos", "both learn the last layer again; name one"),
        ("retrain(epochs=3)", "has no options here; say them in a recipe: training.retrain"),
        ("focal+ldam", "focal and ldam are both losses; a recipe has one"),
        ("smote(k_neighbors", r"expected NAME or NAME\(OPTION=VALUE, …\)"),
        ("smote(3)", "found '3'; expected OPTION=VALUE"),
        ("smote(k=3)", "unknown option 'k'"),
        ("smote(k_neighbors=0)", "k_neighbors"),
        ("focal(gama=1)", r"unknown option 'gama' \(did you mean 'gamma'\?\)"),
        ("smote(k_neighbors=3, k_neighbors=2)", "k_neighbors is given twice; give it once"),
        (3, "method 3: expected a name"),
    ],
)
def test_what_is_no_method(name: object, complaint: str) -> None:
    with pytest.raises(EvenvoiceError, match=complaint):
        open_method(name)  # type: ignore[arg-type]


@pytest.mark.parametrize("methods", ["none", "", [], ["none"]])
def test_none_alone_has_nothing_to_be_compared_with(methods: object) -> None:
    with pytest.raises(EvenvoiceError, match=r"methods: none but 'none'|method '': found ''"):
        open_methods(methods)  # type: ignore[arg-type]


def test_what_are_no_methods() -> None:
    with pytest.raises(EvenvoiceError, match="methods: found 3; expected names"):
        open_methods(3)  # type: ignore[arg-type]


def test_a_method_that_does_not_fit_says_why() -> None:
    with pytest.raises(EvenvoiceError, match="is not fitted by a loss of ours"):
        open_method("focal").of(open_recipe("functionals-svm"))
    with pytest.raises(EvenvoiceError, match="is drawn anew each epoch"):
        open_method("redrawn").of(open_recipe("functionals-svm"))


def test_what_no_method_has_or_changes_is_said() -> None:
    chain = open_recipe("functionals-svm", {"balance": ["tomek", "smote"]})
    assert replaced(chain, open_methods("smote")) == [
        "each method takes the place of its own tomek; to compare that too, name it in methods"
    ]
    assert replaced(chain, open_methods("tomek+smote")) == []
    (said,) = replaced(open_recipe("voice-fusion"), open_methods("all"))
    assert said.startswith("methods change its own model, and not its partner")
