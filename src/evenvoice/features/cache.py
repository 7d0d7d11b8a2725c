"""Features on disk, one ``.npy`` a clip, found again by the content of the audio and by what made them.

A name says everything that the features depend on: the bytes of the recording, the part of it that is used, the
extractor with its options, its version and the digest of weights from elsewhere, and `DECODING_VERSION`. So a changed
file, option or extractor has another name, and nothing stale can be read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from evenvoice.audio import Clip
from evenvoice.errors import EvenvoiceError
from evenvoice.features.extractor import EXTRACTORS, Features, FeatureSettings
from evenvoice.files import cache_folder, writing

# Raise it with every change to `audio` that changes a waveform. An extractor has a version of its own.
DECODING_VERSION = 4


def features_folder() -> Path:
    """Return the folder of the cached features."""
    return cache_folder() / "features"


def cache_path(content: str, clip: Clip, settings: FeatureSettings, perturbation: str | None = None) -> Path:
    """Return where the features of a clip are kept.

    Args:
        content: SHA-256 of the file, from `evenvoice.audio.content_hash`.
        clip: ``start`` and ``end`` count; the file's name does not.
        settings: The extractor and its options.
        perturbation: What is done to the waveform first.

    Examples:
        >>> one, other = Clip(Path("a.wav")), Clip(Path("b.wav"))
        >>> cache_path("00", one, FeatureSettings()) == cache_path("00", other, FeatureSettings())
        True
        >>> cache_path("00", one, FeatureSettings()) == cache_path("00", one, FeatureSettings(n_mfcc=20))
        False
    """
    made_of = {
        "content": content,
        "start": None if clip.start is None else float(clip.start),
        "end": None if clip.end is None else float(clip.end),
        "extractor": settings.model_dump(),
        "version": EXTRACTORS[settings.name].version,
        "decoding": DECODING_VERSION,
        **({"perturbation": perturbation} if perturbation else {}),
        **({"digest": digest} if (digest := getattr(settings.make(), "digest", None)) else {}),
    }
    key = hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()
    return features_folder() / key[:2] / f"{key}.npy"


def read_features(path: Path, n_rows: int) -> Features | None:
    """Return cached features ``[n_rows, t]``, or ``None`` where there are none or the file is damaged."""
    try:
        features = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        # Missing, cut off or overwritten: it can be made again, which is what a cache is for.
        return None
    if not isinstance(features, np.ndarray) or features.dtype != np.float32 or features.ndim != 2:
        return None
    return features if features.shape[0] == n_rows and np.isfinite(features).all() else None


def write_features(path: Path, features: Features) -> None:
    """Keep features; the file is whole or absent.

    Raises:
        EvenvoiceError: The cache cannot be written to.
    """
    try:
        with writing(path) as aside, aside.open("wb") as handle:
            np.save(handle, features, allow_pickle=False)
    except OSError as error:
        raise EvenvoiceError(
            f"{path}: the feature cache cannot be written ({error.strerror or error}); make room or set EVENVOICE_CACHE"
        ) from error
    except EvenvoiceError as error:
        raise EvenvoiceError(f"{error}, with EVENVOICE_CACHE") from error


def cache_size() -> tuple[int, int]:
    """Return how many files the feature cache holds and how many bytes."""
    sizes = [path.stat().st_size for path in _cached()]
    return len(sizes), sum(sizes)


def clear_cache() -> tuple[int, int]:
    """Delete the cached features; return how many files and bytes that were."""
    files = freed = 0
    for path in _cached():
        size = path.stat().st_size
        path.unlink()
        files, freed = files + 1, freed + size
    return files, freed


def _cached() -> Iterator[Path]:
    """Yield the files of the feature cache, half-written ones that a killed process left included."""
    folder = features_folder()
    yield from sorted(folder.glob("??/*.npy")) if folder.is_dir() else ()
