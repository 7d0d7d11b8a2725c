"""The paper's tables as data: its figures beside ours, computed from the runs on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from evenvoice.metrics import Interval, intervals
from evenvoice.paper import published
from evenvoice.paper.experiments import CLASSICAL, PAPER, RANDOM
from evenvoice.report import emotion_scores
from evenvoice.study import INCOMPLETE, Result, Study, marks, missing_folds


@dataclass(frozen=True)
class Measured:
    """WA and UA of some test rows.

    Attributes:
        wa: What the paper calls accuracy.
        ua: Mean of the recalls of the emotions that are among these rows.
        rows: How many rows, mean over the seeds.
        recalls: Recall of each emotion that is among them.
    """

    wa: Interval
    ua: Interval
    rows: float
    recalls: dict[str, Interval]

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as fractions."""
        return {"rows": self.rows, "wa": self.wa.to_json(), "ua": self.ua.to_json()}


@dataclass(frozen=True)
class Ours:
    """Our result of a recipe under a protocol."""

    result: Result

    @cached_property
    def every(self) -> Measured:
        """On every test row."""
        return self._on(list(self.result.pooled.values()), self.result.intervals)

    @cached_property
    def real(self) -> Measured | None:
        """On the test rows that were recorded; ``None`` where all were."""
        return self._told_apart(synthetic=False)

    @cached_property
    def synthetic(self) -> Measured | None:
        """On the test rows that were interpolated; ``None`` where none were. The largest emotion has none."""
        return self._told_apart(synthetic=True)

    @property
    def marks(self) -> list[str]:
        """What must be said wherever it is shown."""
        return marks(self.result) + ([INCOMPLETE] if missing_folds(self.result) else [])

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as fractions."""
        found: dict[str, Any] = {"marks": self.marks, "seeds": len(self.result.seeds), "folds": self.result.folds}
        found["seconds"] = round(self.result.seconds, 1)
        for name, part in (("every", self.every), ("real", self.real), ("synthetic", self.synthetic)):
            found[name] = part.to_json() if part else None
        return found

    def _told_apart(self, synthetic: bool) -> Measured | None:
        tables = [table[table["synthetic"] == synthetic] for table in self.result.pooled.values()]
        made = [bool(table["synthetic"].any()) for table in self.result.pooled.values()]
        if not all(made) or any(table.empty for table in tables):
            return None
        return self._on(tables, intervals(tables, self.result.labels))

    def _on(self, tables: Sequence[pd.DataFrame], found: dict[str, Interval]) -> Measured:
        there = {emotion for table in tables for emotion in table["emotion"]}
        recalls = {label: found[f"recall:{label}"] for label in self.result.labels if label in there}
        return Measured(found["wa"], found["ua"], sum(map(len, tables)) / len(tables), recalls)


@dataclass(frozen=True)
class Row:
    """One system: what the paper prints of it, and what we measured.

    Attributes:
        name: As the paper calls it; our recipe's name where it has none.
        recipe: Our recipe.
        wa: Published accuracy in per cent; ``None`` where the paper has none.
        ua: Published UA in per cent.
        remark: What the published number is.
        ours: By protocol; ``None`` where it was not run.
    """

    name: str
    recipe: str
    wa: float | None
    ua: float | None
    remark: str
    ours: dict[str, Ours | None]

    def to_json(self) -> dict[str, Any]:
        """Return the row; published figures in per cent as printed, ours as fractions."""
        return {
            "name": self.name,
            "recipe": self.recipe,
            "published_per_cent": {"wa": self.wa, "ua": self.ua},
            "remark": self.remark,
            "ours": {protocol: found.to_json() if found else None for protocol, found in self.ours.items()},
        }


@dataclass(frozen=True)
class Tables:
    """All tables that are measured, of one study.

    Attributes:
        study: The runs.
        unseen: The protocol that stands for unseen speakers.
    """

    study: Study
    unseen: str

    @property
    def protocols(self) -> tuple[str, str, str]:
        """From the paper's order to the strictest."""
        return PAPER, RANDOM, self.unseen

    @property
    def labels(self) -> list[str]:
        """The emotions."""
        return list(self.study.corpus["labels"])

    def ours(self, recipe: str, protocol: str) -> Ours | None:
        """Return a result; ``None`` where it was not run."""
        return self._found.get((recipe, protocol))

    @cached_property
    def _found(self) -> dict[tuple[str, str], Ours]:
        return {(result.recipe, result.protocol): Ours(result) for result in self.study.results}

    @cached_property
    def table_3(self) -> list[Row]:
        """Experiment 1: two sets of features, without SMOTE (the 75 % is Table 4's "without")."""
        return [self._row(row.name, row.recipe, wa=row.wa) for row in published.TABLE_3]

    @cached_property
    def table_4(self) -> list[Row]:
        """Experiment 2: with and without SMOTE; beside it the mean form, which the paper does not print."""
        rows = [self._row(row.name, row.recipe, wa=row.wa) for row in published.TABLE_4]
        return [*rows, self._row("With SMOTE, mean form", "smote-2dcnn-mean")]

    @cached_property
    def table_6(self) -> list[Row]:
        """Experiment 3: the baselines on unseen speakers, then the classifiers that the paper names without figures."""
        protocols = (self.unseen,)
        rows = [
            self._row(f"{row.name} {row.reference}", row.recipe, protocols, row.wa, row.ua, row.remark)
            for row in published.BASELINES
        ]
        own = published.OWN
        rows.append(self._row(own.name, own.recipe, (self.unseen, PAPER), own.wa, own.ua, own.remark))
        return rows + [self._row(name, name, protocols) for name in CLASSICAL]

    def table_5(self, protocol: str) -> dict[str, dict[str, Interval | None]] | None:
        """Precision, recall and F1 of each emotion under a protocol; ``None`` where it was not run."""
        found = self.ours(published.OWN.recipe, protocol)
        return emotion_scores(found.result) if found else None

    def shown(self) -> list[Ours]:
        """Return every result that stands in a table."""
        rows = [*self.table_3, *self.table_4, *self.table_6]
        found = {
            (row.recipe, protocol): ours for row in rows for protocol, ours in row.ours.items() if ours is not None
        }
        return list(found.values())

    def not_run(self) -> list[str]:
        """Say what is not there: ``2dcnn-array × random``."""
        rows = [*self.table_3, *self.table_4, *self.table_6]
        recipes: dict[str, dict[str, None]] = {}
        for row in rows:
            for protocol, ours in row.ours.items():
                if ours is None:
                    recipes.setdefault(row.recipe, {})[protocol] = None
        groups: dict[str, list[str]] = {}
        for recipe, protocols in recipes.items():
            groups.setdefault(", ".join(protocols), []).append(recipe)
        return [f"{', '.join(names)} × {protocols}" for protocols, names in groups.items()]

    def to_json(self) -> dict[str, Any]:
        """Return Tables 3, 4 and 6."""
        return {
            name: [row.to_json() for row in rows]
            for name, rows in (("table_3", self.table_3), ("table_4", self.table_4), ("table_6", self.table_6))
        }

    def _row(
        self,
        name: str,
        recipe: str,
        protocols: Sequence[str] | None = None,
        wa: float | None = None,
        ua: float | None = None,
        remark: str = "",
    ) -> Row:
        found = {protocol: self.ours(recipe, protocol) for protocol in protocols or self.protocols}
        return Row(name, recipe, wa, ua, remark, found)
