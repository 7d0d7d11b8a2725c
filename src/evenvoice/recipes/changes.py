"""Settings nested as a recipe is: laid over each other, and as paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evenvoice.errors import EvenvoiceError, shown


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


def joined(*changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested changes as one; none lies over another.

    Raises:
        EvenvoiceError: Two say different things of one key.

    Examples:
        >>> joined({"shape": {"name": "array"}}, {"shape": {"seconds": 2}})
        {'shape': {'name': 'array', 'seconds': 2}}
        >>> joined({"normalise": "speaker"}, {"normalise": "training"})
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: normalise is set twice, to 'speaker' and 'training'; set it once
    """
    found: dict[str, Any] = {}
    for one in changes:
        _join(found, one, "")
    return found


def _join(found: dict[str, Any], other: Mapping[str, Any], where: str) -> None:
    for key, value in other.items():
        before = found.setdefault(key, {} if isinstance(value, Mapping) else value)
        if isinstance(value, Mapping) and isinstance(before, dict):
            _join(before, value, f"{where}{key}.")
        elif before != value or type(before) is not type(value):
            raise EvenvoiceError(f"{where}{key} is set twice, to {shown(before)} and {shown(value)}; set it once")


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
