"""Keys of recipes as they were called in 0.1: ``front_end``, ``balancer``, ``training.calibrate``.

They work for one release.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

_MOVED = {"form": "name", "mean_layout": "layout", "seconds": "seconds"}
# Which shapes take which option: records of 0.1 state all of them.
_TAKES = {"layout": ("mean",), "seconds": ("array", "channels", "sequence")}


def renamed(data: Mapping[str, Any], *, warn: bool = False) -> dict[str, Any]:
    """Return a recipe's data with today's keys.

    Args:
        data: As a file, a record of a run or a model file has it.
        warn: Say once which key to write instead.

    Examples:
        >>> renamed({"front_end": {"form": "array", "n_mfcc": 20, "seconds": 7}, "balancer": {"name": "smote"}})
        {'features': {'n_mfcc': 20}, 'shape': {'name': 'array', 'seconds': 7}, 'balance': {'name': 'smote'}}
        >>> renamed({"search": {"front_end.form": ["mean"], "balancer.options.k_neighbors": [5]}})
        {'search': {'shape.name': ['mean'], 'balance.options.k_neighbors': [5]}}
    """
    new = dict(data)
    found = {key: now for key, now in (("front_end", "features: and shape:"), ("balancer", "balance:")) if key in new}
    front_end = new.pop("front_end", None)
    if isinstance(front_end, Mapping):
        features = {key: value for key, value in front_end.items() if key not in _MOVED}
        shape = {_MOVED[key]: value for key, value in front_end.items() if key in _MOVED}
        kind = shape.get("name")
        fitting = {key: value for key, value in shape.items() if kind is None or kind in _TAKES.get(key, (kind,))}
        for key, section in (("features", features), ("shape", fitting)):
            if section:
                new[key] = {**section, **new[key]} if isinstance(new.get(key), Mapping) else section
    elif front_end is not None:
        new["features"] = front_end
    if "balancer" in new:
        new["balance"] = new.pop("balancer")
    training = new.get("training")
    if isinstance(training, Mapping) and "calibrate" in training:
        new["training"] = {key: value for key, value in training.items() if key != "calibrate"}
        if training["calibrate"] != "none":
            found["training.calibrate"] = "decision:"
            new.setdefault("decision", training["calibrate"])
    if isinstance(new.get("search"), Mapping):
        new["search"] = {_path(str(path)): where for path, where in new["search"].items()}
    if found and warn:
        old, now = next(iter(found.items()))
        warnings.warn(f"recipe key {old}: is now {now}; the old name goes with the next release", stacklevel=4)
    return new


def _path(path: str) -> str:
    """Today's path of a key that may be searched."""
    first, _, rest = path.partition(".")
    if first == "front_end":
        return f"shape.{_MOVED[rest]}" if rest in _MOVED else f"features.{rest}"
    if path == "training.calibrate":
        return "decision.name"
    return f"balance.{rest}" if first == "balancer" else path
