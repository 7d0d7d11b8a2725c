"""What a recipe's data says when it leaves something out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evenvoice.features import EXTRACTORS
from evenvoice.recipes.sections import VALIDATION_SHARE, DecisionSettings


def partner_of(name: Any, weight: Any) -> dict[str, Any]:
    """A partner's data, of its name or file."""
    from evenvoice.recipes.open import open_recipe

    return {"recipe": open_recipe(str(name)), "weight": weight}


def with_validation_part(full: dict[str, Any]) -> dict[str, Any]:
    """The recipe's data with a validation part where its decision is fitted on one and nothing else is said."""
    decision, training = full.get("decision"), full.get("training", {})
    if isinstance(decision, Mapping):
        decision = DecisionSettings(**decision)
    if isinstance(decision, DecisionSettings) and decision.needs_validation and isinstance(training, Mapping):
        full["training"] = {"validation_share": VALIDATION_SHARE, **training}
    return full


def default_shape(features: Any) -> Mapping[str, Any]:
    """The shape of an extractor's features where the recipe says none."""
    name = features.get("name", "mfcc") if isinstance(features, Mapping) else getattr(features, "name", "mfcc")
    EXTRACTORS.check_known(name)
    default: Mapping[str, Any] = getattr(EXTRACTORS[name], "default_shape", {"name": "mean"})
    return default
