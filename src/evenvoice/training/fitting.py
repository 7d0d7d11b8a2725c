"""Fit a recipe on its own, without others beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from evenvoice.imbalance import Plan
from evenvoice.recipes import Recipe
from evenvoice.training.dataset import Dataset
from evenvoice.training.fit_steps import fit_images_steps
from evenvoice.training.images import Images
from evenvoice.training.loop import NO_VARIANTS, OnEpoch
from evenvoice.training.normalise import Normaliser
from evenvoice.training.trained import TrainedModel, Watched
from evenvoice.training.trainers import FitJob, LoopTrainer


def fit(
    recipe: Recipe,
    train: Dataset,
    validation: Dataset | None = None,
    seed: int = 0,
    *,
    labels: tuple[str, ...] | None = None,
    device: str = "cpu",
    on_epoch: OnEpoch | None = None,
) -> TrainedModel:
    """Normalise on the training part, balance the training part, train. Validation is never balanced.

    Args:
        recipe: What to fit.
        train: The training part, with emotions.
        validation: Watched and, with ``select: best-on-validation``, selected on. Other speakers than ``train``'s.
        seed: Of the initial weights, the shuffling, the dropout and the samplers.
        labels: Emotions in the order wanted; those of ``train``, sorted, if not given.
        device: ``cpu`` or ``cuda``. On the CPU a fit takes one thread: the same seed gives the same weights.
        on_epoch: Called after each epoch.

    Raises:
        EvenvoiceError: No emotions, one class only, an emotion without training examples, a class too small to
            balance, a selection without a validation part, or an unknown device.
    """
    [model] = LoopTrainer(device).fit_many([FitJob(recipe, train, validation, seed, labels, on_epoch)])
    return model


def fit_images(
    recipe: Recipe,
    images: Images,
    emotions: npt.NDArray[np.str_],
    draw: Callable[[int, int], Plan],
    watched: Watched | None,
    normaliser: Normaliser | None,
    seed: int,
    *,
    rows: npt.NDArray[np.int64] | None = None,
    labels: tuple[str, ...] | None,
    fitted_on: dict[str, tuple[str, ...]],
    variants: Mapping[str, Images] = NO_VARIANTS,
    device: str = "cpu",
    on_epoch: OnEpoch | None = None,
) -> TrainedModel:
    """Train on a plan over normalised features; see `fit_images_steps` for the arguments, and `fit` for ``device``."""
    steps = fit_images_steps(
        recipe, images, emotions, draw, watched, normaliser, seed,
        rows=rows, labels=labels, fitted_on=fitted_on, variants=variants, on_epoch=on_epoch,
    )  # fmt: skip
    [model] = LoopTrainer(device).run([steps])
    return model
