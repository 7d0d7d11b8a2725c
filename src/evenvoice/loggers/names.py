"""Settings and curves under the names that TensorBoard and MLflow group by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from evenvoice.loggers.logger import Value


def flat(settings: Mapping[str, Any], before: str = "") -> dict[str, Value]:
    """Return nested settings under dotted keys; lists as JSON, what is not set left out.

    Examples:
        >>> flat({"training": {"epochs": 20, "patience": None}, "augment": ["speed:0.9"]})
        {'training.epochs': 20, 'augment': '["speed:0.9"]'}
    """
    found: dict[str, Value] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{before}{key}.")
        elif value is not None:
            found[f"{before}{key}"] = value if isinstance(value, str | int | float) else json.dumps(value)
    return found


def curves(epoch: Mapping[Any, Any], before: str = "") -> dict[str, float]:
    """Return a row of a fit's history: loss, accuracy and UA of each part.

    Examples:
        >>> curves({"epoch": 3, "train_loss": 0.5, "validation_ua": 0.6})
        {'train/loss': 0.5, 'validation/ua': 0.6}
    """
    return {
        before + str(name).replace("_", "/", 1): float(value)
        for name, value in epoch.items()
        if name != "epoch" and value == value  # a column that this fit does not have is NaN
    }
