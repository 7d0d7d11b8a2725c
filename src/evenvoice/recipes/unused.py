"""Settings of a recipe that change nothing, and those that only cost."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

from evenvoice.models import is_network
from evenvoice.recipes.schema import Recipe
from evenvoice.recipes.sections import Section

_USED_BY_ALL = "validation_share"
# Where one key is at rest, others of its section are too.
_AT_REST = {"masks": ("number", ("frames", "rows")), "bands": ("noise", ("noise_depth",))}


def unused_settings(recipe: Recipe) -> list[str]:
    """Return the training settings that were changed and that a classical classifier does not look at.

    Examples:
        >>> from evenvoice.recipes import open_recipe
        >>> unused_settings(open_recipe("2dcnn", {"training": {"epochs": 5}}))
        []
    """
    if is_network(recipe.model.name):
        return []
    return [name for name in _changed(recipe.training) if name != _USED_BY_ALL]


def warn_of_unused(recipe: Recipe) -> None:
    """Warn of settings that change nothing, a line each."""
    for line in _unused(recipe):
        warnings.warn(f"recipe {recipe.name}: {line}", stacklevel=3)


def _unused(recipe: Recipe) -> Iterator[str]:
    """Say what changes nothing, or only costs."""
    names = unused_settings(recipe)
    if names:
        verb = "changes" if len(names) == 1 else "change"
        remedy = "name a recipe with a network"
        if recipe.partners:
            remedy = f"set it in a recipe of your own for partner {recipe.partners[0].recipe.name}"
        yield (
            f"training: {', '.join(names)} {verb} nothing, for model {recipe.model.name!r} is fitted in one go; leave "
            f"it out, or {remedy}"
        )
    else:
        for section, (key, others) in _AT_REST.items():
            settings = getattr(recipe.training, section)
            changed = [name for name in _changed(settings) if name in others]
            if changed and not getattr(settings, key):
                yield f"training.{section}: {', '.join(changed)} changes nothing while {key} is 0; set {key} too"
    if recipe.ensemble.members > 1 and recipe.deterministic:
        yield (
            f"ensemble: nothing in it is random, so its {recipe.ensemble.members} members are the same; leave ensemble "
            "out"
        )


def _changed(settings: Section) -> list[str]:
    """Return the keys of a section that are not as they would be anyway."""
    plain = type(settings)()
    return [name for name in type(settings).model_fields if getattr(settings, name) != getattr(plain, name)]
