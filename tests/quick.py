"""Shipped recipes as they are, but quick: fewer units, passes and perturbed copies, half a second of speech."""

from __future__ import annotations

from typing import Any

from evenvoice.recipes import Recipe, merged, open_recipe
from tests.golden.study import QUICK

SMALL = {"channels": 8, "wide_channels": 8, "attention": 8}
TINY = {"channels": [8, 8, 8, 8], "attention": 8}
OPTIONS = {
    **QUICK,
    "bilstm-attention": {"hidden": 8, "attention": 8, "dense_units": 8},
    "dbn": {"n_iter": 2, "hidden_layer_sizes": [16, 16]},
    "gmm": {"n_components": 2},
    "hmm": {"n_states": 2, "max_iter": 5},
    "mlp": {"hidden_layer_sizes": [8]},
    "transformer-2": {"width": 16, "heads": 2, "feed_forward": 16, "dense_units": 16},
    "voice-cnn": SMALL,
    "voice-residual": TINY,
}
# Of a shape that pads; the sounds and features of the tests have few.
FRAMES = 48


def quick_recipe(recipe: str | Recipe, changes: dict[str, Any] | None = None) -> Recipe:
    """Return a recipe with changes, its network and those of its partners small, for two epochs if not said.

    Shapes that pad show 48 frames, and training crops them to half of that where it crops. Of the perturbed copies it
    takes the first and the last: two kinds, at a third of the time.
    """
    changes, base = changes or {}, open_recipe(recipe)
    quick = {
        "shape": {"seconds": _seconds(base)} if hasattr(base.made_shape, "n_frames") else {},
        "training": {"epochs": 2} | ({} if base.training.crop is None else {"crop": FRAMES // 2}),
        "model": {"options": OPTIONS.get(base.name, {})},
    }
    opened = open_recipe(recipe, merged(quick, changes))
    partners = [each.model_copy(update={"recipe": quick_recipe(each.recipe)}) for each in opened.partners]
    copies = tuple(dict.fromkeys((*opened.augment[:1], *opened.augment[-1:])))
    return opened.model_copy(update={"partners": tuple(partners), "augment": copies})


def _seconds(recipe: Recipe) -> float:
    """How long so many frames of its features take."""
    frames_a_second = recipe.extractor.frames(100 * recipe.extractor.sample_rate) / 100
    return round(FRAMES / frames_a_second, 2)
