"""A recipe in full: every key with its value, and what its network measures. Those of shipped recipes are written down.

Opening a recipe imports torch, for its networks, and takes seconds. What follows from a shipped recipe alone is
therefore a file, ``full.json``, that `scripts/recipes_in_full.py` makes and a test compares with the recipes opened.
The file names the digest of the recipes' YAML: once one of them is edited, nothing in it is used.
"""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from evenvoice.recipes.names import shipped_files

if TYPE_CHECKING:
    from evenvoice.recipes.schema import Recipe

EMOTIONS = 4
"""Number of emotions for which the parameters of shipped recipes are written down."""


def recipe_in_full(recipe: Recipe, emotions: int = EMOTIONS) -> dict[str, Any]:
    """Return every key of a recipe as plain data, its input shape, and the parameters of its network.

    Args:
        recipe: An opened recipe.
        emotions: Number of classes to count parameters for.

    Returns:
        The recipe's keys, then ``input_shape`` (channels, height, width), ``parameters`` and ``trainable_parameters``
        as Keras counts them; ``None`` for a classical classifier.

    Examples:
        >>> from evenvoice.recipes import open_recipe
        >>> full = recipe_in_full(open_recipe("smote-2dcnn"), emotions=7)
        >>> full["input_shape"], full["parameters"]
        ([1, 16, 8], 83719)
    """
    from evenvoice.models import Estimator, count_parameters, make_model

    size = recipe.input_shape
    model = make_model(recipe.model.name, size, emotions, **recipe.model.options)
    trainable, total = (None, None) if isinstance(model, Estimator) else count_parameters(model)
    facts = {"input_shape": list(size), "parameters": total, "trainable_parameters": trainable}
    return {**recipe.model_dump(mode="json"), **facts}


def shipped_in_full(name: str) -> dict[str, Any] | None:
    """Return `recipe_in_full` of a shipped recipe without opening it; ``None`` where it is not written down.

    Examples:
        >>> shipped_in_full("smote-2dcnn")["parameters"]  # with four emotions
        83524
        >>> shipped_in_full("mine.yaml") is None
        True
    """
    file = resources.files("evenvoice.recipes") / "full.json"
    if not file.is_file():
        return None
    written = json.loads(file.read_text(encoding="utf-8"))
    if written["digest"] != shipped_digest():
        return None
    found: dict[str, Any] | None = written["recipes"].get(name)
    return found


def shipped_digest() -> str:
    """Return the SHA-256 of the names and texts of all shipped recipes."""
    files = sorted(shipped_files().values(), key=lambda file: file.name)
    texts = [[file.name, file.read_text(encoding="utf-8")] for file in files]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()
