"""Ragged features to the fixed arrays that samplers and models work on: normalise, clip, then pad or crop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.features import Shape
from evenvoice.outside import calling, is_outside, refused
from evenvoice.recipes import Recipe
from evenvoice.training.dataset import Dataset
from evenvoice.training.disturb import Scale
from evenvoice.training.images import Images, gather
from evenvoice.training.normalise import (
    Normaliser,
    Rows,
    around_speakers,
    around_training_mean,
    normalise_by_speaker,
)

# Utterances that are shaped at once.
_BLOCK = 64


@dataclass(frozen=True, eq=False)
class Prepared:
    """What a fit learns from, before its samplers: see `prepare`.

    Attributes:
        normaliser: As measured on the training part.
        images: The training part, float32 ``[n, c, h, w]``.
        variants: The same of its perturbed waveforms, by the perturbation.
        source: What it was made of.
    """

    normaliser: Normaliser | None
    images: Images
    variants: Mapping[str, Images]
    source: Dataset


# Those that a fit still works with.
_PREPARED: WeakValueDictionary[tuple[object, ...], Prepared] = WeakValueDictionary()


def prepare(recipe: Recipe, train: Dataset) -> Prepared:
    """Measure the normaliser on a training part, and normalise, clip and shape the part and its variants.

    Fits that go on at the same time share one where all that it depends on is the same, as in the fits of one fold.
    """
    sections = recipe.model_dump_json(include={"features", "shape", "normalise", "kappa", "clip", "augment"})
    arrays = (train.positions, train.speakers)
    # No other object has an id of these while ``source`` holds them.
    key = (
        sections,
        recipe.perturbations,
        id(train.features),
        id(train.variants),
        tuple(train.ids),
        *(None if one is None else one.tobytes() for one in arrays),
    )
    found = _PREPARED.get(key)
    if found is None:
        normaliser = fit_normaliser(recipe, train)
        variants = {name: to_training_images(recipe, train.variant(name), normaliser) for name in recipe.perturbations}
        found = Prepared(normaliser, to_training_images(recipe, train, normaliser), variants, train)
        _PREPARED[key] = found
    return found


def fit_normaliser(recipe: Recipe, dataset: Dataset) -> Normaliser | None:
    """Measure the normaliser on a dataset and the variants that the recipe adds to it.

    ``None`` where each speaker's own audio is used instead.
    """
    if recipe.normalise == "speaker":
        return None
    shape = recipe.made_shape
    parts = [part.rows(shape) for part in (dataset, *(dataset.variant(name) for name in recipe.augment))]
    if recipe.normalise == "enrolled":
        return around_training_mean(parts[0], [around_speakers(part, dataset.speakers) for part in parts])
    return Normaliser.fit(*parts)


def to_images(
    recipe: Recipe,
    dataset: Dataset,
    normaliser: Normaliser | None,
    offsets: npt.NDArray[np.float32] | None = None,
) -> npt.NDArray[np.float32]:
    """Return the model's input, float32 ``[n, c, h, w]``: normalised, clipped, then padded with zeros or cropped.

    Zeros after normalising are the training mean, so padding says nothing; before it they would be a loud artefact.

    Args:
        recipe: What normalises, clips and shapes.
        dataset: What to predict.
        normaliser: As fitted.
        offsets: Where the speakers lie, float32 ``[1, r]`` or ``[n, r]``, as `TrainedModel.offset` gives it; with
            ``normalise: enrolled`` alone. The training mean if not given.
    """
    rows = dataset.rows(recipe.made_shape)
    if normaliser is None:
        return _as_images(recipe, normalise_by_speaker(rows, dataset.speakers))
    if offsets is None:
        return _as_images(recipe, rows, normaliser)
    each = np.broadcast_to(offsets, (len(rows), offsets.shape[1]))
    moved = (values - offset[:, None] for values, offset in zip(normaliser.each(rows), each, strict=True))
    return _as_images(recipe, list(moved))


def to_training_images(recipe: Recipe, dataset: Dataset, normaliser: Normaliser | None) -> npt.NDArray[np.float32]:
    """Return what a training part's rows are fitted as: `to_images`, but ``enrolled`` around their own speakers."""
    if normaliser is None or recipe.normalise != "enrolled":
        return to_images(recipe, dataset, normaliser)
    own = around_speakers(dataset.rows(recipe.made_shape), dataset.speakers)
    return _as_images(recipe, own, Normaliser(np.zeros_like(normaliser.mean), normaliser.scale))


def scale_of(recipe: Recipe, normaliser: Normaliser | None) -> Scale | None:
    """Return how the rows of a sequence were normalised and clipped, where the recipe disturbs them; else ``None``.

    Raises:
        EvenvoiceError: The recipe disturbs bands, and there is no normaliser to undo.
    """
    if not recipe.training.bands.any:
        return None
    if normaliser is None:
        raise EvenvoiceError(
            f"recipe {recipe.name!r} disturbs log-mel bands, and these features were normalised elsewhere; set "
            "training.bands to {} or fit it on waveforms"
        )
    # The shape says which rows it takes, and the last row of a sequence is its mask.
    one_frame = torch.ones(1, dtype=torch.int64)
    mean, scale = (
        recipe.made_shape.image(torch.from_numpy(values)[None, :, None], one_frame)[0, 0, :-1, :1]
        for values in (normaliser.mean, normaliser.scale)
    )
    return Scale(mean, scale, recipe.clip)


def _as_images(recipe: Recipe, rows: Rows, normaliser: Normaliser | None = None) -> npt.NDArray[np.float32]:
    """Normalise, clip, and pad or crop, block by block: nothing is held twice."""
    shape = recipe.made_shape

    def block(start: int) -> npt.NDArray[np.float32]:
        part = rows[start : start + _BLOCK]
        if isinstance(part, np.ndarray):
            vectors = part if normaliser is None else normaliser.vectors(part)
            found = _image(shape, vectors, torch.ones(len(part), dtype=torch.int64))
        else:
            part = list(part)
            normalised = part if normaliser is None else normaliser.each(part)
            images = [_image(shape, values[None], torch.tensor([values.shape[1]]))[0] for values in normalised]
            found = np.stack(images)
        return found if recipe.clip is None else found.clip(-recipe.clip, recipe.clip)

    blocks = map(block, range(0, len(rows), _BLOCK))
    return gather(blocks, len(rows), shape.size, arrays=1 + len(recipe.perturbations))


def _image(shape: Shape, rows: npt.NDArray[np.float32], frames: torch.Tensor) -> npt.NDArray[np.float32]:
    """Return what a shape makes of normalised rows ``[b, r, t]``: float32 ``[b, *size]``."""
    with calling("shape", shape):
        image: npt.NDArray[np.float32] = shape.image(torch.from_numpy(rows), frames).numpy()
    if is_outside(shape):
        size = (len(rows), *shape.size)
        if image.shape != size or image.dtype != np.float32:
            found = f"{image.dtype} {list(image.shape)}"
            raise refused("shape", shape, f"gives an image {found}; expected float32 {list(size)}, as size says")
        if not bool(np.isfinite(image).all()):
            raise refused("shape", shape, "gives an image with NaN or infinity; floor what you divide by")
    return image
