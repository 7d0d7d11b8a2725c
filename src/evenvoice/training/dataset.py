"""A corpus that was decoded: features, labels and speakers of its utterances, in one order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.features import Shape
from evenvoice.training.store import FeatureStore, Rows


@dataclass(frozen=True)
class Dataset:
    """Utterances ready to be fitted or recognised. A part of one shares its features; nothing is copied.

    Attributes:
        ids: Utterance ids, unique.
        features: One float32 array ``[n_rows, frames]`` an utterance; the number of frames differs.
        emotions: Labels; ``None`` where they are not to be seen (a test part).
        speakers: Speakers, for speaker normalisation, samplers and validation; ``None`` where unknown.
        positions: Which arrays of ``features`` are this dataset's; all, in order, if not given.
        variants: The same utterances from perturbed waveforms, by the perturbation: for training parts alone.
        shaped: What `Shape.rows` made of the features of every utterance, by shape: made once, and shared by all parts.

    Raises:
        EvenvoiceError: Lengths differ.

    Examples:
        >>> pair = Dataset(["a", "b"], [np.zeros((120, 9), np.float32)] * 2, np.array(["sad", "happy"]))
        >>> part = pair.take(np.array([1]), with_emotions=False)
        >>> part.ids, part.emotions is None
        (['b'], True)
    """

    ids: Sequence[str]
    features: FeatureStore | Sequence[Rows]
    emotions: npt.NDArray[np.str_] | None = None
    speakers: npt.NDArray[np.str_] | None = None
    positions: npt.NDArray[np.int64] | None = None
    variants: Mapping[str, Dataset] = field(default_factory=dict, repr=False, compare=False)
    shaped: dict[str, FeatureStore] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in (
            ("emotions", "speakers", "positions")
            if self.positions is not None
            else (
                "features",
                "emotions",
                "speakers",
            )
        ):
            values = getattr(self, name)
            if values is not None and len(values) != len(self.ids):
                raise EvenvoiceError(f"dataset: {len(self.ids)} ids but {len(values)} {name}; they go together")

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def store(self) -> FeatureStore:
        """The features of every utterance, of this part and others."""
        return self.features if isinstance(self.features, FeatureStore) else FeatureStore.of(self.features)

    def take(self, rows: npt.NDArray[np.int64], *, with_emotions: bool = True) -> Dataset:
        """Return the utterances at these positions, with or without their emotions."""
        positions = np.asarray(rows, np.int64)
        return replace(
            self,
            ids=[self.ids[row] for row in rows],
            emotions=self.emotions[rows] if with_emotions and self.emotions is not None else None,
            speakers=self.speakers[rows] if self.speakers is not None else None,
            positions=positions if self.positions is None else self.positions[positions],
        )

    def variant(self, perturbation: str) -> Dataset:
        """Return the same utterances from perturbed waveforms.

        Raises:
            EvenvoiceError: The dataset was decoded without this perturbation.
        """
        if perturbation not in self.variants:
            there = ", ".join(self.variants) or "none"
            raise EvenvoiceError(
                f"dataset: no features of perturbation {perturbation!r}, only {there}; load it with these"
            )
        perturbed = self.variants[perturbation]
        return replace(self, features=perturbed.features, shaped=perturbed.shaped, variants={})

    def rows(self, shape: Shape) -> list[Rows]:
        """Return what gets normalised: float32 ``[n_normalised, t']`` for each utterance; made once a shape."""
        positions = range(len(self)) if self.positions is None else self.positions
        if not shape.one_frame:
            return [self.features[row] for row in positions]
        store = self.shaped.get(key := _key(shape))
        if store is None:
            store = self.shaped[key] = FeatureStore.of([_rows(values, shape) for values in self.features])
        return [store[row] for row in positions]

    def saved(self, folder: Path, shapes: Mapping[str, Shape]) -> Dataset:
        """Return the dataset with its features in files of a folder, and with the rows of each shape made.

        Args:
            folder: Where ``features.npy`` and a file for each shape go.
            shapes: Shapes that will be asked for, by a name that a file can have.
        """
        store = self.store
        frames = not all(shape.one_frame for shape in shapes.values())
        shaped = {}
        for name, shape in shapes.items():
            if shape.one_frame:
                self.rows(shape)
                shaped[_key(shape)] = self.shaped[_key(shape)].saved(folder / f"{name}.npy")
        # Where every shape is one frame, no worker asks for the frames themselves.
        kept = store.saved(folder / "features.npy") if frames else _lengths(store)
        variants = {
            name: variant.saved(folder / f"variant-{number}", shapes)
            for number, (name, variant) in enumerate(self.variants.items())
        }
        return replace(self, features=kept, shaped=shaped, variants=variants)


def _lengths(store: FeatureStore) -> FeatureStore:
    """A store of as many utterances, without their frames."""
    return FeatureStore(np.empty(0, np.float32), np.zeros(len(store) + 1, np.int64), store.n_rows)


def _key(shape: Shape) -> str:
    """What tells shapes apart: the class and its plain attributes."""
    return repr((type(shape).__module__, type(shape).__qualname__, sorted(_plain(shape).items())))


def _plain(shape: Shape) -> dict[str, str]:
    return {name: repr(value) for name, value in vars(shape).items() if isinstance(value, int | float | str | tuple)}


def _rows(features: Rows, shape: Shape) -> Rows:
    """What a shape makes of one utterance, before it is normalised."""
    # A copy: features may be read-only, and torch wants arrays that it could write to.
    values, _ = shape.rows(torch.tensor(features)[None], torch.tensor([features.shape[1]]))
    return np.ascontiguousarray(values[0].numpy())
