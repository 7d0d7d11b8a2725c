"""The contract of a shape."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from evenvoice.features import SHAPES, Extractor, FeatureSettings, Shape, compute
from evenvoice.options import check_options
from evenvoice.testing.data import sounds
from evenvoice.testing.watch import copies_of, expect, made, watched

# Between one utterance alone and in a padded batch: the order in which a batch's sums are added differs.
_ROUNDING = 1e-4
# What a normaliser takes off and multiplies by: it moves the zeros beyond an utterance's own frames.
_MEAN, _SCALE = 3.0, 0.5


def check_shape(shape: type | Shape | str, extractor: Extractor | str = "mfcc", **options: Any) -> None:
    """Check a shape of your own: a class, an object, or a name as a recipe writes it.

    What is checked: it is built as ``Shape(extractor, **options)``; name and sizes; ``rows(features [b, n_rows, t],
    frames [b])`` gives float32 ``[b, n_normalised, t']`` and int64 ``[b]``, one frame where ``one_frame``; ``image``
    gives float32 ``[b, *size]``; both are finite for speech, noise, silence, clicks, a single frame and more frames
    than fit; what lies beyond an utterance's own frames changes nothing, also once it has been normalised; an
    utterance gives the same alone and in a batch, every time, and whatever came before it; features, frames and global
    random states are left alone, and nothing is printed; it pickles, for it is made anew in worker processes.

    What is not seen: whether a model file can hold it, which ``evenvoice export`` says, and state in a module or in a
    file, where it changes nothing within one process.

    Args:
        shape: What to check.
        extractor: Whose features to try it on: a name, or an extractor with the options that the shape needs. Where the
            shape is an object, the one that it was built with.
        **options: Of the shape, where a class or a name is given.

    Raises:
        AssertionError: The contract is broken; the message says what was expected and what was found.
        EvenvoiceError: A name or an option is unknown, or the shape does not take this extractor's features.

    Examples:
        >>> check_shape("array", seconds=1.5)
        >>> check_shape("functionals", "short-term")
    """
    of = FeatureSettings(name=extractor).make() if isinstance(extractor, str) else extractor
    built = _built(shape, of, options)
    what = f"shape {getattr(built, 'name', type(built).__name__)!r}"
    _check_attributes(built, what)
    utterances = [compute(of, wave) for wave in sounds(of.sample_rate).values()]
    utterances += [utterances[0][:, :1], np.tile(utterances[1], 8)]
    with watched(what):
        copies = copies_of(built, what)  # before it is called
        alone = [_alone(built, features, what) for features in utterances]
        _check_batch(built, utterances, alone, what)
        for copy, backwards in zip(copies, (False, True), strict=True):
            _check_copy(copy, utterances, alone, what, backwards=backwards)


def _built(shape: Any, extractor: Extractor, options: dict[str, Any]) -> Any:
    """Return the shape itself."""
    if isinstance(shape, str):
        SHAPES.check_known(shape)
        name, shape = shape, SHAPES[shape]
    else:
        name = getattr(shape, "__name__", "")
    if not isinstance(shape, type):
        return shape
    what, kind = f"shape {name}", shape
    for method in ("rows", "image"):
        expect(callable(getattr(kind, method, None)), f"{what}: has no {method}(); see evenvoice.features.Shape")
    return made(what, lambda: kind(extractor, **check_options("shape", name, kind, options)))


def _check_attributes(shape: Any, what: str) -> None:
    """What a shape says of itself."""
    name, size = getattr(shape, "name", None), getattr(shape, "size", None)
    expect(isinstance(name, str) and name, f"{what}: name is {name!r}; expected text, and not nothing")
    three = isinstance(size, tuple) and len(size) == 3 and all(_is_count(each) for each in size)
    expect(three, f"{what}: size is {size!r}; expected channels, height and width: three whole numbers from 1")
    rows = getattr(shape, "n_normalised", None)
    expect(_is_count(rows), f"{what}: n_normalised is {rows!r}; expected a whole number from 1")
    one = getattr(shape, "one_frame", None)
    expect(isinstance(one, bool), f"{what}: one_frame is {one!r}; expected True or False")
    version = getattr(shape, "version", None)
    expect(version is None or _is_count(version), f"{what}: version is {version!r}; expected a whole number from 1")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _alone(shape: Shape, features: np.ndarray, what: str) -> tuple[Tensor, Tensor]:
    """Return what one utterance gives by itself: its rows ``[r, t']`` and its image."""
    given, frames = torch.from_numpy(features)[None], torch.tensor([features.shape[1]])
    rows, own = _rows(shape, given, frames, what)
    return rows[0, :, : int(own[0])], _image(shape, rows, own, what)[0]


def _rows(shape: Shape, features: Tensor, frames: Tensor, what: str) -> tuple[Tensor, Tensor]:
    """Return what `rows` gives, which is two tensors of their sizes and types; the same again."""
    before = features.clone(), frames.clone()
    with torch.inference_mode():
        given: Any = shape.rows(features, frames)
        again: Any = shape.rows(features, frames)
    pair = isinstance(given, tuple) and len(given) == 2 and all(isinstance(part, Tensor) for part in given)
    kinds = ", ".join(type(part).__name__ for part in given) if isinstance(given, tuple) else type(given).__name__
    expect(pair, f"{what}: rows() returns {kinds}; expected two tensors, rows [b, n_normalised, t] and frames [b]")
    rows, own = given
    size = (len(features), shape.n_normalised)
    expect(
        rows.ndim == 3 and tuple(rows.shape[:2]) == size and rows.shape[2] >= 1,
        f"{what}: rows of shape {list(rows.shape)}; expected {[*size, 't']}, as n_normalised says",
    )
    expect(rows.dtype == torch.float32, f"{what}: rows of {rows.dtype}; expected torch.float32")
    expect(
        own.dtype == torch.int64 and own.shape == frames.shape,
        f"{what}: rows() gives frames {own.dtype} {list(own.shape)}; expected int64 [b]",
    )
    expect(
        bool(((own >= 1) & (own <= rows.shape[2])).all()),
        f"{what}: says that of {rows.shape[2]} frames {own.tolist()} are an utterance's own; expected 1 or more, and "
        "no more than there are",
    )
    if shape.one_frame:
        expect(rows.shape[2] == 1, f"{what}: says one_frame, and gives {rows.shape[2]} frames")
    valid = torch.cat([row[:, :n].flatten() for row, n in zip(rows, own.tolist(), strict=True)])
    expect(bool(torch.isfinite(valid).all()), f"{what}: rows hold NaN or infinity; floor what you divide by")
    kept = torch.equal(features, before[0]) and torch.equal(frames, before[1])
    expect(kept, f"{what}: rows() changes the features or frames that it is given; work on a copy")
    expect(torch.equal(rows, again[0]), f"{what}: the same features give other rows each time")
    return rows, own


def _image(shape: Shape, rows: Tensor, own: Tensor, what: str) -> Tensor:
    """Return the image of rows that are normalised, which is of the size that the shape says."""
    normalised = (rows - _MEAN) * _SCALE
    before = normalised.clone(), own.clone()
    with torch.inference_mode():
        image: Any = shape.image(normalised, own)
    expect(isinstance(image, Tensor), f"{what}: image() returns a {type(image).__name__}; expected a tensor")
    size = (len(rows), *shape.size)
    expect(tuple(image.shape) == size, f"{what}: an image of shape {list(image.shape)}; expected {list(size)}, by size")
    expect(image.dtype == torch.float32, f"{what}: an image of {image.dtype}; expected torch.float32")
    expect(bool(torch.isfinite(image).all()), f"{what}: an image holds NaN or infinity")
    kept = torch.equal(normalised, before[0]) and torch.equal(own, before[1])
    expect(kept, f"{what}: image() changes the rows or frames that it is given; work on a copy")
    return cast("Tensor", image)


def _check_batch(shape: Shape, utterances: list[np.ndarray], alone: list[tuple[Tensor, Tensor]], what: str) -> None:
    """A padded batch gives each utterance what it gives alone."""
    frames = torch.tensor([features.shape[1] for features in utterances])
    batch = torch.zeros(len(utterances), len(utterances[0]), int(frames.max()))
    for row, features in zip(batch, utterances, strict=True):
        row[:, : features.shape[1]] = torch.from_numpy(features)
    rows, own = _rows(shape, batch, frames, what)
    images = _image(shape, rows, own, what)
    for number, (its_rows, its_image) in enumerate(alone):
        n = int(own[number])
        expect(n == its_rows.shape[1], f"{what}: {n} frames in a batch and {its_rows.shape[1]} alone")
        for name, found, wanted in (("rows", rows[number, :, :n], its_rows), ("image", images[number], its_image)):
            far = float((found - wanted).abs().max() / wanted.abs().max().clamp(min=1.0))
            expect(
                far < _ROUNDING,
                f"{what}: the {name} of an utterance differ by {far:.1e} between a padded batch and alone; leave out "
                "what lies beyond its own frames, and the other utterances",
            )


def _check_copy(
    shape: Shape, utterances: list[np.ndarray], alone: list[tuple[Tensor, Tensor]], what: str, *, backwards: bool
) -> None:
    """What came before an utterance changes nothing, and a copy in a worker process gives the same."""
    order = range(len(utterances))[:: -1 if backwards else 1]
    for number in order:
        found = _alone(shape, utterances[number], what)
        same = all(torch.equal(one, other) for one, other in zip(found, alone[number], strict=True))
        expect(same, f"{what}: gives other rows after other utterances, or once pickled; keep no state of calls")
