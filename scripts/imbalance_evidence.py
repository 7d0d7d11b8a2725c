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
        print(bench.table())
    table = pd.DataFrame(rows).drop(columns=["why_not_compared", "thinned_to"])
    table.to_csv(DOCS / "measured.csv", index=False, float_format="%.5g")
    pd.DataFrame(left_out, columns=["corpus", "recipe", "protocol", "reason"]).to_csv(
        DOCS / "left-out.csv", index=False
    )
    with writing(Path(str(files("evenvoice.bench"))) / FILE) as aside:
        table[list(COLUMNS)].to_csv(aside, index=False, float_format="%.4g")


if __name__ == "__main__":
    main(sys.argv[1:])
