"""Table 2: the settings of the paper's network beside those that were run, and what the paper leaves open."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evenvoice.models import MODELS
from evenvoice.paper import published
from evenvoice.recipes import Recipe

OPEN = "not given"


@dataclass(frozen=True)
class Setting:
    """One row of Table 2."""

    name: str
    published: str
    ours: str


def table_2(recipe: Recipe) -> list[Setting]:
    """Return the paper's settings beside a recipe's, then the recipe's where the paper says nothing.

    Examples:
        >>> from evenvoice.recipes import open_recipe
        >>> [row.ours for row in table_2(open_recipe("smote-2dcnn")) if row.published != OPEN][:3]
        ['100', '64', '0.01']
    """
    training, options, features = recipe.training, _options(recipe), recipe.features.options
    ours = {
        "epochs": str(training.epochs),
        "batch size": str(training.batch_size),
        "learning rate": f"{training.learning_rate:g}",
        "kernel": str(options.get("kernel_size", OPEN)),
        "dropout": f"{options.get('dropout', OPEN)}",
        "optimiser": "Adam",
        "penalty": f"L2 ({options.get('l2', OPEN)}) on kernel and bias of DENSE 1",
    }
    channels, height, width = recipe.input_shape
    sampler = recipe.samplers[0]
    neighbours = sampler.options.get("k_neighbors", 5)
    left_open = {
        "features": f"{features.get('n_mfcc', '–')} MFCC, Δ, ΔΔ at {recipe.extractor.sample_rate} Hz, a frame every "
        f"{features.get('hop_length', '–')} samples",
        "input": f"{height} × {width} × {channels}, shape {recipe.shape.name}"
        + (f", {recipe.shape.options['seconds']:g} s" if "seconds" in recipe.shape.options else ""),
        "normalised by": recipe.normalise,
        "SMOTE": f"{neighbours} neighbours" if sampler.name == "smote" else sampler.name,
        "slope of the leaky ReLU": str(options.get("negative_slope", "–")),
        "epoch kept": training.select,
    }
    return [Setting(name, value, ours[name]) for name, value in published.TABLE_2.items()] + [
        Setting(name, "16 × 8 × 1 (section 3.3), or entire arrays (5.2)" if name == "input" else OPEN, value)
        for name, value in left_open.items()
    ]


def _options(recipe: Recipe) -> Mapping[str, Any]:
    """The network's options, its defaults where the recipe says nothing."""
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(MODELS[recipe.model.name]).parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }
    return {**defaults, **recipe.model.options}
