"""The table of results: one row a recipe and protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evenvoice.metrics import trust
from evenvoice.study.completeness import gaps, missing_folds
from evenvoice.study.marks import LEAKY, SHARED, TRANSDUCTIVE, by_recipe, marks
from evenvoice.study.unsettled import unsettled_note
from evenvoice.tables import NOTHING, Column, Table, count, ends, spread, time_in_words

if TYPE_CHECKING:
    from evenvoice.study.results import Result, Study

UA_ENDS, WA_ENDS = "UA 95 %", "WA 95 %"
MADE, UA_REAL, UA_MADE = "synthetic test rows", "UA % on real test rows", "UA % on synthetic test rows"
INCOMPLETE = "not complete"
COLUMNS = (
    Column("recipe"),
    Column("shape", rank=9),
    Column("protocol"),
    Column("marks", wraps=True),
    Column("UA %", number=True),
    Column(UA_ENDS, number=True),
    Column("WA %", number=True),
    Column(WA_ENDS, number=True, rank=5),
    Column("macro F1 %", number=True, rank=8, short="macro\nF1 %"),
    Column("seeds × folds", number=True, rank=4, short="seeds\n× folds"),
    Column("test rows", number=True, rank=7, short="test\nrows"),
    Column("time", number=True, rank=6),
)
LEAKY_COLUMNS = tuple(Column(name, number=True, in_text=False) for name in (MADE, UA_REAL, UA_MADE))
"""Where a result has synthetic test rows."""


def results_table(study: Study) -> Table:
    """Return the table of a study; a recipe's rows stand together, from the strictest protocol to the leaky one."""
    rows = [table_row(result) for result in by_recipe(study)]
    about = f"{study.corpus['name']}, {count(len(study.corpus['labels']), 'emotion')}."
    found = [
        f"{row['recipe']} × {row['protocol']} (LEAKY): {row[MADE]} of the {row['test rows']} test rows are "
        f"synthetic; UA {row[UA_MADE]} % on these, {row[UA_REAL]} % on the real ones."
        for row in rows
        if row[UA_MADE] != NOTHING
    ]
    shown = table_columns(study)
    return Table(
        shown,
        [[row[column.name] for column in shown] for row in rows],
        notes=[*found, about, *table_notes(study)],
        strong=(LEAKY,),
        values=values(study),
    )


def summaries(study: Study) -> list[dict[str, Any]]:
    """Return one dictionary a recipe and protocol, scores as fractions: `Result.to_json`, ``marks``, ``complete``."""
    return [
        result.to_json() | {"marks": marks(result), "complete": not missing_folds(result)}
        for result in by_recipe(study)
    ]


def values(study: Study) -> list[dict[str, Any]]:
    """Return one flat row a recipe and protocol, fractions: ``ua``, ``ua_sd``, ``ua_low``, ``ua_high``, …."""
    rows = []
    for result in by_recipe(study):
        row: dict[str, Any] = {
            "recipe": result.recipe,
            "protocol": result.protocol,
            "corpus": result.corpus,
            "marks": ", ".join(marks(result)),
        }
        for name in ("ua", "wa", "macro_f1"):
            over = result.over_seeds(lambda scores, name=name: getattr(scores, name))  # type: ignore[misc]  # bound here
            found = result.intervals[name]
            row |= {name: over.mean, f"{name}_sd": over.sd, f"{name}_low": found.low, f"{name}_high": found.high}
        row |= {
            "seeds": len(result.seeds),
            "folds": result.folds,
            "test_rows": result.scores[result.seeds[0]].n,
            "seconds": round(result.seconds, 1),
            "complete": not missing_folds(result),
        }
        rows.append(row)
    return rows


def table_row(result: Result) -> dict[str, str]:
    """Return a row of the table as it is shown: per cent with one decimal, mean ± standard deviation over seeds."""
    first = result.pooled[result.seeds[0]]
    every_mark = marks(result) + ([INCOMPLETE] if missing_folds(result) else [])
    return {
        "recipe": result.recipe,
        "shape": str(result.runs[0].recipe["shape"]["name"]),
        "protocol": result.protocol,
        "marks": ", ".join(every_mark),
        "UA %": spread(result.over_seeds(lambda scores: scores.ua)),
        UA_ENDS: ends(result.intervals["ua"]),
        "WA %": spread(result.over_seeds(lambda scores: scores.wa)),
        WA_ENDS: ends(result.intervals["wa"]),
        "macro F1 %": spread(result.over_seeds(lambda scores: scores.macro_f1)),
        "seeds × folds": f"{len(result.seeds)} × {result.folds}",
        "test rows": str(len(first)),
        "time": time_in_words(result.seconds),
        MADE: str(int(first["synthetic"].sum())) if result.leaky else NOTHING,
        UA_REAL: spread(result.ua_of(synthetic=False)) if result.leaky else NOTHING,
        UA_MADE: spread(result.ua_of(synthetic=True)) if result.leaky else NOTHING,
    }


def table_columns(study: Study) -> list[Column]:
    """Return the columns: UA on real and on synthetic test rows stand in the table where a result has the latter."""
    made = any(result.leaky and result.ua_of(synthetic=True) for result in study.results)
    return [*COLUMNS, *LEAKY_COLUMNS] if made else list(COLUMNS)


def table_notes(study: Study) -> list[str]:
    """Return the sentences that belong under the table, wherever it is shown."""
    shown = {mark for result in study.results for mark in marks(result)}
    seeds = max(len(result.seeds) for result in study.results)
    found = [
        "Mean ± standard deviation over seeds; a seed's scores come from the pooled predictions of its folds."
        if seeds > 1
        else "One seed: no standard deviation. Scores come from the pooled predictions of all folds."
    ]
    found += dict.fromkeys(_interval_words(result) for result in study.results)
    if study.corpus["synthetic"]:
        found.append("The corpus is synthetic: a machine spoke, and no accuracy claim rests on it.")
    if LEAKY in shown:
        found.append(
            "LEAKY: the test part took part in the training; this does not measure how well emotions are recognised."
        )
    if TRANSDUCTIVE in shown:
        found.append(
            "transductive: each speaker's own audio, without its labels, normalised the features; test speakers' too."
        )
    if SHARED in shown:
        found.append(
            "speakers may be shared: the protocol does not promise that the speakers in the test part are unseen."
        )
    if note := unsettled_note(study):
        found.append(note)
    return found + [f"Not complete: {gap}." for gap in gaps(study)]


def _interval_words(result: Result) -> str:
    """Over what a result's interval is, and how far it can be trusted."""
    interval = result.intervals["ua"]
    over = count(interval.units, interval.unit)
    if result.varies == "fits":
        over += f" and {count(interval.fits, 'fit')}"
    elif result.varies == "folds":
        over += f" and {count(interval.fits, 'division')} into folds (nothing in the recipe is random)"
    else:
        over += " (nothing in the recipe is random: one fit is all there is)"
    return f"95 %: interval for {interval.target}; over {over}, method {interval.method}. {trust(interval)}"
