"""Features on disk, found again by the content of the audio and by what made them.

A key says everything that the features depend on: the bytes of the recording, the part of it that is used, the
extractor with its options, its version and the digest of weights from elsewhere, `DECODING_VERSION`, and, of a shape's
rows, the shape with its options and version. So a changed file, option or extractor has another key, and nothing stale
can be read.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from evenvoice.audio import Clip
from evenvoice.features.extractor import EXTRACTORS, FeatureSettings
from evenvoice.features.shapes import SHAPES, ShapeSettings
from evenvoice.features.shards import shard_files
from evenvoice.files import cache_folder

# Raise it with every change to `audio` that changes a waveform. Extractors and shapes have versions of their own.
DECODING_VERSION = 4


def features_folder() -> Path:
    """Return the folder of the cached features."""
    return cache_folder() / "features"


def cache_key(
    content: str,
    clip: Clip,
    settings: FeatureSettings,
    perturbation: str | None = None,
    shape: ShapeSettings | None = None,
) -> bytes:
    """Return the key under which the features of a clip are kept, 32 bytes.

    Args:
        content: SHA-256 of the file, from `evenvoice.audio.content_hash`.
        clip: ``start`` and ``end`` count; the file's name does not.
        settings: The extractor and its options.
        perturbation: What is done to the waveform first.
        shape: Of the rows that a shape makes of the features; the features themselves if not given.

    Examples:
        >>> one, other = Clip(Path("a.wav")), Clip(Path("b.wav"))
        >>> cache_key("00", one, FeatureSettings()) == cache_key("00", other, FeatureSettings())
        True
        >>> cache_key("00", one, FeatureSettings()) == cache_key("00", one, FeatureSettings(n_mfcc=20))
        False
    """
    made_of = {
        "content": content,
        "start": None if clip.start is None else float(clip.start),
        "end": None if clip.end is None else float(clip.end),
        "extractor": settings.model_dump(),
        "version": EXTRACTORS[settings.name].version,
        "decoding": DECODING_VERSION,
        # Two classes of one name, from two notebooks or before and after a change, share nothing.
        **({"code": code} if (code := EXTRACTORS.code(settings.name)) else {}),
        **({"shape code": code} if shape and (code := SHAPES.code(shape.name)) else {}),
        **({"perturbation": perturbation} if perturbation else {}),
        **({"digest": digest} if (digest := getattr(settings.make(), "digest", None)) else {}),
        **({"shape": shape.model_dump(), "shape version": SHAPES[shape.name].version} if shape else {}),
    }
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).digest()


def cache_size() -> tuple[int, int]:
    """Return how many files the feature cache holds and how many bytes."""
    sizes = [path.stat().st_size for path in _files()]
    return len(sizes), sum(sizes)


def clear_cache() -> tuple[int, int]:
    """Delete the cached features, those of earlier versions included; return how many files and bytes that were."""
    files = freed = 0
    for path in _files():
        with suppress(FileNotFoundError):  # cleared by another process meanwhile
            size = path.stat().st_size
            path.unlink()
            files, freed = files + 1, freed + size
    for folder in features_folder().glob("??"):
        with suppress(OSError):  # holds something that is not ours
            folder.rmdir()
    return files, freed


def _files() -> list[Path]:
    """The files of the feature cache; earlier versions kept one ``.npy`` a clip."""
    folder = features_folder()
    return [*shard_files(folder), *sorted(folder.glob("??/*.npy"))]
