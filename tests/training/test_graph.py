"""What can be a model file, and the one line for what cannot."""

from __future__ import annotations

import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.models import is_network
from evenvoice.recipes import open_recipe, recipe_names
from evenvoice.training.graph import check_exportable

# A network on MFCC of a size that is known. The paper's are, so the rule is no empty one.
EXPORTED = {
    name
    for name, recipe in zip(recipe_names(), map(open_recipe, recipe_names()), strict=True)
    if is_network(recipe.model.name) and recipe.features.name == "mfcc" and recipe.shape.name != "sequence"
}
# One linear layer on functionals.
EXPORTED |= {"functionals-svm", "voice-linear", "voice-adaptive", "voice-robust", "voice-telephone"}
# What was made to be exported.
EXPORTED |= {
    "voice-cnn",
    "voice-fusion",
    "voice-adaptive-fusion",
    "voice-residual",
    "voice-deep",
    "voice-adaptive-deep",
}
assert {"2dcnn", "calibrated-2dcnn", "smote-2dcnn", "weighted-2dcnn"} <= EXPORTED


@pytest.mark.parametrize("name", recipe_names())
def test_baselines_and_classical_classifiers_are_evaluated_not_exported(name: str) -> None:
    recipe = open_recipe(name)
    if name in EXPORTED:
        check_exportable(recipe)
        return
    with pytest.raises(EvenvoiceError, match="evaluated and not exported to a model file") as said:
        check_exportable(recipe)
    assert name in str(said.value)
    assert "\n" not in str(said.value)


def test_a_network_on_sequences_of_mfcc_is_not_exported_either() -> None:
    recipe = open_recipe("2dcnn", {"shape": {"name": "sequence"}, "model": {"name": "bilstm-attention"}})
    with pytest.raises(EvenvoiceError, match="model 'bilstm-attention' is for comparison"):
        check_exportable(recipe)
