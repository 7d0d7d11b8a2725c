"""Recipes by name or by file, with what the caller changes."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from evenvoice.errors import EvenvoiceError, nearest
from evenvoice.recipes.schema import Recipe


def recipe_names() -> list[str]:
    """Return the names of the shipped recipes.

    Examples:
        >>> "smote-2dcnn" in recipe_names()
        True
    """
    return sorted(entry.name.removesuffix(".yaml") for entry in _shipped().iterdir() if entry.name.endswith(".yaml"))


def open_recipe(recipe: str | Path | Recipe, changes: Mapping[str, Any] | None = None) -> Recipe:
    """Return a shipped recipe by name, or one of yours from a YAML file.

    A file may say ``extends: smote-2dcnn`` (a name, or a path relative to the file): what it does not say, the other
    says. A balancer or model that it names anew does not inherit the other's options.

    Args:
        recipe: A name, the path of a ``.yaml`` file, or a recipe that was opened already.
        changes: What to change, nested as the file is: ``{"front_end": {"form": "channels"}}``.

    Raises:
        EvenvoiceError: Unknown name, unreadable file, wrong key or value; one line that names it and what is allowed.

    Examples:
        >>> open_recipe("smote-2dcnn", {"training": {"epochs": 5}}).training.epochs
        5
        >>> open_recipe("smote-2dcn")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: recipe 'smote-2dcn' is unknown (did you mean 'smote-2dcnn'?); shipped are \
2dcnn, calibrated-2dcnn, smote-2dcnn, weighted-2dcnn; a file of your own ends in .yaml
    """
    data = recipe.model_dump() if isinstance(recipe, Recipe) else _read(str(recipe), seen=())
    name = data["name"]
    try:
        return Recipe(**_merge(data, changes or {}))
    except ValidationError as error:
        raise EvenvoiceError(f"recipe {name!r}: {_first_error(error)}") from error


def _shipped() -> Any:
    return resources.files("evenvoice.recipes") / "shipped"


def _read(recipe: str, seen: tuple[str, ...]) -> dict[str, Any]:
    """The recipe's data with what it extends merged in."""
    if recipe in seen:
        raise EvenvoiceError(f"recipe {recipe!r} extends itself: {' → '.join((*seen, recipe))}")
    if recipe.endswith((".yaml", ".yml")):
        path = Path(recipe)
        if not path.is_file():
            raise EvenvoiceError(f"recipe {recipe!r}: no such file")
        try:
            text, name = path.read_text(encoding="utf-8"), path.stem
        except (OSError, UnicodeDecodeError) as error:
            raise EvenvoiceError(f"recipe {recipe!r}: cannot be read as UTF-8 text ({error}); save it so") from error
    elif recipe in recipe_names():
        text, name = (_shipped() / f"{recipe}.yaml").read_text(encoding="utf-8"), recipe
    else:
        raise EvenvoiceError(
            f"recipe {recipe!r} is unknown{nearest(recipe, recipe_names())}; shipped are {', '.join(recipe_names())}; "
            "a file of your own ends in .yaml"
        )
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise EvenvoiceError(f"recipe {recipe!r}: not YAML ({str(error).splitlines()[0]})") from error
    if not isinstance(data, dict):
        raise EvenvoiceError(f"recipe {recipe!r}: expected keys and values, found {type(data).__name__}")
    data.setdefault("name", name)
    base = data.pop("extends", None)
    if base is None:
        return data
    if str(base).endswith((".yaml", ".yml")) and recipe.endswith((".yaml", ".yml")):
        base = str(Path(recipe).parent / str(base))
    return _merge(_read(str(base), (*seen, recipe)), data)


def _merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``changes`` laid over ``base``, section by section; a section with another ``name`` starts afresh."""
    merged = dict(base)
    for key, value in changes.items():
        old = merged.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            other = "name" in value and value["name"] != old.get("name")
            merged[key] = dict(value) if other else _merge(old, value)
        else:
            merged[key] = value
    return merged


def _first_error(error: ValidationError) -> str:
    """The first thing wrong, with the allowed keys where the key is unknown."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "the recipe"
    if first["type"] == "extra_forbidden":
        section: type[BaseModel] = Recipe
        for part in first["loc"][:-1]:
            section = section.model_fields[str(part)].annotation  # type: ignore[assignment]  # sections are models
        allowed = list(section.model_fields)
        return f"unknown key {place!r}{nearest(str(first['loc'][-1]), allowed)}; allowed are {', '.join(allowed)}"
    message = first["msg"].removeprefix("Value error, ")
    return (
        f"{place}: {message} (found {first['input']!r})" if "name" not in str(first["loc"]) else f"{place}: {message}"
    )
