"""Shapes of one's own: their rows are what is normalised, and two with other options are not taken for each other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor

from evenvoice.features import FeatureSettings
from evenvoice.features.shapes.frames import Array
from evenvoice.training import Dataset, fit
from evenvoice.training.dataset import shape_key
from evenvoice.training.graph import Branch
from tests import fabricate
from tests.quick import quick_recipe

EXTRACTOR = FeatureSettings(n_mfcc=2).make()


class EverySecond(Array):
    """Every second frame, squared."""

    name: ClassVar[str] = "every-second"

    def rows(self, features: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        squares = features[:, :, ::2].square()
        return torch.nn.functional.pad(squares, (0, 3)), (frames + 1) // 2


class Levels:
    """The share of frames above each level, one vector."""

    name: ClassVar[str] = "levels"
    one_frame: ClassVar[bool] = True

    def __init__(self, extractor: Any, *, levels: Sequence[float] = (0.0,)) -> None:
        self.levels = torch.tensor(levels)
        self.n_normalised = extractor.n_rows * len(levels)
        self.size = (1, len(levels), extractor.n_rows)

    def rows(self, features: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        own = torch.arange(features.shape[2]) < frames[:, None]
        above = ((features[:, None] > self.levels[:, None, None]) & own[:, None, None]).sum(dim=3)
        return (above / frames[:, None, None]).flatten(1)[:, :, None], torch.ones_like(frames)

    def image(self, rows: Tensor, frames: Tensor) -> Tensor:
        return rows.reshape(len(rows), *self.size)


def test_the_rows_of_a_shape_with_frames_are_its_own() -> None:
    dataset = Dataset(["a", "b"], [np.full((6, n), 3, np.float32) for n in (5, 8)])
    rows = dataset.rows(EverySecond(EXTRACTOR))
    assert [(values.shape, values.max()) for values in rows] == [((6, 3), 9), ((6, 4), 9)]
    assert [values.shape for values in dataset.take(np.array([1])).rows(EverySecond(EXTRACTOR))[:1]] == [(6, 4)]


def test_a_model_learns_from_what_its_file_computes() -> None:
    table = fabricate.utterances()
    dataset = fabricate.examples(table)
    recipe = quick_recipe("2dcnn", {"shape": {"name": f"{__name__}:EverySecond", "seconds": 0.3}})
    assert recipe.made_shape.size[2] > 3
    model = fit(recipe, dataset, None, seed=0)
    alone = dataset.take(np.array([0]), with_emotions=False)
    branch = Branch(model)
    features = torch.from_numpy(np.array(alone.features[int(alone.positions[0])]))[None]
    with torch.inference_mode():
        logits = branch.logits(*branch.normalised(features, torch.tensor([features.shape[2]])))
    np.testing.assert_allclose(logits.softmax(dim=1).numpy(), model.probabilities(alone), atol=1e-5)


@pytest.mark.parametrize("kept", [[1.0], np.ones(3), torch.ones(2), {"a": [1, 2]}, {"a", "b"}, EXTRACTOR])
def test_shapes_are_told_apart_by_all_that_they_keep(kept: Any) -> None:
    def of(value: Any) -> str:
        shape = Levels(EXTRACTOR)
        shape.more = value  # type: ignore[attr-defined]
        return shape_key(shape)

    assert of(kept) != of(None)
    assert of(kept) == of(kept)
    assert "0x" not in of(kept)


def _nested(weight: float) -> torch.nn.Module:
    layer = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(layer.weight, weight)
    return torch.nn.Sequential(torch.nn.Sequential(layer))


@pytest.mark.parametrize(
    "make",
    [lambda n: {"a": [{"b": [[n]]}]}, _nested, np.float32, lambda n: Path(f"{n:g}"), lambda n: partial(max, n)],
    ids=["lists", "layers", "a NumPy number", "a path", "a partial function"],
)
def test_shapes_are_told_apart_by_values_at_any_depth(make: Any) -> None:
    def of(number: float) -> str:
        shape = Levels(EXTRACTOR)
        shape.more = [make(number)]  # type: ignore[attr-defined]
        return shape_key(shape)

    assert of(1.0) != of(2.0)
    assert of(1.0) == of(1.0)


def test_two_recipes_with_one_shape_and_other_options_have_rows_of_their_own() -> None:
    dataset = Dataset(["a"], [np.linspace(-1, 1, 60, dtype=np.float32).reshape(6, 10)])
    low, high = (Levels(EXTRACTOR, levels=[level]) for level in (-2.0, 2.0))
    assert (dataset.rows(low).min(), dataset.rows(high).max()) == (1, 0)


def test_what_holds_itself_has_a_key() -> None:
    shape = Levels(EXTRACTOR)
    shape.itself = shape  # type: ignore[attr-defined]
    assert shape_key(shape)
