"""What a recipe's data says when it leaves something out."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from evenvoice.errors import EvenvoiceError
from evenvoice.features import EXTRACTORS
from evenvoice.recipes.sections import VALIDATION_SHARE, DecisionSettings

# The partner that is being opened: two recipes that name one another would be opened for ever.
_OF: ContextVar[str] = ContextVar("partner", default="")


def partner_of(name: Any, weight: Any) -> dict[str, Any]:
    """A partner's data, of its name or file."""
    from evenvoice.recipes.open import open_recipe

    if _OF.get():
        raise EvenvoiceError(f"partners: {_OF.get()} has partners itself; name them in the recipe that names it")
    before = _OF.set(str(name))
    try:
        return {"recipe": open_recipe(str(name)), "weight": weight}
    finally:
        _OF.reset(before)


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
