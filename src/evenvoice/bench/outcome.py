"""What a bench found: each method's figures, and each against none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, isnan, nan
from statistics import fmean
from typing import TYPE_CHECKING, Any

import pandas as pd

from evenvoice.arguments import as_path
from evenvoice.bench.left_out import LeftOut, read_left_out
from evenvoice.bench.methods import NONE, kind_of, name_of
from evenvoice.errors import EvenvoiceError
from evenvoice.metrics import Comparison, Interval
from evenvoice.protocols import thinned_name
from evenvoice.study import Result, Standing, Study, compare, load_study

if TYPE_CHECKING:
    from pathlib import Path

    from evenvoice.tables import Table


@dataclass(frozen=True)
class Entry:
    """A recipe with a method, under a protocol.

    Attributes:
        recipe: The recipe's name, without the method.
        method: The method's name.
        standing: Its UA and WA, and the comparison with `NONE`: see `Standing`.
        rarest: The emotion with the fewest training rows.
    """

    recipe: str
    method: str
    standing: Standing
    rarest: str

    @property
    def result(self) -> Result:
        """All its runs."""
        assert self.standing.system.result is not None
        return self.standing.system.result

    @property
    def protocol(self) -> str:
        """The protocol, with the ratio that training parts were thinned to."""
        return self.result.protocol

    @property
    def kind(self) -> str:
        """``sampler``, ``loss``, ``decision``, ``training``, ``combination`` or ``none``, by the recipe in its runs."""
        return kind_of(self.result.runs[0].recipe)

    @property
    def ua(self) -> Interval:
        """UA."""
        return self.standing.ua

    @property
    def wa(self) -> Interval:
        """WA."""
        return self.standing.wa

    @property
    def recall(self) -> Interval:
        """Recall of the rarest emotion."""
        return self.result.intervals[f"recall:{self.rarest}"]

    @property
    def ece(self) -> Interval:
        """Expected calibration error."""
        return self.result.intervals["ece"]

    @property
    def against_none(self) -> Comparison | None:
        """The comparison with `NONE`; ``None`` for itself, and where the two cannot be compared."""
        return self.standing.against_first

    def gain(self, measure: str = "ua") -> Interval | None:
        """Return the difference to `NONE` in ``ua``, ``wa``, ``ece`` or ``rarest``; ``None`` where there is none."""
        name = f"recall:{self.rarest}" if measure == "rarest" else measure
        return self.against_none.differences.get(name) if self.against_none else None

    @property
    def rows(self) -> float:
        """Training rows of a fit, mean over runs."""
        return fmean(sum(run.info["counts"]["after"].values()) for run in self.result.runs)

    @property
    def steps(self) -> float:
        """Batches up to the epoch that was kept, mean over runs; 0 of a classical classifier, which has none."""
        return fmean(
            run.info["epoch"] * ceil(sum(run.info["counts"]["after"].values()) / run.recipe["training"]["batch_size"])
            for run in self.result.runs
        )

    @property
    def imbalance(self) -> float:
        """Largest over smallest class of the training parts, before any method; mean over runs."""
        before = [[n for n in run.info["counts"]["before"].values() if n] for run in self.result.runs]
        return fmean(max(counts) / min(counts) for counts in before)

    @property
    def rarest_rows(self) -> float:
        """Training rows of the smallest class, before any method; mean over runs."""
        return fmean(min(n for n in run.info["counts"]["before"].values() if n) for run in self.result.runs)

    @property
    def seconds(self) -> float:
        """CPU time of a fit with its answers, mean over runs; of earlier runs the time that passed."""
        return fmean(float(run.info.get("cpu_seconds", run.info["seconds"])) for run in self.result.runs)

    @property
    def memory(self) -> float:
        """The most memory that a run took, bytes; NaN where it was not measured."""
        return max((float(run.info.get("memory") or nan) for run in self.result.runs), default=nan)

    def to_json(self) -> dict[str, Any]:
        """Return its numbers, fractions, seconds and bytes; ``None`` for what is not known."""
        found = self.against_none
        thinned = thinned_name(self.protocol)
        values: dict[str, Any] = {
            "recipe": self.recipe,
            "method": self.method,
            "kind": self.kind,
            "protocol": self.protocol,
            "thinned_to": thinned[1] if thinned else None,
            "imbalance": round(self.imbalance, 3),
            "rarest": self.rarest,
            "rarest_rows": round(self.rarest_rows, 2),
        }
        for name, interval in (("ua", self.ua), ("wa", self.wa), ("recall_rarest", self.recall), ("ece", self.ece)):
            values |= _ends(name, interval)
        for name in ("ua", "wa", "rarest", "ece"):
            values |= _ends(f"{name}_gain", self.gain(name))
        values |= {
            "p": found.p_ua if found else None,
            "p_holm": self.standing.p_holm,
            "detectable": found.detectable if found else None,
            "speakers": self.ua.units,
            "seeds": len(self.result.seeds),
            "rows": round(self.rows, 1),
            "seconds": round(self.seconds, 3),
            "memory": None if isnan(self.memory) else int(self.memory),
            "why_not_compared": self.standing.why_not or None,
        }
        return {name: None if isinstance(value, float) and isnan(value) else value for name, value in values.items()}


@dataclass(frozen=True, repr=False)
class Bench:
    """Recipes with methods on one corpus, each compared with `NONE`.

    Attributes:
        study: The runs.
        entries: By recipe and protocol; `NONE` first, then from the highest UA to the lowest.
        left_out: What is not among them, with the reason.
    """

    study: Study
    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...] = ()

    @classmethod
    def of(cls, study: Study, left_out: Sequence[LeftOut] = ()) -> Bench:
        """Compare the results of a study.

        Args:
            study: Of recipes named ``<recipe>+<method>``.
            left_out: What is left out; of a recipe and protocol that it names, no result is shown.

        Raises:
            EvenvoiceError: No recipe stands beside the same one with no method.
        """
        names = {result.recipe for result in study.results}
        bases = sorted({name.removesuffix(f"+{NONE}") for name in names if name.endswith(f"+{NONE}")})
        unfit = {(one.recipe, one.protocol) for one in left_out}
        entries: list[Entry] = []
        for base in bases:
            for protocol in dict.fromkeys(result.protocol for result in study.results):
                results = [
                    result
                    for result in study.results
                    if result.protocol == protocol
                    and result.recipe.startswith(f"{base}+")
                    and (result.recipe, protocol) not in unfit
                ]
                entries += _compared(study, base, results)
        if not entries:
            raise EvenvoiceError(
                f"{study.folder}: no recipe was evaluated with no method, so none can be compared; expected a folder "
                "that `evenvoice balance --out` wrote"
            )
        return cls(study, tuple(entries), tuple(left_out))

    @cached_property
    def groups(self) -> dict[tuple[str, str], list[Entry]]:
        """The entries of each recipe and protocol."""
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries:
            found.setdefault((entry.recipe, entry.protocol), []).append(entry)
        return found

    def table(self) -> Table:
        """Return the table: ``print`` it, or take ``.to_markdown()``, ``.to_csv()``, …."""
        from evenvoice.bench.table import bench_table

        return bench_table(self)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a recipe, protocol and method; fractions, seconds and bytes."""
        return pd.DataFrame([entry.to_json() for entry in self.entries])

    def to_json(self) -> dict[str, Any]:
        """Return what ``evenvoice balance --json`` prints."""
        return {
            "corpus": self.study.corpus,
            "entries": [entry.to_json() for entry in self.entries],
            "left_out": [vars(one) for one in self.left_out],
        }

    def __repr__(self) -> str:
        size = f"{len(self.groups)} recipes and protocols, {len(self.entries)} results"
        return f"<Bench of {self.study.corpus['name']}: {size}, in {self.study.folder}>"

    def _repr_html_(self) -> str:
        return self.table().to_html()


def open_bench(folder: Path | str) -> Bench:
    """Read the folder that `balance` wrote; of a bench that was stopped, what has no run yet is left out, and named.

    Raises:
        EvenvoiceError: It holds no study, or none of a bench.
    """
    folder = as_path(folder, "folder")
    study, left_out = load_study(folder), read_left_out(folder)
    return Bench.of(study, [*left_out, *_not_run(study, left_out)])


def _not_run(study: Study, left_out: Sequence[LeftOut]) -> list[LeftOut]:
    """Return what was asked for in the folder and has no run, or no run of `NONE` beside it."""
    asked = study.info.get("asked", {})
    there = {(result.recipe, result.protocol) for result in study.results}
    known = {(one.recipe, one.protocol) for one in left_out}
    bases = [name.removesuffix(f"+{NONE}") for name in asked.get("recipes", []) if name.endswith(f"+{NONE}")]
    found = []
    for recipe in asked.get("recipes", []):
        base = next((base for base in bases if recipe.startswith(f"{base}+")), None)
        for protocol in asked.get("protocols", []):
            if base is None or (recipe, "") in known or (recipe, protocol) in known:
                continue
            if (recipe, protocol) not in there:
                found.append(LeftOut(recipe, "no run yet; the command that was stopped goes on with it", protocol))
            elif (f"{base}+{NONE}", protocol) not in there:
                why = f"no run of {base}+{NONE} yet to compare with; the command that was stopped goes on with it"
                found.append(LeftOut(recipe, why, protocol))
    return found


def _compared(study: Study, base: str, results: Sequence[Result]) -> list[Entry]:
    """Return the entries of one recipe under one protocol, `NONE` first; nothing without it."""
    first = f"{base}+{NONE}"
    if first not in {result.recipe for result in results}:
        return []
    part = Study(study.folder, study.info, tuple(results))
    rarest = _rarest(next(result for result in results if result.recipe == first))
    standings = compare(part, reference=(first, results[0].protocol))
    none, *others = [Entry(base, _method(standing, base), standing, rarest) for standing in standings]
    return [none, *sorted(others, key=lambda entry: -entry.ua.estimate)]


def _method(standing: Standing, base: str) -> str:
    assert standing.system.result is not None
    return name_of(standing.system.result.runs[0].recipe, standing.system.name.removeprefix(f"{base}+"))


def _rarest(result: Result) -> str:
    """The emotion with the fewest training rows over all runs, the first in the alphabet of equals."""
    counts = pd.DataFrame([run.info["counts"]["before"] for run in result.runs]).sum().sort_index()
    return str(counts.idxmin())


def _ends(name: str, interval: Interval | None) -> dict[str, float | None]:
    keys = (name, f"{name}_low", f"{name}_high")
    return dict(zip(keys, (interval.estimate, interval.low, interval.high) if interval else (None,) * 3, strict=True))
