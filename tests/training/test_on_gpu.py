"""On a GPU, where there is one: every network recipe, and stacks of fits, as on the CPU."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from evenvoice.models import is_network
from evenvoice.recipes import open_recipe, recipe_names
from evenvoice.training import FitJob, LoopTrainer, StackedTrainer, load_dataset
from tests.study.noise import noise_corpus

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")

NETWORKS = [name for name in recipe_names() if is_network(open_recipe(name).model.name)]
ONE_BATCH: dict[str, Any] = {
    "epochs": 1, "batch_size": 10**6, "learning_rate": 0.001, "mixup": 0.0, "masks": {"number": 0}, "select": "last",
    "patience": None,
}  # fmt: skip


@pytest.mark.parametrize("trainer", [LoopTrainer, StackedTrainer])
@pytest.mark.parametrize("name", NETWORKS)
def test_the_device_changes_no_probability(
    name: str, trainer: type[LoopTrainer] | type[StackedTrainer], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """After one epoch of one batch without dropout, within 1e-3."""
    options = {**open_recipe(name).model.options, "dropout": 0.0}
    recipe = open_recipe(
        name, {"training": ONE_BATCH, "decision": "none", "balance": "none", "model": {"options": options}}
    )
    corpus = noise_corpus(tmp_path_factory.mktemp("noise"))
    _, examples = load_dataset(corpus, recipe.features, recipe.shapes, perturbations=list(recipe.perturbations))
    jobs = [FitJob(recipe, examples, seed=seed) for seed in range(2)]
    there, here = list(trainer("cuda").fit_many(jobs)), list(LoopTrainer("cpu").fit_many(jobs))
    for one, other in zip(there, here, strict=True):
        np.testing.assert_allclose(one.probabilities(examples), other.probabilities(examples), atol=1e-3)
