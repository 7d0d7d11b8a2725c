"""Audit of comparisons: recipes side by side, of which one is random and has a single fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from evenvoice.audit.findings import Finding, Kind
from evenvoice.study import Run, draws_at_random

ONE_FIT = Kind(
    "one-fit-comparison",
    "refused",
    "A comparison of recipes rests on one fit",
    "evaluate the random recipes with --seeds 3 or more (`evenvoice power` says how many), or compare no recipes",
)


def check_fits(runs: Sequence[Run]) -> Iterator[Finding]:
    """Yield protocols under which several recipes were tested, and a recipe with randomness has one fit.

    Another fit of such a recipe would have other scores, by as much as many a difference between recipes. A LEAKY
    protocol compares nothing anyway, and a recipe without randomness needs no second fit.
    """
    honest = sorted((run for run in runs if not run.info["promise"]["leaky"]), key=lambda run: run.key.protocol)
    for protocol, group in groupby(honest, key=lambda run: run.key.protocol):
        of_recipe: dict[str, list[Run]] = {}
        for run in group:
            of_recipe.setdefault(run.key.recipe, []).append(run)
        alone = [
            recipe
            for recipe, its_runs in of_recipe.items()
            if len({run.key.seed for run in its_runs}) == 1 and draws_at_random(its_runs[0].recipe)
        ]
        if alone and len(of_recipe) > 1:
            yield Finding(ONE_FIT, f"{protocol}: {len(of_recipe)} recipes, one fit of {', '.join(alone)}", tuple(alone))
