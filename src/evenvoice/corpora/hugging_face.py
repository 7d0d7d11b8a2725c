"""Hugging Face ``datasets``: a Dataset or DatasetDict with an ``Audio`` column becomes a corpus.

Source:
    https://huggingface.co/docs/datasets/audio_dataset (``Audio(decode=False)``: a path, or the bytes of a recording).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from evenvoice.corpora.column_names import USUAL, parse_columns
from evenvoice.corpora.corpus import Corpus
from evenvoice.corpora.frame import open_frame
from evenvoice.corpora.paths import at_home
from evenvoice.corpora.table import INDEX
from evenvoice.errors import EvenvoiceError, nearest
from evenvoice.extras import need
from evenvoice.files import cache_folder, writing


def open_datasets(source: Any, columns: Mapping[str, str] | str | None = None) -> Corpus:
    """Make a corpus of a `datasets.Dataset` or `datasets.DatasetDict`.

    The recordings are those of the ``Audio`` column; the emotion is the column ``emotion``, else ``label`` (or another
    usual name) where that is a ``ClassLabel``, which a warning says. Several splits give the column ``split``. Local
    files are used where they lie. Recordings that the dataset holds itself are written to the cache, once.

    Args:
        source: The dataset; nothing of it is decoded.
        columns: Which column is which, ``emotion=mood,file=speech``.

    Raises:
        EvenvoiceError: No ``Audio`` column, or several; no emotions; a streamed dataset; recordings that are not here.
    """
    import datasets

    if isinstance(source, datasets.IterableDataset | datasets.IterableDatasetDict):
        raise EvenvoiceError("dataset: it is streamed, and training needs its rows at hand; load it without streaming")
    parts = source if isinstance(source, datasets.DatasetDict) else {None: source}
    if not parts:
        raise EvenvoiceError("dataset: a DatasetDict without a split; load it again")
    mapping, notes = parse_columns(columns), []
    first = next(iter(parts.values()))
    file = _audio_column(first, mapping)
    emotion = mapping.get("emotion") or _emotion_column(first)
    if emotion is not None and "emotion" not in mapping and emotion.lower() != "emotion":
        mapping = {**mapping, "emotion": emotion}
        notes.append(f"the emotion is its column {emotion!r}; another is named with columns emotion=…")
    mapping = {ours: theirs for ours, theirs in mapping.items() if ours != "file"}
    frames = [_frame(part, file, None if len(parts) == 1 else str(split)) for split, part in parts.items()]
    info = first.info
    corpus = open_frame(
        pd.concat(frames), name=str(info.dataset_name or "dataset"), licence=info.license or "not stated",
        columns=mapping, what="dataset",
    )  # fmt: skip
    return Corpus(corpus.name, corpus.table, corpus.licence, notes=(*notes, *corpus.notes))


def open_datasets_path(path: str, columns: Mapping[str, str] | str | None = None) -> Corpus:
    """Read a folder that ``save_to_disk`` wrote."""
    need("datasets", f"corpus 'datasets:{path}'")
    import datasets

    try:
        found = datasets.load_from_disk(str(at_home(path)))
    except Exception as error:  # of the library, of Arrow and of the file system
        raise EvenvoiceError(
            f"datasets:{path}: cannot be loaded ({type(error).__name__}: {error}); name a folder that "
            "Dataset.save_to_disk wrote"
        ) from error
    return open_datasets(found, columns)


def _audio_column(dataset: Any, mapping: Mapping[str, str]) -> str:
    """Return the column that holds the recordings, or their paths."""
    import datasets

    found = [name for name, kind in dataset.features.items() if isinstance(kind, datasets.Audio)]
    there = ", ".join(dataset.column_names)
    if "file" in mapping:
        if mapping["file"] not in dataset.column_names:
            near = nearest(mapping["file"], dataset.column_names)
            raise EvenvoiceError(f"dataset: no column {mapping['file']!r}{near}; it has {there}")
        return str(mapping["file"])
    if not found and "file" in dataset.column_names:
        found = ["file"]
    if len(found) != 1:
        which = "no Audio column" if not found else f"several Audio columns ({', '.join(found)})"
        raise EvenvoiceError(
            f"dataset: {which}; it has {there}; name the one with the recordings, or their paths, with columns file=…"
        )
    return str(found[0])


def _emotion_column(dataset: Any) -> str | None:
    """Return the column that is called so, else the one class label with a usual name."""
    import datasets

    if any(name.lower() == "emotion" for name in dataset.column_names):
        return None
    labels = [name for name, kind in dataset.features.items() if isinstance(kind, datasets.ClassLabel)]
    usual = [name for name in labels if name.lower() in USUAL["emotion"]]
    return usual[0] if len(usual) == 1 else None


def _frame(dataset: Any, file: str, split: str | None) -> pd.DataFrame:
    """Return the rows of a dataset: names of classes in place of their numbers, files in place of recordings."""
    import datasets

    features = dataset.features
    kept = [name for name, kind in features.items() if isinstance(kind, datasets.Value | datasets.ClassLabel)]
    frame: pd.DataFrame = dataset.select_columns([name for name in kept if name != file]).with_format(None).to_pandas()
    for name in frame:
        if isinstance(features[name], datasets.ClassLabel):
            names = features[name].names
            frame[name] = [None if pd.isna(n) or n < 0 else names[int(n)] for n in frame[name]]
    frame = frame.drop(columns=[name for name in frame if name == "file" or (name == "split" and split is not None)])
    found = [*_files(dataset, file)]
    shared = os.path.commonpath([path.parent for path, _ in found]) if found else ""
    frame["file"] = [str(path) for path, _ in found]
    ids = [key or path.relative_to(shared).as_posix() for path, key in found]
    if split is not None:
        frame["split"] = split
        ids = [f"{split}/{key}" for key in ids]
    frame.index = pd.Index(ids, name=INDEX)
    return frame


def _files(dataset: Any, column: str) -> Iterator[tuple[Path, str | None]]:
    """Yield the file of each recording; with a name of its own where the dataset held it."""
    import datasets

    rows = dataset.select_columns([column]).with_format(None)
    if isinstance(rows.features[column], datasets.Audio):
        rows = rows.cast_column(column, datasets.Audio(decode=False))
    for number, row in enumerate(rows):
        value = row[column]
        path, data = (value.get("path"), value.get("bytes")) if isinstance(value, dict) else (value, None)
        if data:  # as `datasets` decodes it: beside the bytes, the path is a name, which another file here may have
            yield _kept(data), Path(path).name if path else f"{number:06d}"
        elif path and Path(path).is_file():
            yield Path(path).absolute(), None
        else:
            raise EvenvoiceError(
                f"dataset, row {number}: {column} holds no recording, and {str(path)!r} is no file here; load the "
                "dataset where its files are"
            )


def _kept(data: bytes) -> Path:
    """Return the file in the cache that holds these bytes; written where there is none yet."""
    digest = hashlib.sha256(data).hexdigest()
    path = cache_folder() / "datasets" / digest[:2] / digest
    if not path.is_file() or path.stat().st_size != len(data):
        with writing(path) as aside:
            aside.write_bytes(data)
    return path
