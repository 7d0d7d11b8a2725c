"""Systems to compare: results of studies, and tables of predictions from elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from evenvoice.arguments import as_path
from evenvoice.errors import EvenvoiceError, shown
from evenvoice.metrics import Varies, labels_of, read_predictions
from evenvoice.study.results import Result, Study, load_study
from evenvoice.study.scoring import as_predictions
from evenvoice.study.seeds import Seed

_EXPECTED = "compare: found {}; expected a study, its folder or a table of predictions"


@dataclass(frozen=True)
class System:
    """Predictions of one system: a result of a study, or a table of predictions from elsewhere.

    Attributes:
        source: The folder or file.
        name: The recipe, or the file's name.
        protocol: ``None`` for a table from elsewhere: evenvoice cannot vouch for how it came about.
        corpus: Name and fingerprint; ``None`` for a table from elsewhere.
        labels: All emotions.
        tables: Predictions by seed.
        result: The result; ``None`` for a table from elsewhere.
    """

    source: Path
    name: str
    protocol: str | None
    corpus: tuple[str, str] | None
    labels: tuple[str, ...]
    tables: dict[Seed, pd.DataFrame]
    result: Result | None = None

    @property
    def varies(self) -> Varies:
        """What another seed changes; nobody knows of a table from elsewhere, and it counts as one fit of many."""
        return self.result.varies if self.result else "fits"

    @property
    def title(self) -> str:
        """Name and protocol."""
        return f"{self.name} × {self.protocol}" if self.protocol else self.name


def read_systems(sources: Any) -> list[System]:
    """Return every result of every study, and every table of predictions.

    Args:
        sources: As `compare` takes them.

    Raises:
        EvenvoiceError: A source is none of these, a table cannot be scored, or the systems are of different corpora.
    """
    if isinstance(sources, Mapping):
        systems = [system for name, source in sources.items() for system in _read(source, str(name))]
    else:
        one = isinstance(sources, Study | System | pd.DataFrame | str | os.PathLike)
        if not one and (not isinstance(sources, Iterable) or isinstance(sources, bytes)):
            raise EvenvoiceError(_EXPECTED.format(shown(sources)))
        several: list[Any] = [sources] if one else list(sources)
        paths = [os.path.realpath(as_path(each, "compare")) for each in several if isinstance(each, str | os.PathLike)]
        twice = next((path for path in paths if paths.count(path) > 1), None)
        if twice is not None:
            raise EvenvoiceError(f"compare: {twice} is named twice; a system is compared with others: name it once")
        systems = [system for number, source in enumerate(several, 1) for system in _read(source, f"table {number}")]
    if not systems:
        raise EvenvoiceError("compare: nothing to compare; name folders that `evenvoice evaluate --out` wrote")
    _check_one_corpus(systems)
    for prefix in (lambda source: source.name, str):
        titles = [system.title for system in systems]
        systems = [
            replace(system, name=f"{prefix(system.source)}: {system.name}")
            if titles.count(system.title) > 1
            else system
            for system in systems
        ]
    return systems


def _read(source: Any, name: str) -> list[System]:
    """Return the systems of one source; ``name`` is of a table that has no file."""
    if isinstance(source, System):
        return [source]
    if isinstance(source, Study):
        return _of_study(source)
    if isinstance(source, pd.DataFrame):
        table = as_predictions(source, name)
        return [System(Path(name), name, None, None, labels_of(table), {Seed(0, 0): table})]
    if not isinstance(source, str | os.PathLike):
        raise EvenvoiceError(_EXPECTED.format(shown(source)))
    path = as_path(source, "compare")
    if path.is_dir():
        return _of_study(load_study(path))
    if not path.exists():
        raise EvenvoiceError(f"{path}: no such file or folder; check the path")
    table = read_predictions(path)
    return [System(path, path.stem, None, None, labels_of(table), {Seed(0, 0): table})]


def _of_study(study: Study) -> list[System]:
    corpus = study.corpus
    return [
        System(study.folder, result.recipe, result.protocol, (corpus["name"], corpus["fingerprint"]), result.labels,
               result.pooled, result)
        for result in study.results
    ]  # fmt: skip


def _check_one_corpus(systems: Sequence[System]) -> None:
    """Refuse to put figures of different corpora, or of different emotions, into one table."""
    first = systems[0]
    known = [system for system in systems if system.corpus]
    for system in known[1:]:
        if system.corpus != known[0].corpus:
            raise EvenvoiceError(
                f"compare: {system.source} is of corpus {_named(system)}, {known[0].source} of {_named(known[0])}; "
                "figures of different corpora do not belong in one table: compare them one corpus at a time"
            )
    for system in systems:
        if set(system.labels) != set(first.labels):
            raise EvenvoiceError(
                f"compare: {system.source} has the emotions {', '.join(system.labels)}, {first.source} has "
                f"{', '.join(first.labels)}; expected the same of all: evaluate with the same --emotions"
            )


def _named(system: System) -> str:
    assert system.corpus is not None
    return f"{system.corpus[0]} ({system.corpus[1][:8]})"
