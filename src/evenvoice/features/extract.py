"""Clips to ragged features, or to the rows of shapes: cached, in parallel, and without unusable recordings."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing

from joblib import delayed

from evenvoice.audio import Clip, Waveform
from evenvoice.errors import AudioError
from evenvoice.features.cache import features_folder
from evenvoice.features.extractor import Features, FeatureSettings, compute
from evenvoice.features.of_clip import CachedOfClip, Extracted, OfClip
from evenvoice.features.remote import compute_remotely
from evenvoice.features.shapes import SHAPES, ShapeSettings
from evenvoice.features.shards import Shards
from evenvoice.features.threads import one_thread
from evenvoice.parallel import Executor, in_parallel, is_remote


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
    executor: Executor | None = None,
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
        executor: Computes what is not cached yet, where it is `remote` (`evenvoice.parallel`).

    Raises:
        AudioError: See `extract`.
        EvenvoiceError: See `extract`.
    """
    of = OfClip(settings, shapes, perturbation)
    if is_remote(executor):
        assert executor is not None
        compute_remotely(clips, of, executor, skip_bad=skip_bad)
    with Shards(features_folder()) as cache, one_thread():
        # Threads: decoding, hashing and the transforms all release Python's lock, and threads start at once.
        each = CachedOfClip(of, cache)
        calls = (delayed(each)(clip) for clip in clips)
        with closing(in_parallel(calls, of.called, len(clips), jobs=jobs, threads=True)) as results:
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
