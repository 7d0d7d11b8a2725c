"""A recipe's search space in Optuna's words, and the recipe's own place in it."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from typing import Any

import optuna

from evenvoice.imbalance import LOSSES, SAMPLERS
from evenvoice.models import MODELS, is_network
from evenvoice.recipes import Choice, Range, Recipe, Search, merged, nested, open_recipe

# Sections of a recipe with options of what they name.
_PARTS: dict[str, Any] = {"model": MODELS, "balance": SAMPLERS, "loss": LOSSES}

Settings = dict[str, Any]
"""Path of a key → value."""


def suggest(trial: optuna.trial.BaseTrial, search: Search) -> Settings:
    """Let a trial propose a value for every path.

    Examples:
        >>> suggest(optuna.trial.FixedTrial({"training.epochs": 50}), {"training.epochs": Range(low=10, high=99)})
        {'training.epochs': 50}
    """
    return {path: _suggest(trial, path, where) for path, where in search.items()}


def _suggest(trial: optuna.trial.BaseTrial, path: str, where: Range | list[Choice]) -> Any:
    if isinstance(where, list):
        return trial.suggest_categorical(path, where)
    if where.whole:
        return trial.suggest_int(path, int(where.low), int(where.high), step=int(where.step or 1), log=where.log)
    value = trial.suggest_float(path, where.low, where.high, step=where.step, log=where.log)
    return float(f"{value:.6g}")  # 0.3, and not 0.30000000000000004; who repeats a trial can write it down


def own_settings(recipe: Recipe) -> Settings:
    """Return what the recipe itself says of the keys that may be searched; defaults where it says nothing.

    Examples:
        >>> own = own_settings(open_recipe("smote-2dcnn"))
        >>> own["training.epochs"], own["balance.options.k_neighbors"], own["model.options.dropout"]
        (100, 5, 0.5)
    """
    stated = recipe.model_dump()
    return {path: _own(stated, path) for path in recipe.search}


def _own(stated: dict[str, Any], path: str) -> Any:
    """Return the value at a path; ``None`` where the recipe has no such section (``training.retrain``)."""
    *sections, key = path.split(".")
    outside: Any = {}
    inside: Any = stated
    for section in sections:
        outside, inside = inside, inside.get(section) if isinstance(inside, Mapping) else None
    if not isinstance(inside, Mapping):
        return None
    if key in inside:
        return inside[key]
    # Every key is stated but options that are left to their defaults. What an option may hold has none.
    known = inspect.signature(_PARTS[sections[-2]][outside["name"]]).parameters
    return known[key].default if key in known else None


def lies_in(settings: Settings, search: Search) -> bool:
    """Return whether every value is one that the search could propose.

    Examples:
        >>> search = {"training.epochs": [50, 100], "model.options.dropout": Range(low=0.0, high=0.7, step=0.1)}
        >>> lies_in({"training.epochs": 50, "model.options.dropout": 0.5}, search)
        True
        >>> lies_in({"training.epochs": 50, "model.options.dropout": 0.55}, search)
        False
    """
    return all(_holds(where, settings[path]) for path, where in search.items())


def _holds(where: Range | list[Choice], value: Any) -> bool:
    if isinstance(where, list):
        return value in where
    if isinstance(value, bool) or not isinstance(value, int | float) or not where.low <= value <= where.high:
        return False
    steps = (value - where.low) / (where.step or (1 if where.whole else value - where.low or 1))
    return math.isclose(steps, round(steps), abs_tol=1e-8)


def changed(recipe: Recipe, settings: Settings) -> Settings:
    """Return the settings that are not the recipe's own."""
    own = own_settings(recipe)
    return {path: value for path, value in settings.items() if value != own[path]}


def with_settings(recipe: Recipe, settings: Settings, **more: str) -> Recipe:
    """Return the recipe with these values, and its name, ``about`` or ``source`` changed.

    Raises:
        EvenvoiceError: The schema refuses them together.

    Examples:
        >>> with_settings(open_recipe("2dcnn"), {"training.epochs": 7}, name="short").training.epochs
        7
    """
    return open_recipe(recipe, merged(more, *(nested(path, value) for path, value in settings.items())))


def example_space(model: str) -> str:
    """Return a search space that any recipe of this model can take, as an example.

    Examples:
        >>> example_space("svm")
        '{normalise: [training, speaker]}'
    """
    if is_network(model):
        return "{training.learning_rate: {low: 1.0e-4, high: 1.0e-2, log: true}, training.epochs: [50, 100]}"
    return "{normalise: [training, speaker]}"  # no epochs, and options that differ from one to the next
