"""Digests of the code of a user's own parts: runs that were made with other code are not taken for these."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evenvoice.features import EXTRACTORS, SHAPES
from evenvoice.imbalance import DECISIONS, LOSSES, SAMPLERS
from evenvoice.models import MODELS
from evenvoice.protocols import SplitProtocol
from evenvoice.registry import code_of

_REGISTRIES = (EXTRACTORS, SHAPES, SAMPLERS, LOSSES, DECISIONS, MODELS)


def own_code(settings: Any, protocol: SplitProtocol) -> list[str]:
    """Return a digest for each class from outside that a recipe names, and for a protocol from outside.

    Args:
        settings: The recipe, as its file would hold it.
        protocol: Whose folds.

    Examples:
        >>> from evenvoice.protocols import SpeakerFolds
        >>> own_code({"model": {"name": "svm"}, "balance": ["smote"]}, SpeakerFolds())
        []
    """
    names = sorted(set(_texts(settings)))
    found = [code for name in names for registry in _REGISTRIES if (code := registry.code(name))]
    kinds = [type(protocol), type(getattr(protocol, "inner", protocol))]
    return found + [code for kind in dict.fromkeys(kinds) if (code := code_of(kind))]


def _texts(settings: Any) -> Iterator[str]:
    """Yield every text in keys and values."""
    if isinstance(settings, str):
        yield settings
    elif isinstance(settings, dict):
        for value in settings.values():
            yield from _texts(value)
    elif isinstance(settings, list | tuple):
        for value in settings:
            yield from _texts(value)
