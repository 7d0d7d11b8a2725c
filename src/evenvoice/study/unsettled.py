"""Results of networks that predicted with running statistics which had not settled, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from evenvoice.training import MOST_UNSETTLED, unsettled_words

if TYPE_CHECKING:
    from evenvoice.study.results import Result, Study


def unsettled_note(study: Study) -> str | None:
    """Return a sentence that names each recipe and protocol of which a fit had not settled; ``None`` if all had."""
    found = [one for result in study.results for one in _of(result)]
    words = unsettled_words(found) if found else ""
    return f"{words[0].upper()}{words[1:]}." if words else None


def _of(result: Result) -> Iterator[tuple[str, Mapping[str, Any], float]]:
    """Give name, recipe and share of the recipe and each partner of it; runs of earlier versions do not say."""
    own = result.runs[0].recipe
    shares = [run.info["unsettled"] for run in result.runs if run.info.get("unsettled")]
    recipes = [own, *(partner["recipe"] for partner in own.get("partners", ()))]
    for number, (recipe, *of_fits) in enumerate(zip(recipes, *shares, strict=bool(shares))):
        if of_fits and max(of_fits) > MOST_UNSETTLED:
            name = f"{result.recipe}'s partner {recipe['name']}" if number else result.recipe
            yield f"{name} × {result.protocol}", recipe, max(of_fits)
