"""A corpus that was decoded: features, labels and speakers of its utterances, in one order."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FunctionType
from typing import overload
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.features import FeatureSettings, Shape, one_thread, rows_of
from evenvoice.outside import is_outside
from evenvoice.recipes import Needs
from evenvoice.training.images import MOST_IN_MEMORY
from evenvoice.training.store import FeatureStore, Rows, Vectors


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
        others: The same utterances with the features of other extractors, for partners, by `features_key`.

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
    others: Mapping[str, Dataset] = field(default_factory=dict, repr=False, compare=False)

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
        others = {
            key: other.variants[perturbation] for key, other in self.others.items() if perturbation in other.variants
        }
        return replace(self, features=perturbed.features, shaped=perturbed.shaped, variants={}, others=others)

    def beside(self, features: FeatureSettings) -> Dataset:
        """Return the same utterances with the features of another extractor.

        Raises:
            EvenvoiceError: The dataset was decoded without it.
        """
        other = self.others.get(features_key(features))
        if other is None:
            there = ", ".join(self.others) or "none"
            raise EvenvoiceError(
                f"dataset: no features {features_key(features)} beside its own, only {there}; load it with what "
                "evenvoice.recipes.needs_of says of the recipe"
            )
        return replace(self, features=other.features, shaped=other.shaped, variants=other.variants, others={})

    def rows(self, shape: Shape) -> Sequence[Rows] | Rows | Vectors:
        """Return what gets normalised, float32 ``[n_normalised, t']`` for each utterance; made once a shape.

        Of a shape of one frame it is a new array ``[n, n_normalised, 1]``, or, where that is large and the rows are in
        a file, `Vectors`; else frames are read when they are asked for, and not kept.

        Raises:
            EvenvoiceError: The dataset was loaded for other shapes.
        """
        if not shape.one_frame:
            return _Shaped(shape, self.features if self.positions is None else _Part(self.features, self.positions))
        store = self.shaped.get(key := shape_key(shape))
        if store is None:
            with one_thread():
                store = self.shaped[key] = FeatureStore.of([rows_of(shape, values) for values in self.features])
        positions = np.arange(len(store)) if self.positions is None else self.positions
        if isinstance(store.flat, Path) and 4 * len(positions) * store.n_rows > MOST_IN_MEMORY:
            return Vectors(store, positions)
        return store.vectors(self.positions)

    def in_files(self, needs: Sequence[Needs]) -> Dataset:
        """Return the dataset with its features, and the rows of each shape, in files from which other processes read.

        Args:
            needs: What will be asked for: first of its own features, then of those beside them.
        """
        return self._elsewhere(needs, FeatureStore.in_file)

    def in_memory(self, needs: Sequence[Needs]) -> Dataset:
        """Return the dataset as `in_files` does, but in memory: it can be sent where no file of ours is."""
        return self._elsewhere(needs, FeatureStore.in_memory)

    def _elsewhere(self, needs: Sequence[Needs], place: Callable[[FeatureStore], FeatureStore]) -> Dataset:
        own, *further = needs
        moved = self._with_stores(own.made_shapes, place)
        others = {
            features_key(one.features): self.others[features_key(one.features)]._with_stores(one.made_shapes, place)
            for one in further
        }
        return replace(moved, others=others)

    def _with_stores(self, shapes: Sequence[Shape], place: Callable[[FeatureStore], FeatureStore]) -> Dataset:
        """Return the dataset with what the shapes need of it, and nothing else, in another place."""
        for shape in shapes:
            if shape.one_frame:
                self.rows(shape)
        shaped = {shape_key(shape): self.shaped[shape_key(shape)] for shape in shapes if shape.one_frame}
        # Where every shape is one frame, no worker asks for the frames themselves.
        frames = not all(shape.one_frame for shape in shapes)
        return replace(
            self,
            features=place(self.store) if frames else self.store.without_arrays(),
            shaped={key: place(store) for key, store in shaped.items()},
            variants={name: variant._with_stores(shapes, place) for name, variant in self.variants.items()},
        )

    @property
    def nbytes(self) -> int:
        """Size of the features of every utterance, with those of shapes and variants."""
        own = self.store.nbytes + sum(store.nbytes for store in self.shaped.values())
        return own + sum(one.nbytes for some in (self.variants, self.others) for one in some.values())

    def digest(self) -> str:
        """Return what tells the features of every utterance apart, with those beside them; not their variants."""
        own = self.store.digest()
        return own if not self.others else " ".join([own, *(other.store.digest() for other in self.others.values())])


class _Part(Sequence[Rows]):
    """Some arrays of a sequence, by position."""

    def __init__(self, all_: Sequence[Rows], positions: npt.NDArray[np.int64]) -> None:
        self._all, self._positions = all_, positions

    def __len__(self) -> int:
        return len(self._positions)

    @overload
    def __getitem__(self, row: int) -> Rows: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Rows]: ...
    def __getitem__(self, row: int | slice) -> Rows | Sequence[Rows]:
        if isinstance(row, slice):
            return _Part(self._all, self._positions[row])
        return self._all[int(self._positions[row])]


class _Shaped(Sequence[Rows]):
    """What a shape makes of arrays, each when it is asked for."""

    def __init__(self, shape: Shape, features: Sequence[Rows]) -> None:
        self._shape, self._features = shape, features

    def __len__(self) -> int:
        return len(self._features)

    @overload
    def __getitem__(self, row: int) -> Rows: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Rows]: ...
    def __getitem__(self, row: int | slice) -> Rows | Sequence[Rows]:
        if isinstance(row, slice):
            return _Shaped(self._shape, self._features[row])
        return rows_of(self._shape, self._features[row])


def features_key(features: FeatureSettings) -> str:
    """What tells extractors and their options apart.

    Examples:
        >>> features_key(FeatureSettings(name="voice", f0=True)) == features_key(FeatureSettings(f0=True, name="voice"))
        True
    """
    return f"{features.name} {json.dumps(features.options, sort_keys=True)}"


def shape_key(shape: Shape) -> str:
    """What tells shapes apart: the class and what it keeps."""
    if is_outside(shape):  # it may keep something else by now
        return _key_of(shape)
    found = _KEYS.get(shape)
    if found is None:
        found = _KEYS[shape] = _key_of(shape)
    return found


# Of shipped shapes that are in use.
_KEYS: WeakKeyDictionary[Shape, str] = WeakKeyDictionary()


def _key_of(shape: Shape) -> str:
    return repr((type(shape).__module__, type(shape).__qualname__, _kept(shape)))


_PLAIN = (type(None), bool, int, float, str, bytes)


def _kept(value: object, within: tuple[int, ...] = ()) -> object:
    """Return what tells values apart, the same in every process: no addresses, and no order of a set.

    Args:
        value: What a shape keeps.
        within: Ids of what it is part of: an object may hold itself.
    """
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray):
        return str(value.dtype), value.shape, hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
    kind = f"{type(value).__module__}:{type(value).__qualname__}"
    if id(value) in within:
        return kind
    within = (*within, id(value))
    if isinstance(value, Mapping):
        entries = ((_kept(key, within), _kept(each, within)) for key, each in value.items())
        return sorted(entries, key=lambda entry: repr(entry[0]))
    if isinstance(value, list | tuple) and set(map(type, value)) <= set(_PLAIN):
        return list(value)  # thousands of names, at once
    if isinstance(value, list | tuple):
        return [_kept(each, within) for each in value]
    if isinstance(value, set | frozenset):
        return sorted((_kept(each, within) for each in value), key=repr)
    if isinstance(value, FunctionType | type):
        return f"{value.__module__}:{value.__qualname__}"
    own = {name: each for name, each in getattr(value, "__dict__", {}).items() if name != "training"}
    if own:
        return kind, _kept(own, within)
    try:  # NumPy's numbers, paths, partial functions: what they hold is in no attribute
        return kind, hashlib.sha256(pickle.dumps(value)).hexdigest()
    except (pickle.PicklingError, AttributeError, TypeError):
        return kind
