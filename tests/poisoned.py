"""A small corpus and its features, as they are and with the test part of a fold poisoned: what leak contracts compare.

Features are made once, those of a fold's poisoned test part too: most of a quick fit would be making them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

import numpy as np
import pandas as pd

from evenvoice.models import Estimator
from evenvoice.protocols import Fold, make_folds, open_protocol
from evenvoice.recipes import Needs, Recipe, needs_of, recipe_names
from evenvoice.study.fold import FoldResult
from evenvoice.training import Dataset, TrainedModel
from evenvoice.training.dataset import features_key
from tests import fabricate
from tests.one_fold import run_fold
from tests.quick import quick_recipe

TABLE = fabricate.utterances(n_speakers=5, per_emotion=(4, 3, 4, 4))
TABLE["corpus"] = np.where(TABLE["speaker"] == "s4", "other", "one")
EXAMPLES = fabricate.examples(TABLE)
FEW = {"k_neighbors": 2}  # of three in a class
VARIANTS = {
    "as it is": {},
    "speaker normalisation": {"normalise": "speaker"},
    "selected and calibrated on validation": {
        "training": {"select": "best-on-validation", "validation_share": 0.25},
        "decision": "temperature",
    },
    "last layer learnt again": {
        "training": {"retrain": {"balance": [{"name": "smote", "options": FEW}, "mixup"], "epochs": 2}}
    },
}


@cache
def recipe_of(name: str, balancer: str, variant: str) -> Recipe:
    options = FEW if balancer == "smote" else {}
    return quick_recipe(name, {**VARIANTS[variant], "balance": {"name": balancer, "options": options}})


@cache
def _needs() -> dict[str, Needs]:
    """What all recipes need of each extractor: they share its features."""
    return {features_key(need.features): need for need in needs_of(map(quick_recipe, recipe_names()))}


@cache
def examples(features: str) -> Dataset:
    need = _needs()[features]
    return fabricate.examples(TABLE, n_rows=need.features.make().n_rows, perturbations=need.perturbations)


def features_for(recipe: Recipe, known: Callable[[str], Dataset]) -> Dataset:
    """The features that a recipe takes, with those that its partners take."""
    own, *further = (features_key(need.features) for need in needs_of([recipe]))
    return replace(known(own), others={key: known(key) for key in further})


@cache
def first_fold(protocol_name: str) -> Fold:
    return make_folds(open_protocol(protocol_name), TABLE, seed=0)[0]


def with_features(known: Dataset, features: list[np.ndarray], emotions: np.ndarray | None = None) -> Dataset:
    """The dataset with other features, and nothing left of what was made of the old ones."""
    emotions = known.emotions if emotions is None else emotions
    return Dataset(known.ids, features, emotions, known.speakers)


@cache
def mislabelled(protocol_name: str) -> pd.DataFrame:
    """The corpus with the test labels of the protocol's first fold permuted."""
    fold, table = first_fold(protocol_name), TABLE.copy()
    labels = table["emotion"].to_numpy(str).copy()
    labels[fold.test] = np.roll(labels[fold.test], 5)
    assert (labels != TABLE["emotion"].to_numpy(str)).any()
    return table.assign(emotion=labels)


@cache
def poisoned(protocol_name: str, poison: float, features: str) -> Dataset:
    """Features with those of the test part gone and its labels permuted."""
    fold, known = first_fold(protocol_name), examples(features)
    other = with_features(known, _spoilt(known, fold, poison), mislabelled(protocol_name)["emotion"].to_numpy(str))
    variants = {name: with_features(each, _spoilt(each, fold, poison)) for name, each in known.variants.items()}
    return replace(other, variants=variants)


def _spoilt(known: Dataset, fold: Fold, poison: float) -> list[np.ndarray]:
    features = list(known.features)
    for row in fold.test:
        features[row] = features[row][:, ::-1] * np.float32(poison)
    return features


def fitted(model: TrainedModel) -> list[bytes]:
    """Everything that a fit learns, as bytes."""
    if isinstance(model.network, Estimator):
        parts = [values.tobytes() for _, values in sorted(model.network.learned().items())]
    else:
        parts = [value.numpy().tobytes() for value in model.network.state_dict().values()]
    assert parts or model.recipe.model.name == "majority"
    if model.normaliser is not None:
        parts += [model.normaliser.mean.tobytes(), model.normaliser.scale.tobytes()]
    parts += [np.float64(model.decision.temperature).tobytes(), model.decision.bias.tobytes()]
    plan = model.plan
    parts += [plan.kept.tobytes(), plan.made_from.tobytes(), plan.weights.tobytes()]
    return parts + [part for partner in model.partners for part in fitted(partner)]


def both_runs(recipe: Recipe, protocol_name: str, poison: float) -> tuple[FoldResult, FoldResult]:
    """The protocol's first fold as it is, and with other test features and labels."""
    protocol, fold = open_protocol(protocol_name), first_fold(protocol_name)
    clean, blind = (
        run_fold(recipe, protocol, fold, table, features_for(recipe, known), fabricate.EMOTIONS, seed=0)
        for table, known in (
            (TABLE, examples),
            (mislabelled(protocol_name), partial(poisoned, protocol_name, poison)),
        )
    )
    return clean, blind
