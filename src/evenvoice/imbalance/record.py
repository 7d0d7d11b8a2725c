"""A plan on record: ``plan.csv``, by utterance id, so that an audit can follow every row.

One row for each made row, and one for each utterance that is not kept exactly once:

======================  ==================================================================================
``synthetic``           name of a made row; empty for an utterance that was removed or repeated
``emotion``             its label
``maker``               how it was made (see `Plan`); ``kept`` for an utterance that was removed or repeated
``base, neighbour``     its first two parents, empty where there are none; or the utterance itself
``lambda``              weight of the second parent
``times``               how often the utterance stands in the training set: 0 where it was removed
``parent-3, weight-3``  … further parents, where a row has more than two
``epoch``               for which epoch, from 1, where the plan was drawn anew each epoch; a plan of embeddings, on
                        which the last layer was learnt again, counts as one epoch more
``member``              for which member, from 1, of an ensemble whose members draw each its own
======================  ==================================================================================

The first parent's weight is 1 less the others'. A row of maker ``values`` without parents was made of training rows
that its method does not name. Files of earlier versions have the columns ``synthetic, emotion, base, neighbour,
lambda`` only; their maker is not on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from evenvoice.imbalance.plan import Plan

PLAN_COLUMNS = ("synthetic", "emotion", "maker", "base", "neighbour", "lambda", "times")
KEPT = "kept"

Draw = tuple[int, int]
"""The epoch and the member of an ensemble that a plan is for, both from 1."""


def plan_table(plan: Plan | Mapping[Draw, Plan], ids: ArrayLike, y: ArrayLike) -> pd.DataFrame:
    """Return the record of a plan, or of the plans of several epochs and members of an ensemble.

    Args:
        plan: The plan; or one for each epoch and member (both from 1), over the same source.
        ids: Utterance id of each row of the source; [n].
        y: Its label; [n].

    Returns:
        A table as described above.

    Examples:
        >>> plan = Plan.pairs([0, 2, 2], base=[0], neighbour=[2], gap=[0.25], labels=["sad"])
        >>> table = plan_table(plan, ["a", "b", "c"], ["sad", "angry", "sad"])
        >>> print(table.to_csv(index=False, float_format="%.17g").strip())
        synthetic,emotion,maker,base,neighbour,lambda,times
        synthetic-0,sad,line,a,c,0.25,
        ,angry,kept,b,,,0
        ,sad,kept,c,,,2
    """
    names, labels = np.asarray(ids, dtype=object), np.asarray(y)
    if isinstance(plan, Plan):
        return _one(plan, names, labels, "synthetic-")
    if len(plan) == 1:
        return _one(next(iter(plan.values())), names, labels, "synthetic-")
    varies = [number for number in (0, 1) if len({draw[number] for draw in plan}) > 1]
    tables = []
    for draw, one in plan.items():
        counted = {("epoch", "member")[number]: draw[number] for number in varies}
        prefix = "-".join(["synthetic", *map(str, counted.values()), ""])
        tables.append(_one(one, names, labels, prefix).assign(**counted))
    return pd.concat(tables, ignore_index=True)


def read_plan(path: Path | str) -> pd.DataFrame:
    """Read a ``plan.csv``, of this version or an earlier one.

    Args:
        path: The file.

    Returns:
        The table, with the columns of `PLAN_COLUMNS` at least; ``times`` is missing for made rows.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not a table.
    """
    header = pd.read_csv(path, nrows=0).columns
    numbers = [name for name in header if name in ("lambda", "times", "epoch", "member") or name.startswith("weight-")]
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    for name in numbers:
        if name in ("times", "epoch", "member"):
            table[name] = pd.to_numeric(table[name].replace("", None))
        else:  # to the last bit, which to_numeric of pandas 2 is not
            table[name] = table[name].replace("", "nan").astype(float)
    for name, usual in (("maker", ""), ("times", np.nan)):
        if name not in table:
            table[name] = usual
    return table


def made_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the made rows of a record."""
    return table[table["synthetic"] != ""]


def kept_times(table: pd.DataFrame) -> pd.Series[float]:
    """Return how often each utterance that is not kept exactly once stands in the training set, by its id."""
    return table.loc[table["synthetic"] == ""].set_index("base")["times"]


def parent_ids(table: pd.DataFrame) -> NDArray[Any]:
    """Return the utterances that each row comes from, ``""`` for a parent that is none; str objects [rows, p].

    An utterance that is repeated comes from itself; one that is removed from none.
    """
    columns = ["base", "neighbour", *(name for name in table if str(name).startswith("parent-"))]
    ids = table[columns].to_numpy(dtype=object, copy=True)
    ids[(table["times"] == 0).to_numpy()] = ""
    return ids


def added_rows(table: pd.DataFrame) -> pd.Series[float]:
    """Return how many rows of each label the training set has more than its source: made, repeated, less removed.

    Of plans that were drawn anew, each epoch or for each member of an ensemble, the first counts.
    """
    for name in ("epoch", "member"):
        if name in table:
            table = table[table[name] == 1]
    change = table["times"].sub(1).fillna(1)
    return change.groupby(table["emotion"]).sum()


def _one(plan: Plan, ids: NDArray[Any], y: NDArray[Any], prefix: str) -> pd.DataFrame:
    """Return the record of one plan."""
    named = np.append(ids, "")
    width = max(2, plan.made_from.shape[1])
    lacking = ((0, 0), (0, width - plan.made_from.shape[1]))
    parents = named[np.pad(plan.made_from, lacking, constant_values=-1)]
    weights = np.where(parents == "", np.nan, np.pad(plan.weights, lacking))
    made = {
        "synthetic": [f"{prefix}{row}" for row in range(len(parents))],
        "emotion": plan.labels,
        "maker": plan.makers,
        "base": parents[:, 0],
        "neighbour": parents[:, 1],
        "lambda": weights[:, 1].astype(float),
        "times": np.full(len(parents), np.nan),
    }
    for column in range(2, width):
        made |= {f"parent-{column + 1}": parents[:, column], f"weight-{column + 1}": weights[:, column]}
    times = plan.times(len(ids))
    odd = np.flatnonzero(times != 1)
    if not len(odd):
        return pd.DataFrame(made)
    kept = {
        "synthetic": "",
        "emotion": y[odd],
        "maker": KEPT,
        "base": ids[odd],
        "neighbour": "",
        "lambda": np.full(len(odd), np.nan),
        "times": times[odd].astype(float),
    }
    tables = [pd.DataFrame(part) for part in (made, kept)]
    further = [name for name in made if name.startswith("parent-")]
    tables[1] = tables[1].assign(**dict.fromkeys(further, ""))
    return pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True).reindex(
        columns=list(made)
    )
