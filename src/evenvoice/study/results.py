"""A study read back: scores a seed from its pooled predictions, mean and standard deviation over seeds."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from evenvoice.arguments import as_path
from evenvoice.errors import EvenvoiceError, nearest, shown
from evenvoice.metrics import Interval, Scores, Varies, distinct, intervals, score, unweighted_accuracy
from evenvoice.study.records import Run, find_runs, read_run, read_study_file
from evenvoice.study.seeds import Seed
from evenvoice.study.table import results_table, values
from evenvoice.study.varies import varies
from evenvoice.tables import Table, count


class UnknownResultError(EvenvoiceError, KeyError):
    """A recipe or protocol of which a study has no result; a `KeyError` as well."""

    def __str__(self) -> str:
        # KeyError would put quotes around the line.
        return str(self.args[0])


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation over seeds (``None`` with one seed), as fractions."""

    mean: float
    sd: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Measure both.

        Examples:
            >>> Spread.of([0.5, 0.7]).sd is not None, Spread.of([0.5])
            (True, Spread(mean=0.5, sd=None))
        """
        return cls(statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None)


@dataclass(frozen=True, repr=False)
class Result:
    """All runs of one recipe under one protocol.

    Attributes:
        corpus: Name of the corpus.
        runs: Sorted by seed and fold.
    """

    corpus: str
    runs: tuple[Run, ...]

    @property
    def recipe(self) -> str:
        """Name of the recipe."""
        return self.runs[0].key.recipe

    @property
    def protocol(self) -> str:
        """Name of the protocol."""
        return self.runs[0].key.protocol

    @property
    def labels(self) -> tuple[str, ...]:
        """Emotions."""
        return tuple(self.runs[0].info["labels"])

    @property
    def leaky(self) -> bool:
        """True where the order of steps lets the test part into the training."""
        return any(run.info["promise"]["leaky"] for run in self.runs)

    @property
    def transductive(self) -> bool:
        """True where a test speaker's other, unlabelled audio took part."""
        return bool(self.runs[0].info["transductive"])

    @property
    def seeds(self) -> list[Seed]:
        """The seeds, sorted: of the split and of the fit."""
        return sorted({run.key.seed for run in self.runs})

    @property
    def folds(self) -> int:
        """Number of folds of a seed."""
        return len({run.key.fold for run in self.runs})

    @property
    def seconds(self) -> float:
        """Time of all runs together, fits and answers, each on one thread."""
        return float(sum(run.info["seconds"] for run in self.runs))

    @cached_property
    def pooled(self) -> dict[Seed, pd.DataFrame]:
        """For each seed, the predictions of all its folds."""
        return {
            seed: pd.concat([run.predictions for run in self.runs if run.key.seed == seed], ignore_index=True)
            for seed in self.seeds
        }

    @cached_property
    def scores(self) -> dict[Seed, Scores]:
        """For each seed, the scores of its pooled predictions."""
        return {seed: score(predictions, self.labels) for seed, predictions in self.pooled.items()}

    @cached_property
    def intervals(self) -> dict[str, Interval]:
        """Every score, mean over seeds, with its 95 % interval: ``ua``, ``recall:angry``, ``ece``, …."""
        return intervals(list(self.distinct.values()), self.labels, varies=self.varies)

    @cached_property
    def varies(self) -> Varies:
        """What another seed changes: the fits, the folds alone (nothing in the recipe is random), or nothing."""
        return varies(self)

    @property
    def distinct(self) -> dict[Seed, pd.DataFrame]:
        """Pooled predictions by seed, without those that are copies of others because nothing is random."""
        return distinct(self.pooled, self.varies)

    @property
    def ua(self) -> float:
        """Mean of the recalls of all emotions, mean over seeds; a fraction."""
        return self.over_seeds(lambda scores: scores.ua).mean

    @property
    def wa(self) -> float:
        """Accuracy, mean over seeds; a fraction."""
        return self.over_seeds(lambda scores: scores.wa).mean

    def __repr__(self) -> str:
        size = f"{count(len(self.seeds), 'seed')} × {count(self.folds, 'fold')}"
        return f"<Result {self.recipe} × {self.protocol} on {self.corpus}: {size}>"

    def over_seeds(self, measure: Callable[[Scores], float]) -> Spread:
        """Return mean and standard deviation of a measure over seeds: ``lambda scores: scores.ua``."""
        return Spread.of([measure(scores) for scores in self.scores.values()])

    def ua_of(self, synthetic: bool) -> Spread | None:
        """Return UA over the synthetic test rows alone, or the real ones; ``None`` where there are none.

        The synthetic one is a mean over the emotions that have synthetic rows: the largest has none.
        """
        parts = [table[table["synthetic"] == synthetic] for table in self.pooled.values()]
        if any(part.empty for part in parts):
            return None
        return Spread.of([unweighted_accuracy(part["emotion"], part["predicted"]) for part in parts])

    def to_json(self) -> dict[str, Any]:
        """Return what ``evenvoice evaluate --json`` prints of this result; fractions."""
        summary: dict[str, Any] = {
            "recipe": self.recipe,
            "corpus": self.corpus,
            "protocol": self.protocol,
            "shape": self.runs[0].recipe["shape"]["name"],
            "leaky": self.leaky,
            "transductive": self.transductive,
            "seeds": len(self.seeds),
            "varies": self.varies,
            "folds": self.folds,
            "n_test": self.scores[self.seeds[0]].n,
            "ua": vars(self.over_seeds(lambda scores: scores.ua)),
            "wa": vars(self.over_seeds(lambda scores: scores.wa)),
            "macro_f1": vars(self.over_seeds(lambda scores: scores.macro_f1)),
            "intervals": {name: found.to_json() for name, found in self.intervals.items()},
            "seconds": round(self.seconds, 1),
        }
        if self.leaky:
            for name, synthetic in (("ua_real", False), ("ua_synthetic", True)):
                spread = self.ua_of(synthetic)
                summary[name] = vars(spread) if spread else None
        return summary


@dataclass(frozen=True, repr=False)
class Study:
    """A folder of runs on one corpus.

    ``study[recipe, protocol]`` is one of its results; ``study[recipe]`` where the recipe has one only.

    Attributes:
        folder: Where it lies.
        info: ``study.json``.
        results: One for each recipe and protocol that has runs, in that order.
    """

    folder: Path
    info: dict[str, Any]
    results: tuple[Result, ...]

    @property
    def corpus(self) -> dict[str, Any]:
        """Name, licence, labels, number of utterances; ``synthetic`` where a machine spoke."""
        return dict(self.info["corpus"])

    def table(self) -> Table:
        """Return the results as a table: ``print`` it, or take ``.to_markdown()``, ``.to_latex()``."""
        return results_table(self)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a recipe and protocol: ``ua``, ``wa`` and ``macro_f1`` with ends of intervals; fractions."""
        return pd.DataFrame(values(self))

    def __getitem__(self, key: str | tuple[str, str]) -> Result:
        """Return the result of a recipe under a protocol, or of a recipe where it has one result only.

        Raises:
            UnknownResultError: The study has no such result, or several.
        """
        wanted = key if isinstance(key, tuple) else (key,)
        if len(wanted) not in (1, 2) or not all(isinstance(name, str) for name in wanted):
            raise UnknownResultError(
                f"study {self.folder}: found [{shown(key)}]; expected [recipe, protocol], for example "
                "['smote-2dcnn', 'speaker-folds']"
            )
        found = [result for result in self.results if (result.recipe, result.protocol)[: len(wanted)] == wanted]
        if len(found) == 1:
            return found[0]
        there = [f"{result.recipe!r}, {result.protocol!r}" for result in self.results]
        asked = ", ".join(map(shown, wanted))
        why = f"has several results of {asked}" if found else f"has no result {asked}{nearest(asked, there)}"
        raise UnknownResultError(f"study {self.folder}: {why}; there are {'; '.join(there) or 'none'}")

    def __repr__(self) -> str:
        recipes = len({result.recipe for result in self.results})
        protocols = len({result.protocol for result in self.results})
        seeds = max((len(result.seeds) for result in self.results), default=0)
        size = f"{count(recipes, 'recipe')} × {count(protocols, 'protocol')}, {count(seeds, 'seed')}"
        return f"<Study of {self.corpus['name']}: {size}, in {self.folder}>"

    def _repr_html_(self) -> str:
        return self.table().to_html()

    def only(self, recipes: Collection[str], protocols: Collection[str], seeds: Collection[Seed | int]) -> Study:
        """Return the study with these recipes, protocols and seeds alone, in this order."""
        wanted = {Seed.of(seed) for seed in seeds}
        ordered = _in_order(self.results, list(recipes), list(protocols))
        kept = [
            replace(result, runs=tuple(run for run in result.runs if run.key.seed in wanted))
            for result in ordered
            if result.recipe in recipes and result.protocol in protocols
        ]
        return replace(self, results=tuple(result for result in kept if result.runs))


def load_study(folder: Path | str) -> Study:
    """Read a study's folder.

    Args:
        folder: What `evaluate` wrote, or ``evenvoice evaluate --out``.

    Raises:
        EvenvoiceError: The folder holds no study, or no finished run.

    Examples:
        ``load_study("evaluation")["smote-2dcnn", "speaker-folds"].ua``
    """
    folder = as_path(folder, "folder")
    info = read_study_file(folder)
    groups: dict[tuple[str, str], list[Run]] = {}
    for found in find_runs(folder):
        run = read_run(found)
        groups.setdefault((run.key.recipe, run.key.protocol), []).append(run)
    if not groups:
        raise EvenvoiceError(f"{folder}: no run has finished yet; `evenvoice evaluate` with the same --out goes on")
    results = [Result(info["corpus"]["name"], tuple(sorted(runs, key=lambda run: run.key))) for runs in groups.values()]
    asked = info.get("asked", {})
    return Study(folder, info, _in_order(results, asked.get("recipes", []), asked.get("protocols", [])))


def _in_order(results: Sequence[Result], recipes: Sequence[str], protocols: Sequence[str]) -> tuple[Result, ...]:
    """Order results as recipes and protocols were asked for; what nobody asked for goes last."""

    def place(names: Sequence[str], name: str) -> int:
        return list(names).index(name) if name in names else len(names)

    return tuple(sorted(results, key=lambda one: (place(recipes, one.recipe), place(protocols, one.protocol))))
