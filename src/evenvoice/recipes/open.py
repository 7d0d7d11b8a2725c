"""Recipes by name or by file, with what the caller changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from evenvoice.errors import EvenvoiceError, nearest, shown
from evenvoice.features import SHAPES
from evenvoice.options import options_of
from evenvoice.recipes.names import shipped_files
from evenvoice.recipes.old_keys import renamed
from evenvoice.recipes.schema import Recipe
from evenvoice.recipes.search import extremes, nested
from evenvoice.recipes.sections import spelled_out
from evenvoice.recipes.text import check_chain, read_file, read_yaml, what_is_wrong
from evenvoice.recipes.unused import warn_of_unused

# What a section may look like.
_SECTIONS = {
    "features": "{name: mfcc}",
    "shape": "{name: mean}",
    "balance": "{name: smote}",
    "loss": "{name: focal}",
    "decision": "{name: temperature}",
    "model": "{name: svm}",
    "ensemble": "5",
    "partners": "{voice-cnn: 0.4}",
    "training": "{epochs: 50}",
}


def open_recipe(recipe: str | Path | Recipe, changes: Mapping[str, Any] | None = None) -> Recipe:
    """Return a shipped recipe by name, or one of yours from a YAML file.

    A file may say ``extends: smote-2dcnn`` (a name, or a path relative to the file): what it does not say, the other
    says. A sampler or model that it names anew does not inherit the other's options. A key that it sets is no longer
    searched by `evenvoice tune`, unless its own ``search`` says so.

    Args:
        recipe: A name, the path of a ``.yaml`` file, or a recipe that was opened already.
        changes: What to change, nested as the file is: ``{"shape": {"name": "channels"}}``.

    Raises:
        EvenvoiceError: Unknown name, unreadable file, wrong key or value; one line that names it and what is allowed.

    Warns:
        UserWarning: Settings that change nothing: training of a model that has no epochs, an ensemble of equal models.

    Examples:
        >>> open_recipe("smote-2dcnn", {"training": {"epochs": 5}}).training.epochs
        5
        >>> open_recipe("smote-2dcn")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: recipe 'smote-2dcn' is unknown (did you mean 'smote-2dcnn'?); shipped are ...
    """
    data = recipe.model_dump() if isinstance(recipe, Recipe) else _read(str(recipe), seen=())
    name = data["name"]
    try:
        opened = Recipe.model_validate(_extend(data, _checked_changes(name, changes)))
    except ValidationError as error:
        raise EvenvoiceError(f"recipe {shown(name)}: {_first_error(error)}") from error
    _check_search(opened)
    if not isinstance(recipe, Recipe) or {"training", "ensemble"} & set(changes or {}):
        warn_of_unused(opened)
    return opened


def _read(recipe: str, seen: tuple[str, ...]) -> dict[str, Any]:
    """The recipe's data with what it extends merged in."""
    check_chain(recipe, seen)
    if recipe.endswith((".yaml", ".yml")):
        path = Path(recipe)
        try:
            text, name = read_file(path), path.stem
        except (OSError, UnicodeDecodeError) as error:
            raise EvenvoiceError(f"recipe {recipe!r}: cannot be read as UTF-8 text ({error}); save it so") from error
    elif recipe in (shipped := shipped_files()):
        text, name = shipped[recipe].read_text(encoding="utf-8"), recipe
    else:
        raise EvenvoiceError(
            f"recipe {shown(recipe)} is unknown{nearest(recipe, list(shipped))}; shipped are "
            f"{', '.join(shipped)}; a file of your own ends in .yaml"
        )
    try:
        data = read_yaml(text)
    except yaml.YAMLError as error:
        raise EvenvoiceError(f"recipe {recipe!r}: not YAML ({what_is_wrong(error)})") from error
    if not isinstance(data, dict):
        raise EvenvoiceError(f"recipe {recipe!r}: expected keys and values, found {type(data).__name__}")
    for key in data:
        if not isinstance(key, str):
            raise EvenvoiceError(
                f"recipe {recipe!r}: {shown(key)} is not a key; allowed are {', '.join(Recipe.model_fields)}"
            )
    data = renamed(data, warn=True)
    data.setdefault("name", name)
    if isinstance(data.get("partners"), Mapping):
        data["partners"] = {_beside(recipe, str(other)): weight for other, weight in data["partners"].items()}
    base = data.pop("extends", None)
    if base is None:
        return data
    return _extend(_read(_beside(recipe, str(base)), (*seen, recipe)), data)


def _beside(recipe: str, other: str) -> str:
    """The path of another recipe's file, which is relative to that of the recipe that names it; a name as it is."""
    if other.endswith((".yaml", ".yml")) and recipe.endswith((".yaml", ".yml")):
        return str(Path(recipe).parent / other)
    return other


def _extend(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``changes`` laid over ``base``; what they set is no longer searched, unless they say so."""
    base, changes = spelled_out(base), spelled_out(changes)
    merged = _merge(base, changes)
    searched, anew = base.get("search"), changes.get("search")
    if isinstance(searched, Mapping) and (anew is None or isinstance(anew, Mapping)):
        kept = {path: where for path, where in searched.items() if not _sets(base, changes, str(path))}
        merged["search"] = {**kept, **(anew or {})}
    return merged


def _sets(base: Any, changes: Any, path: str) -> bool:
    """Whether the changes give the key at this path a value, or name its section anew."""
    first, _, rest = path.partition(".")
    if not isinstance(changes, Mapping) or first not in changes:
        return False
    value, old = changes[first], base.get(first) if isinstance(base, Mapping) else None
    # Something else than keys and values, such as a chain of samplers, takes the place of the whole section.
    other = not isinstance(value, Mapping) or ("name" in value and value["name"] != _name(old))
    return not rest or other or _sets(old, value, rest)


def _name(section: Any) -> Any:
    return section.get("name") if isinstance(section, Mapping) else None


def _check_search(recipe: Recipe) -> None:
    """Raise unless every value that may be searched makes a recipe, the other keys being as they are."""
    data = recipe.model_dump(exclude={"search"})
    for path, where in recipe.search.items():
        for value in extremes(where):
            try:
                Recipe.model_validate(_merge(data, nested(path, value)))
            except ValidationError as error:
                raise EvenvoiceError(
                    f"recipe {recipe.name!r}: search: {path} cannot be {shown(value)}: {_first_error(error)}"
                ) from error


def _merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``changes`` laid over ``base``, section by section; a section with another ``name`` starts afresh.

    Another shape keeps the options that it takes as well: how many seconds it shows.
    """
    merged = dict(base)
    for key, value in changes.items():
        old = merged.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            other = "name" in value and value["name"] != old.get("name")
            kept = {} if not other else _shared(old, value["name"]) if key == "shape" else {}
            merged[key] = {**kept, **value} if other else _merge(old, value)
        else:
            merged[key] = value
    return merged


def _shared(old: Mapping[str, Any], shape: Any) -> dict[str, Any]:
    """The options of one shape that another takes too."""
    if shape not in SHAPES or old.get("name") not in SHAPES:
        return {}
    taken = options_of(SHAPES[shape]).model_fields
    return {option: value for option, value in old.items() if option in taken}


def _checked_changes(name: str, changes: Any) -> dict[str, Any]:
    """What the caller changes, with today's keys."""
    if changes is not None and not isinstance(changes, Mapping):
        raise EvenvoiceError(
            f"recipe {name!r}: changes {shown(changes)}; expected keys and values, nested as a recipe's file is: "
            '{"training": {"epochs": 5}}'
        )
    return renamed(changes or {}, warn=True)


def _elsewhere(key: str) -> str:
    """Return a hint where a section of the recipe has a key of this name.

    Examples:
        >>> _elsewhere("epochs"), _elsewhere("kernel")
        (" (did you mean 'training.epochs'?)", '')
    """
    for name, field in Recipe.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel) and key in section.model_fields:
            return f" (did you mean {f'{name}.{key}'!r}?)"
    return ""


def _first_error(error: ValidationError) -> str:
    """The first thing wrong, with the allowed keys where the key is unknown."""
    first = error.errors()[0]
    section: type[BaseModel] | None = Recipe
    parts: list[str] = []
    for number, part in enumerate(map(str, first["loc"])):
        if parts == ["balance"] and part in ("sampler", "chain"):
            continue  # which of the two it could be; not a key
        parts.append(part)
        if number < len(first["loc"]) - 1 and section is not None and part in section.model_fields:
            found = section.model_fields[part].annotation
            section = found if isinstance(found, type) and issubclass(found, BaseModel) else None
    place = ".".join(parts) or "the recipe"
    if first["type"] == "extra_forbidden" and section is not None:
        allowed = list(section.model_fields)
        cutoff = 0.6 if len(parts) == 1 else 0.85  # a beginning that all share makes any two alike
        near = _elsewhere(parts[-1]) or nearest(place, [".".join((*parts[:-1], key)) for key in allowed], cutoff)
        return f"unknown key {shown(place)}{near}; allowed are {', '.join(allowed)}"
    message = first["msg"].removeprefix("Value error, ")
    if len(parts) == 1 and parts[0] in _SECTIONS and not isinstance(first["input"], Mapping):
        return f"{place}: found {shown(first['input'])}, expected keys and values, for example {_SECTIONS[place]}"
    ours = isinstance(first.get("ctx", {}).get("error"), EvenvoiceError)
    if ours and not parts:
        return message
    if ours or not parts or "name" in parts:
        return f"{place}: {message}"  # which says what was found, or else that is all of the recipe
    return f"{place}: {message} (found {shown(first['input'])})"
