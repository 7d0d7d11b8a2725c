"""Settings nested as a recipe is: laid over each other, and as paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merged(*changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested changes, each laid over those before it; none of them is changed.

    Examples:
        >>> merged({"training": {"epochs": 3, "select": "last"}}, {"training": {"epochs": 5}, "name": "mine"})
        {'training': {'epochs': 5, 'select': 'last'}, 'name': 'mine'}
    """
    found: dict[str, Any] = {}
    for one in changes:
        for key, value in one.items():
            before = found.get(key)
            if isinstance(value, Mapping):
                value = merged(before, value) if isinstance(before, Mapping) else dict(value)
            found[key] = value
    return found


def flattened(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of each setting by its path.

    Examples:
        >>> flattened({"name": "mine", "training": {"epochs": 5}})
        {'name': 'mine', 'training.epochs': 5}
    """
    found: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            found |= {f"{key}.{path}": inner for path, inner in flattened(value).items()}
        else:
            found[key] = value
    return found
