"""Systems side by side: their figures with intervals, and each against the first on the same test utterances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from evenvoice.errors import EvenvoiceError, nearest
from evenvoice.metrics import Comparison, Interval, compare_systems, holm, intervals, labels_of, read_predictions
from evenvoice.study.results import Result, load_study
from evenvoice.study.seeds import Seed


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
    def title(self) -> str:
        """Name and protocol."""
        return f"{self.name} × {self.protocol}" if self.protocol else self.name


@dataclass(frozen=True)
class Standing:
    """One system of a comparison.

    Attributes:
        system: Which.
        ua: UA, mean over seeds, with its 95 % interval over speakers.
        wa: The same of WA.
        against_first: Against the first system, on the seeds that both have; ``None`` for the first itself, and where
            the test utterances are not the same.
        p_holm: ``against_first.p_ua`` after Holm's correction for all systems compared with the first.
        why_not: Why there is no comparison, in words.
    """

    system: System
    ua: Interval
    wa: Interval
    against_first: Comparison | None = None
    p_holm: float | None = None
    why_not: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what ``evenvoice compare --json`` prints of it; fractions."""
        system = self.system
        return {
            "system": system.name,
            "protocol": system.protocol,
            "source": str(system.source),
            "corpus": system.corpus[0] if system.corpus else None,
            "leaky": system.result.leaky if system.result else None,
            "transductive": system.result.transductive if system.result else None,
            "seeds": [seed.to_json() for seed in sorted(system.tables)],
            "test_rows": len(next(iter(system.tables.values()))),
            "ua": self.ua.to_json(),
            "wa": self.wa.to_json(),
            "against_first": self.against_first.to_json() if self.against_first else None,
            "p_ua_holm": self.p_holm,
            "why_not_compared": self.why_not or None,
        }


def read_systems(paths: Sequence[Path | str]) -> list[System]:
    """Read every result of every study folder, and every ``.csv`` table of predictions.

    Raises:
        EvenvoiceError: A path is neither, a table cannot be scored, or the systems are of different corpora.
    """
    systems = [system for path in paths for system in _read(Path(path))]
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


def select(systems: Sequence[System], recipes: Sequence[str] | None, protocols: Sequence[str] | None) -> list[System]:
    """Return the systems of these names and protocols (all of them, where ``None``); the order of ``recipes`` counts.

    Raises:
        EvenvoiceError: A name or protocol that no system has.
    """
    kept = list(systems)
    for what, wanted, of in (("recipe", recipes, "name"), ("protocol", protocols, "protocol")):
        if not wanted:
            continue
        known = list(dict.fromkeys(str(getattr(system, of)) for system in systems))
        for name in wanted:
            if name not in known:
                raise EvenvoiceError(
                    f"compare: no system of {what} {name!r}{nearest(name, known)}; there are {', '.join(known)}"
                )
        kept = [system for name in dict.fromkeys(wanted) for system in kept if getattr(system, of) == name]
    if not kept:
        raise EvenvoiceError("compare: no system of these recipes and protocols together; leave one option out")
    return kept


def compare(systems: Sequence[System]) -> list[Standing]:
    """Give each system its figures, and compare each with the first where both tested the same utterances.

    Systems are compared on the seeds that both have. The p values are of UA: see `compare_systems`.
    """
    first, *others = systems
    standings = [_alone(first)]
    for system in others:
        standing = _alone(system)
        try:
            standings.append(replace(standing, against_first=_paired(first, system)))
        except EvenvoiceError as error:
            # The systems are what they are: other test utterances are a fact to print, and no mistake of the user's.
            standings.append(replace(standing, why_not=str(error).removeprefix("compare: ")))
    found = [standing.against_first for standing in standings if standing.against_first]
    corrected = iter(holm([comparison.p_ua for comparison in found]))
    return [replace(standing, p_holm=next(corrected)) if standing.against_first else standing for standing in standings]


def _alone(system: System) -> Standing:
    found = intervals(list(system.tables.values()), system.labels)
    return Standing(system, found["ua"], found["wa"])


def _paired(first: System, second: System) -> Comparison:
    seeds = [seed for seed in first.tables if seed in second.tables]
    if not seeds:
        raise EvenvoiceError("no seed that both have")
    return compare_systems(
        [first.tables[seed] for seed in seeds], [second.tables[seed] for seed in seeds], first.labels
    )


def _read(path: Path) -> list[System]:
    if path.is_dir():
        study = load_study(path)
        corpus = study.corpus
        return [
            System(path, result.recipe, result.protocol, (corpus["name"], corpus["fingerprint"]), result.labels,
                   result.pooled, result)
            for result in study.results
        ]  # fmt: skip
    if not path.exists():
        raise EvenvoiceError(f"{path}: no such file or folder; check the path")
    table = read_predictions(path)
    return [System(path, path.stem, None, None, labels_of(table), {Seed(0, 0): table})]


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
