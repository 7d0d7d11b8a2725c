"""Clips to ragged features: cached, in parallel, and without the recordings that cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing

from joblib import delayed

from evenvoice.audio import Clip, Waveform, content_hash, load, open_perturbation
from evenvoice.errors import AudioError
from evenvoice.features.cache import cache_path, read_features, write_features
from evenvoice.features.extractor import Extractor, Features, FeatureSettings, compute
from evenvoice.features.threads import one_thread
from evenvoice.parallel import in_parallel


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
    extractor = settings.make()
    found: list[Features | None] = []
    # Threads: decoding, hashing and the transforms all release Python's lock, and threads start at once.
    calls = (delayed(_features)(clip, settings, extractor, perturbation) for clip in clips)
    what = f"features, {perturbation}" if perturbation else "features"
    work = in_parallel(calls, what, len(clips), jobs=jobs, threads=True)
    with one_thread(), closing(work) as results:
        for index, result in enumerate(results):
            if isinstance(result, AudioError):
                if not skip_bad:
                    raise result
                if on_bad is not None:
                    on_bad(index, result)
                found.append(None)
            else:
                found.append(result)
    return found


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


def _features(
    clip: Clip, settings: FeatureSettings, extractor: Extractor, perturbation: str | None
) -> Features | AudioError:
    """Return the features of one clip, from the cache where it has them, or why there are none."""
    try:
        content = content_hash(clip.file)
        path = cache_path(content, clip, settings, perturbation)
        cached = read_features(path, extractor.n_rows)
        if cached is not None:
            return cached
        waveform = load(clip.file, rate=extractor.sample_rate, start=clip.start, end=clip.end)
        if perturbation is not None:
            perturb = open_perturbation(perturbation)
            waveform = perturb(waveform, extractor.sample_rate, int(content[:8], 16))
    except AudioError as error:
        return error
    features = compute(extractor, waveform)
    write_features(path, features)
    return features
