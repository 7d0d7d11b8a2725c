"""Options with which slow samplers are quick."""

from __future__ import annotations

from typing import Any

QUICK: dict[str, dict[str, Any]] = {
    "instance-hardness": {"n_estimators": 5, "cv": 2},
    "annealing-under": {"iterations": 5},
    "deepsmote": {"steps": 3},
    "three-player-gan": {"steps": 3},
    "genetic-ratio": {"population": 3, "generations": 2},
}
