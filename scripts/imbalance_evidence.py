"""Gather benches into the evidence of `evenvoice balance --advise`, and the raw tables of docs/imbalance.md.

python scripts/imbalance_evidence.py BENCH… (folders that `evenvoice balance --out` wrote)
"""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pandas as pd

from evenvoice.bench import Bench, open_bench
from evenvoice.bench.evidence import COLUMNS, FILE
from evenvoice.files import writing
from evenvoice.report import gains_figure, imbalance_figure
from evenvoice.report.style import as_png
from evenvoice.study.completeness import missing_folds
from evenvoice.tables import NOTHING, Column, Table

DOCS = Path(__file__).parents[1] / "docs" / "imbalance"


def finished(bench: Bench) -> Bench:
    """Return a bench without results that lack a fold, or a seed that no method has."""
    seeds = {key: len(entries[0].result.seeds) for key, entries in bench.groups.items()}
    kept = [
        entry
        for entry in bench.entries
        if not missing_folds(entry.result) and len(entry.result.seeds) == seeds[entry.recipe, entry.protocol]
    ]
    return replace(bench, entries=tuple(kept))


def summary(measured: pd.DataFrame, what: str, thinned: bool) -> Table:
    """Return the gains of each method (rows) on each corpus and recipe (columns), points; * where p < 0.05 (Holm)."""
    part = measured[measured["protocol"].str.contains("+thin-10", regex=False) == thinned]
    part = part[(part["method"] != "none") & (thinned | ~part["protocol"].str.contains("+", regex=False))]
    benches = list(dict.fromkeys(zip(part["corpus"], part["recipe"], strict=True)))
    rows = []
    for method, of_method in part.groupby("method", sort=False):
        found = of_method.set_index(["corpus", "recipe"])
        cells = [_cell(found.loc[bench], what) if bench in found.index else NOTHING for bench in benches]
        rows.append((-found[f"{what}_gain"].mean(), [method, *cells]))
    columns = [Column("method"), *(Column(f"{corpus}, {recipe}", number=True) for corpus, recipe in benches)]
    return Table(columns, [cells for _, cells in sorted(rows)])


def _cell(row: pd.Series, what: str) -> str:
    gain, low, high = (100 * row[f"{what}_gain{end}"] for end in ("", "_low", "_high"))
    star = "*" if what == "ua" and row["p_holm"] < 0.05 else ""
    return f"{gain:+.1f}{star} [{low:+.1f}, {high:+.1f}]" if low == low else f"{gain:+.1f}"


def main(folders: list[str]) -> None:
    """Write the evidence, one table of all numbers, and the figures."""
    rows, left_out = [], []
    DOCS.mkdir(exist_ok=True)
    for folder in folders:
        bench = finished(open_bench(folder))
        corpus = bench.study.corpus["name"]
        rows += [{"corpus": corpus, **entry.to_json()} for entry in bench.entries]
        left_out += [{"corpus": corpus, **vars(one)} for one in bench.left_out]
        for recipe in dict.fromkeys(entry.recipe for entry in bench.entries):
            figure = imbalance_figure(bench, recipe)
            if figure is not None:
                (DOCS / f"{corpus}-{recipe}-curve.png").write_bytes(as_png(figure))
        for (recipe, protocol), entries in bench.groups.items():
            figure = gains_figure(entries)
            if figure is not None and "+" not in protocol:
                (DOCS / f"{corpus}-{recipe}-gains.png").write_bytes(as_png(figure))
        print("\n".join(note for note in bench.table().notes if " × " in note))
    table = pd.DataFrame(rows).drop(columns=["why_not_compared", "thinned_to"])
    table.to_csv(DOCS / "measured.csv", index=False, float_format="%.5g")
    pd.DataFrame(left_out, columns=["corpus", "recipe", "protocol", "reason"]).to_csv(
        DOCS / "left-out.csv", index=False
    )
    for what in ("ua", "rarest", "ece"):
        for thinned in (False, True):
            print(f"\n{what}, {'thinned to 10 : 1' if thinned else 'own ratio'}\n")
            print(summary(table, what, thinned).to_markdown())
    with writing(Path(str(files("evenvoice.bench"))) / FILE) as aside:
        table[list(COLUMNS)].to_csv(aside, index=False, float_format="%.4g")


if __name__ == "__main__":
    main(sys.argv[1:])
