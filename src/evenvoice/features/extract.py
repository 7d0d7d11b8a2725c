"""Clips to ragged features, or to the rows of shapes: cached, in parallel, and without unusable recordings."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import torch
from joblib import delayed

from evenvoice.audio import Clip, Waveform, content_hash, load, open_perturbation
from evenvoice.errors import AudioError
from evenvoice.features.cache import cache_key, features_folder
from evenvoice.features.extractor import Extractor, Features, FeatureSettings, compute
from evenvoice.features.shapes import SHAPES, Shape, ShapeSettings
from evenvoice.features.shards import Entry, Shards
from evenvoice.features.threads import one_thread
from evenvoice.parallel import in_parallel


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


def extract(
    clips: Sequence[Clip],
    settings: FeatureSettings,
    *,
    perturbation: str | None = None,
    jobs: int = 1,
    skip_bad: bool = False,
    on_bad: Callable[[int, AudioError], None] | None = None,
) -> list[Features | None]:
    """Return the features of each clip, in order: float32 ``[n_rows, t]``, each of its own length.

    Features are cached by content, each clip as soon as it is done: nothing finished is lost when a later one fails.

    Args:
        clips: Which recordings, or parts of them.
        settings: The extractor and its options.
        perturbation: What is done to each waveform first, such as ``speed:0.9``: for training parts alone. What it
            draws at random follows from the recording.
        jobs: How many clips to work on at a time. The result is the same, bit for bit.
        skip_bad: Give ``None`` for a recording that cannot be used, and go on.
        on_bad: Called with the position and the error of each recording passed over.

    Raises:
        AudioError: The first recording that cannot be used, unless ``skip_bad``.
        EvenvoiceError: The cache cannot be written to.

    Examples:
        >>> from pathlib import Path
        >>> bad = []
        >>> extract([Clip(Path("a.wav"))], FeatureSettings(), skip_bad=True, on_bad=lambda i, e: bad.append(str(e)))
        [None]
        >>> bad
        ['a.wav: no such file; check the path']
    """
    found = extract_each(clips, settings, perturbation=perturbation, jobs=jobs, skip_bad=skip_bad, on_bad=on_bad)
    return [None if one is None else one.arrays[0] for one in found]


def extract_each(
    clips: Sequence[Clip],
    settings: FeatureSettings,
    shapes: Sequence[ShapeSettings] = (),
    *,
    perturbation: str | None = None,
    jobs: int = 1,
    skip_bad: bool = False,
    on_bad: Callable[[int, AudioError], None] | None = None,
) -> Generator[Extracted | None, None, None]:
    """Yield what each clip gives, in order, as it is done: `extract` for a corpus that does not fit into memory.

    Args:
        clips: See `extract`.
        settings: See `extract`.
        shapes: Whose rows to give instead of the features, each `keeps_rows`. Rows are cached in place of features.
        perturbation: See `extract`.
        jobs: See `extract`.
        skip_bad: See `extract`.
        on_bad: See `extract`.

    Raises:
        AudioError: See `extract`.
        EvenvoiceError: See `extract`.
    """
    extractor = settings.make()
    wanted = [(shape, shape.make(extractor)) for shape in shapes]
    what = f"features, {perturbation}" if perturbation else "features"
    with Shards(features_folder()) as cache, one_thread():
        # Threads: decoding, hashing and the transforms all release Python's lock, and threads start at once.
        each = _OfClip(settings, extractor, wanted, perturbation, cache)
        calls = (delayed(each)(clip) for clip in clips)
        with closing(in_parallel(calls, what, len(clips), jobs=jobs, threads=True)) as results:
            for index, result in enumerate(results):
                if not isinstance(result, AudioError):
                    yield result
                    continue
                if not skip_bad:
                    raise result
                if on_bad is not None:
                    on_bad(index, result)
                yield None


def extract_waveforms(waveforms: Sequence[Waveform], settings: FeatureSettings) -> list[Features]:
    """Return the features of waveforms in memory, as `extract` does for recordings, without the cache.

    Args:
        waveforms: float32 ``[n]`` each, mono at the settings' sample rate.
        settings: The extractor and its options.

    Examples:
        >>> import numpy as np
        >>> [values.shape for values in extract_waveforms([np.ones(16000, np.float32)], FeatureSettings())]
        [(120, 32)]
    """
    extractor = settings.make()
    with one_thread():
        return [compute(extractor, waveform) for waveform in waveforms]


def keeps_rows(settings: ShapeSettings) -> bool:
    """Whether a shape's rows stand for the features of a clip: they are one vector, and the shape has a ``version``.

    Examples:
        >>> keeps_rows(ShapeSettings(name="functionals")), keeps_rows(ShapeSettings(name="channels"))
        (True, False)
    """
    shape = SHAPES[settings.name]
    return bool(getattr(shape, "one_frame", False)) and isinstance(getattr(shape, "version", None), int)


def rows_of(shape: Shape, features: Features) -> Features:
    """Return what a shape makes of one utterance before it is normalised: float32 ``[n_normalised, t']``.

    Args:
        shape: Which.
        features: float32 ``[n_rows, t]``, frames of the utterance's own.
    """
    # A copy: features may be read-only, and torch wants arrays that it could write to.
    with torch.inference_mode():
        values, _ = shape.rows(torch.tensor(features)[None], torch.tensor([features.shape[1]]))
    return np.ascontiguousarray(values[0].numpy())


@dataclass(frozen=True)
class _OfClip:
    """What to compute of each clip, and where it is kept."""

    settings: FeatureSettings
    extractor: Extractor
    shapes: Sequence[tuple[ShapeSettings, Shape]]
    perturbation: str | None
    cache: Shards

    def __call__(self, clip: Clip) -> Extracted | AudioError:
        """Return what a clip gives, from the cache where it is there, or why there is nothing."""
        try:
            content = content_hash(clip.file)
            if self.shapes:
                return self._rows(content, clip)
            features, digest = self._features(content, clip, keep=True)
            return Extracted((features,), digest)
        except AudioError as error:
            return error

    def _rows(self, content: str, clip: Clip) -> Extracted:
        keys = [cache_key(content, clip, self.settings, self.perturbation, shape) for shape, _ in self.shapes]
        entries = [self.cache.get(key) for key in keys]
        arrays = [
            None if entry is None or len(entry.source) != 32 else _array(entry, shape.n_normalised)
            for entry, (_, shape) in zip(entries, self.shapes, strict=True)
        ]
        sources = {entry.source for entry in entries if entry is not None}
        if len(sources) == 1 and all(array is not None for array in arrays):
            return Extracted(tuple(array for array in arrays if array is not None), sources.pop())
        features, digest = self._features(content, clip, keep=False)
        made = tuple(rows_of(shape, features) for _, shape in self.shapes)
        for key, rows in zip(keys, made, strict=True):
            self.cache.put(key, _entry(rows, digest))
        return Extracted(made, digest)

    def _features(self, content: str, clip: Clip, *, keep: bool) -> tuple[Features, bytes]:
        """Return the features and their digest; what is computed is kept where asked."""
        key = cache_key(content, clip, self.settings, self.perturbation)
        entry = self.cache.get(key)
        cached = None if entry is None else _array(entry, self.extractor.n_rows)
        if entry is not None and cached is not None:
            return cached, entry.digest
        rate = self.extractor.sample_rate
        waveform = load(clip.file, rate=rate, start=clip.start, end=clip.end)
        if self.perturbation is not None:
            waveform = open_perturbation(self.perturbation)(waveform, rate, int(content[:8], 16))
        features = compute(self.extractor, waveform)
        entry = _entry(features)
        if keep:
            self.cache.put(key, entry)
        return features, entry.digest


def feature_digest(features: Features) -> bytes:
    """Return the SHA-256 of features, 32 bytes, as the cache knows them."""
    return _entry(features).digest


def _entry(values: Features, source: bytes = b"") -> Entry:
    return Entry(values.shape[0], values.astype("<f4").tobytes(), source)


def _array(entry: Entry, n_rows: int) -> Features | None:
    """Return an entry as float32 ``[n_rows, t]``; ``None`` where it has another number of rows."""
    if entry.rows != n_rows or len(entry.data) % (4 * n_rows):
        return None
    return np.frombuffer(entry.data, "<f4").reshape(n_rows, -1).astype(np.float32, copy=False)
