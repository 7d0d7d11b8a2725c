"""What another seed changes of a result: its fits, its folds alone, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import ValidationError

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics import Varies
from evenvoice.protocols import open_protocol
from evenvoice.recipes import Recipe
from evenvoice.study.seeds import Seed

if TYPE_CHECKING:
    from evenvoice.study.results import Result


def varies(result: Result) -> Varies:
    """Return what another seed changes.

    ``fits`` where something in the recipe is random, ``folds`` where nothing is and the protocol draws folds (or a
    validation part) by the seed, ``nothing`` where all is settled. The parts of a recipe say whether they draw at
    random; what several seeds answered is believed before that.
    """
    same = found(result.pooled)
    if same == "nothing":
        return "nothing"
    if same == "fits" or not (same == "folds" or not draws_at_random(result.runs[0].recipe)):
        return "fits"
    return "folds" if _drawn(result.protocol, result.runs[0].recipe) else "nothing"


def found(tables: Mapping[Seed, pd.DataFrame]) -> Varies | None:
    """Return what seeds changed of a system's predictions; ``None`` where the seeds at hand do not show it.

    Args:
        tables: Predictions by seed.

    Examples:
        >>> table = pd.DataFrame({"utterance": ["a"], "predicted": ["sad"]})
        >>> found({Seed(0, 0): table, Seed(0, 1): table}), found({Seed(0, 0): table})
        ('nothing', None)
        >>> found({Seed(0, 0): table, Seed(0, 1): table.assign(predicted="happy")})
        'fits'
    """
    by_split = [list(seeds) for _, seeds in groupby(sorted(tables), key=lambda seed: seed.split)]
    several = [seeds for seeds in by_split if len(seeds) > 1]
    if any(not _same(tables[seeds[0]], tables[seed]) for seeds in several for seed in seeds[1:]):
        return "fits"
    if len(tables) > 1 and all(_same(tables[by_split[0][0]], tables[seeds[0]]) for seeds in by_split[1:]):
        return "nothing"
    return "folds" if several else None


def _same(first: pd.DataFrame, second: pd.DataFrame) -> bool:
    """Return whether two tables hold the same answers, to the last bit; the order of rows does not count."""
    if len(first) != len(second) or set(first) != set(second):
        return False
    one, other = (table.set_index("utterance").sort_index() for table in (first, second))
    return bool(one.equals(other[list(one)]))


def draws_at_random(recipe: dict[str, Any]) -> bool:
    """Return whether a fit of a recipe draws at random, so that another fit seed gives another model.

    Args:
        recipe: As ``run.json`` holds it. One that this evenvoice cannot open may draw at random.

    Examples:
        >>> draws_at_random({"name": "mine", "model": "2dcnn"}), draws_at_random({"name": "mine", "model": "majority"})
        (True, False)
    """
    try:
        return not Recipe.model_validate(recipe).deterministic
    except (EvenvoiceError, ValidationError, ImportError):
        return True


def _drawn(protocol: str, recipe: dict[str, Any]) -> bool:
    """Return whether the seed divides the corpus, or cuts a validation part."""
    if recipe.get("training", {}).get("validation_share"):
        return True
    try:
        return bool(getattr(open_protocol(protocol), "drawn", True))
    except (EvenvoiceError, ImportError):
        return True
