"""A recipe's plan for its training part: perturbed rows, then the samplers, one after the other."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from evenvoice.imbalance import SAMPLERS, Plan, draw_plan, groups_of, make_chain, perturbed_plan
from evenvoice.recipes import Recipe
from evenvoice.training.images import Images
from evenvoice.training.loop import NO_VARIANTS, Labels


def is_redrawn(recipe: Recipe) -> bool:
    """Whether a sampler of the recipe is drawn anew each epoch."""
    return any(getattr(SAMPLERS[sampler.name], "per_epoch", False) for sampler in recipe.samplers)


def make_plan(
    recipe: Recipe,
    images: Images,
    emotions: npt.NDArray[np.str_],
    speakers: npt.NDArray[np.str_] | None,
    seed: int,
    variants: Mapping[str, Images] = NO_VARIANTS,
    epoch: int = 0,
) -> Plan:
    """Add the perturbed rows, then let the recipe's samplers plan on all of them, one after the other.

    Without variants (features that were made elsewhere) there are no waveforms to perturb, and no such rows.
    """
    sampler = make_chain([step.model_dump() for step in recipe.samplers])
    augment = [name for name in recipe.augment if name in variants]
    if not augment:
        return draw_plan(sampler, images, emotions, groups=speakers, seed=seed, epoch=epoch)
    perturbed = perturbed_plan(emotions, augment)
    rows = perturbed.take(images, np.arange(len(perturbed)), variants=variants)
    groups = None if speakers is None else groups_of(perturbed, speakers)
    following = draw_plan(sampler, rows, perturbed.y(emotions), groups=groups, seed=seed, epoch=epoch)
    return perturbed.then(following, rows)


def targets_of(plan: Plan, emotions: npt.NDArray[np.str_], number: Mapping[str, int]) -> Labels:
    """The class number of each row of a plan."""
    return np.array([number[emotion] for emotion in plan.y(emotions)], np.int64)
