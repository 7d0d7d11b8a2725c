"""The numbers behind tables and figures, computed from the runs of a result and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evenvoice.imbalance import made_rows
from evenvoice.metrics import Interval, score
from evenvoice.study import Result, Run, Seed

MEASURES = ("precision", "recall", "f1")


def confusion(result: Result) -> pd.DataFrame:
    """Return counts, rows true and columns predicted, over all seeds."""
    tables = [scores.confusion for scores in result.scores.values()]
    return sum(tables[1:], start=tables[0])


def row_shares(counts: pd.DataFrame) -> pd.DataFrame:
    """Divide each row by its sum; NaN where an emotion does not occur.

    Examples:
        >>> row_shares(pd.DataFrame([[3, 1], [0, 0]])).to_numpy().tolist()
        [[0.75, 0.25], [nan, nan]]
    """
    totals = counts.sum(axis=1)
    return counts.div(totals.where(totals > 0), axis=0)


def emotion_scores(result: Result) -> dict[str, dict[str, Interval | None]]:
    """Return precision, recall and F1 of each emotion, mean over the seeds that test it; ``None`` where none does."""
    tested = confusion(result).sum(axis=1)
    return {
        label: {measure: result.intervals[f"{measure}:{label}"] if tested[label] else None for measure in MEASURES}
        for label in result.labels
    }


def class_counts(result: Result) -> pd.DataFrame:
    """Return utterances of each emotion, mean over the runs.

    Returns:
        Indexed by emotion; columns ``before`` (what was balanced), ``kept`` and ``synthetic`` (what came of it).
    """
    tables = []
    for run in result.runs:
        made = made_rows(run.plan)["emotion"].value_counts().reindex(list(result.labels), fill_value=0)
        counts = run.info["counts"]
        table = pd.DataFrame({name: pd.Series(counts[name], dtype=float) for name in ("before", "after")})
        table = table.reindex(list(result.labels), fill_value=0.0)
        tables.append(
            pd.DataFrame({"before": table["before"], "kept": table["after"] - made, "synthetic": made.astype(float)})
        )
    return sum(tables[1:], start=tables[0]) / len(tables)


def balanced_first(result: Result) -> bool:
    """Return whether the test part was balanced together with the training part, as in the paper."""
    return bool(seen(result)["balancer"].get("test", (0, 0))[0])


def selected_on_test(result: Result) -> bool:
    """Return whether the epoch was chosen on the test part."""
    return bool(seen(result)["selection"].get("test", (0, 0))[0])


def curve(result: Result, column: str) -> pd.DataFrame | None:
    """Return a column of ``history.csv`` over the runs, by epoch; ``None`` where a run does not have it.

    A classical classifier has no epochs, and so no curve.

    Args:
        result: Whose runs.
        column: ``train_loss``, ``validation_accuracy``, ….

    Returns:
        Indexed by epoch; columns ``mean``, ``low``, ``high``.
    """
    if not all(column in run.history and len(run.history) for run in result.runs):
        return None
    values = pd.concat([run.history[["epoch", column]] for run in result.runs]).groupby("epoch")[column]
    return pd.DataFrame({"mean": values.mean(), "low": values.min(), "high": values.max()})


@dataclass(frozen=True)
class FoldNumbers:
    """One run in numbers.

    Attributes:
        about: What was held out.
        train: Real rows learnt from.
        made: Synthetic rows learnt from.
        validation: Rows watched or selected on.
        test: Rows tested.
        made_test: How many of these are synthetic (protocol ``paper``).
        epoch: Whose weights were kept.
        ua: Of this fold alone.
        wa: Of this fold alone.
    """

    seed: Seed
    fold: int
    about: str
    train: int
    made: int
    validation: int
    test: int
    made_test: int
    epoch: int
    ua: float
    wa: float


def fold_numbers(run: Run) -> FoldNumbers:
    """Return the sizes of a run's parts, and its own UA and WA."""
    parts = run.info["parts"]
    # A protocol that balances first divides the synthetic rows too; any other adds them to its training part.
    synthetic = made_rows(run.plan)["synthetic"]
    among = set(synthetic) & set(run.split["utterance"])
    in_train = int(run.split.loc[run.split["part"] == "train", "utterance"].isin(among).sum())
    scores = score(run.predictions, run.info["labels"])
    return FoldNumbers(
        seed=run.key.seed,
        fold=run.key.fold,
        about=run.info["about"],
        train=parts["train"] - in_train,
        made=in_train if among else len(synthetic),
        validation=parts.get("validation", 0),
        test=parts["test"],
        made_test=int(run.predictions["synthetic"].sum()),
        epoch=run.info["epoch"],
        ua=scores.ua,
        wa=scores.wa,
    )


def seen(result: Result) -> dict[str, dict[str, tuple[int, int]]]:
    """Return for each step and part how many of its rows the step saw, and how many there are, over all runs.

    Examples:
        ``seen(result)["normaliser"]["test"]`` is ``(0, 339)`` where the normaliser saw no test row.
    """
    table = pd.concat([run.split for run in result.runs], ignore_index=True)
    steps = [name for name in table if name not in ("utterance", "part")]
    parts = [name for name in ("train", "validation", "test") if (table["part"] == name).any()]
    rows = {part: table[table["part"] == part] for part in parts}
    return {str(step): {part: (int(rows[part][step].sum()), len(rows[part])) for part in parts} for step in steps}
