"""What one clip gives: computed from its waveform, or found in the cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from evenvoice.audio import Clip, Waveform, content_hash, load, open_perturbation
from evenvoice.errors import AudioError
from evenvoice.features.cache import cache_key
from evenvoice.features.extractor import Extractor, Features, FeatureSettings, compute
from evenvoice.features.shapes import Shape, ShapeSettings
from evenvoice.features.shards import Entry, Shards
from evenvoice.outside import calling, is_outside, refused


@dataclass(frozen=True, eq=False)
class Extracted:
    """What a clip gives.

    Attributes:
        arrays: The features, float32 ``[n_rows, t]``; or, where shapes were asked for, the rows of each, float32
            ``[n_normalised, 1]``.
        digest: SHA-256 of the features, also where only rows were asked for.
    """

    arrays: tuple[Features, ...]
    digest: bytes


@dataclass(frozen=True)
class OfClip:
    """What to compute of each clip.

    Attributes:
        settings: The extractor and its options.
        shapes: Whose rows to give instead of the features.
        perturbation: What is done to each waveform first.
    """

    settings: FeatureSettings
    shapes: Sequence[ShapeSettings] = ()
    perturbation: str | None = None

    @cached_property
    def extractor(self) -> Extractor:
        """The extractor."""
        return self.settings.make()

    @cached_property
    def made_shapes(self) -> list[Shape]:
        """The shapes."""
        return [shape.make(self.extractor) for shape in self.shapes]

    @property
    def called(self) -> str:
        """What a progress bar calls it.

        Examples:
            >>> OfClip(FeatureSettings(), perturbation="speed:0.9").called
            'mfcc features, speed:0.9'
        """
        what = f"{self.settings.name} features"
        return f"{what}, {self.perturbation}" if self.perturbation else what

    def compute(self, waveform: Waveform, content: str) -> Extracted:
        """Return what a clip gives.

        Args:
            waveform: Of the clip, at the extractor's rate.
            content: SHA-256 of the file: what a perturbation draws at random follows from it.
        """
        if self.perturbation is not None:
            perturb = open_perturbation(self.perturbation)
            waveform = perturb(waveform, self.extractor.sample_rate, int(content[:8], 16))
        return self.of_features(compute(self.extractor, waveform))

    def of_features(self, features: Features, digest: bytes | None = None) -> Extracted:
        """Return what a clip gives by its features, float32 ``[n_rows, t]``, whose digest may be known."""
        arrays = tuple(rows_of(shape, features) for shape in self.made_shapes) if self.shapes else (features,)
        return Extracted(arrays, digest or feature_digest(features))


@dataclass(frozen=True)
class CachedOfClip:
    """What to compute of each clip, and where it is kept."""

    of: OfClip
    cache: Shards

    def __call__(self, clip: Clip) -> Extracted | AudioError:
        """Return what a clip gives, from the cache where it is there, or why there is nothing."""
        try:
            content = content_hash(clip.file)
            found = self.find(content, clip)
            if found is None:
                rate = self.of.extractor.sample_rate
                found = self.of.compute(load(clip.file, rate=rate, start=clip.start, end=clip.end), content)
                self.keep(content, clip, found)
            return found
        except AudioError as error:
            return error

    def find(self, content: str, clip: Clip) -> Extracted | None:
        """Return what the cache has, or what follows from it; ``None`` where the clip has to be decoded.

        Args:
            content: SHA-256 of the clip's file.
            clip: Which.
        """
        if self.of.shapes:
            rows = self._find_rows(content, clip)
            if rows is not None:
                return rows
        entry = self.cache.get(cache_key(content, clip, self.of.settings, self.of.perturbation))
        features = None if entry is None else _array(entry, self.of.extractor.n_rows)
        if entry is None or features is None:
            return None
        found = self.of.of_features(features, entry.digest)
        if self.of.shapes:
            self.keep(content, clip, found)
        return found

    def keep(self, content: str, clip: Clip, found: Extracted) -> None:
        """Put into the cache what was computed: the rows of each shape, or the features."""
        if not self.of.shapes:
            key = cache_key(content, clip, self.of.settings, self.of.perturbation)
            self.cache.put(key, _entry(found.arrays[0]))
            return
        for key, rows in zip(self._keys(content, clip), found.arrays, strict=True):
            self.cache.put(key, _entry(rows, found.digest))

    def _find_rows(self, content: str, clip: Clip) -> Extracted | None:
        entries = [self.cache.get(key) for key in self._keys(content, clip)]
        arrays = [
            None if entry is None or len(entry.source) != 32 else _array(entry, shape.n_normalised)
            for entry, shape in zip(entries, self.of.made_shapes, strict=True)
        ]
        sources = {entry.source for entry in entries if entry is not None}
        if len(sources) != 1 or any(array is None for array in arrays):
            return None
        return Extracted(tuple(array for array in arrays if array is not None), sources.pop())

    def _keys(self, content: str, clip: Clip) -> list[bytes]:
        of = self.of
        return [cache_key(content, clip, of.settings, of.perturbation, shape) for shape in of.shapes]


def rows_of(shape: Shape, features: Features) -> Features:
    """Return what a shape makes of one utterance before it is normalised: float32 ``[n_normalised, t']``.

    Args:
        shape: Which.
        features: float32 ``[n_rows, t]``, frames of the utterance's own.
    """
    # A copy: features may be read-only, and torch wants arrays that it could write to.
    with torch.inference_mode(), calling("shape", shape):
        values, frames = shape.rows(torch.tensor(features)[None], torch.tensor([features.shape[1]]))
        rows = np.ascontiguousarray(values[0, :, : int(frames[0])].numpy())
    if is_outside(shape):
        size = (shape.n_normalised, 1 if shape.one_frame else max(1, rows.shape[1]))
        if rows.shape != size or rows.dtype != np.float32:
            raise refused("shape", shape, f"gives rows {rows.dtype} {list(rows.shape)}; expected float32 {list(size)}")
        if not bool(np.isfinite(rows).all()):
            raise refused("shape", shape, "gives rows with NaN or infinity; floor what you divide by")
    return rows


def feature_digest(features: Features) -> bytes:
    """Return the SHA-256 of features, 32 bytes, as the cache knows them."""
    return _entry(features).digest


def _entry(values: Features, source: bytes = b"") -> Entry:
    return Entry(values.shape[0], values.astype("<f4", copy=False).tobytes(), source)


def _array(entry: Entry, n_rows: int) -> Features | None:
    """Return an entry as float32 ``[n_rows, t]``; ``None`` where it has another number of rows."""
    if entry.rows != n_rows or len(entry.data) % (4 * n_rows):
        return None
    return np.frombuffer(entry.data, "<f4").reshape(n_rows, -1).astype(np.float32, copy=False)
