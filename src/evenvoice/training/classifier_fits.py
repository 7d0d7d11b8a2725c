"""What the classifier of scikit-learn fits: waveforms, or features that were made elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from evenvoice.audio import open_perturbation
from evenvoice.errors import EvenvoiceError
from evenvoice.features import extract_waveforms
from evenvoice.imbalance import Plan
from evenvoice.protocols import Fold, cut_validation, open_protocol
from evenvoice.recipes import Needs, Recipe, needs_of
from evenvoice.training.dataset import Dataset, features_key
from evenvoice.training.fitting import fit, fit_images
from evenvoice.training.inputs import Images, as_waveforms
from evenvoice.training.normalise import Normaliser
from evenvoice.training.plans import make_plan
from evenvoice.training.trained import TrainedModel, Watched


def dataset_of(
    recipe: Recipe,
    X: Any,
    emotions: Any,
    speakers: npt.NDArray[np.str_] | None,
    *,
    perturbed: bool = False,
) -> Dataset:
    """Compute what a recipe needs of waveforms, and with ``perturbed`` of these perturbed."""
    rate = recipe.extractor.sample_rate
    waveforms = as_waveforms(X, rate)
    ids = [str(number) for number in range(len(waveforms))]

    def made(need: Needs) -> Dataset:
        variants = {}
        for name in need.perturbations if perturbed else ():
            perturb = open_perturbation(name)
            changed = [perturb(waveform, rate, seed) for seed, waveform in enumerate(waveforms)]
            variants[name] = Dataset(ids, extract_waveforms(changed, need.features))
        return Dataset(ids, extract_waveforms(waveforms, need.features), variants=variants)

    own, *beside = needs_of([recipe])
    others = {features_key(need.features): made(need) for need in beside}
    return replace(made(own), emotions=emotions, speakers=speakers, others=others)


def rows_of_images(recipe: Recipe, images: Images, matrix: bool) -> list[npt.NDArray[np.float32]]:
    """Features as what gets normalised: cells, or one row a channel and coefficient, over frames."""
    frames = 1 if matrix or recipe.made_shape.one_frame else images.shape[3]
    return list(np.ascontiguousarray(images, np.float32).reshape(len(images), -1, frames))


def clipped(recipe: Recipe, images: Images) -> Images:
    """Return the images within the recipe's limits."""
    return images if recipe.clip is None else images.clip(-recipe.clip, recipe.clip)


def _cut(
    recipe: Recipe, emotions: npt.NDArray[np.str_], speakers: npt.NDArray[np.str_] | None, seed: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Row positions to learn from, and those of the validation part; none where the recipe wants none."""
    nothing = np.array([], np.int64)
    everything = Fold(0, np.arange(len(emotions)), nothing, nothing)
    share = recipe.training.validation_share
    if not share:
        return everything.train, nothing
    table = pd.DataFrame({"emotion": emotions, "speaker": speakers})
    fold = cut_validation(everything, table, share, seed, open_protocol("random") if speakers is None else None)
    return fold.train, fold.validation


def fit_waveforms(
    recipe: Recipe,
    X: Any,
    emotions: npt.NDArray[np.str_],
    speakers: npt.NDArray[np.str_] | None,
    labels: tuple[str, ...],
    seed: int,
    device: str,
) -> TrainedModel:
    """Fit on waveforms."""
    dataset = dataset_of(recipe, X, emotions, speakers, perturbed=True)
    train, watched = _cut(recipe, emotions, speakers, seed)
    validation = dataset.take(watched) if len(watched) else None
    return fit(recipe, dataset.take(train), validation, seed, labels=labels, device=device)


def fit_features(
    recipe: Recipe,
    images: Images,
    matrix: bool,
    emotions: npt.NDArray[np.str_],
    speakers: npt.NDArray[np.str_] | None,
    labels: tuple[str, ...],
    seed: int,
    device: str,
) -> TrainedModel:
    """Fit on features that were made elsewhere."""
    if recipe.needs_speakers:
        raise EvenvoiceError(
            f"normalise: {recipe.normalise} works on waveforms; normalise the features yourself, or give waveforms"
        )
    if recipe.shape.name == "sequence":
        raise EvenvoiceError("shape sequence marks each utterance's own frames, which features do not; give waveforms")
    train, validation = _cut(recipe, emotions, speakers, seed)
    rows = rows_of_images(recipe, images, matrix)
    normaliser = Normaliser.fit([rows[row] for row in train])
    normalised = clipped(recipe, np.stack(normaliser.apply(rows)).reshape(images.shape))
    of = None if speakers is None else speakers[train]

    def draw(seed: int, epoch: int) -> Plan:
        return make_plan(recipe, normalised[train], emotions[train], of, seed, epoch=epoch)

    ids = np.arange(len(images)).astype(str)
    learnt = tuple(ids[train])
    saw = {"normaliser": learnt, "balancer": learnt, "network": learnt, "selection": (), "calibration": ()}
    watched = None
    if len(validation):
        watched = Watched(normalised[validation], emotions[validation], ids[validation].tolist())
    return fit_images(
        recipe, normalised[train], emotions[train], draw, watched, normaliser, seed,
        labels=labels, fitted_on=saw, device=device,
    )  # fmt: skip
