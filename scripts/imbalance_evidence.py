"""Gather benches into the evidence of `evenvoice balance --advise`, and the tables of docs.

python scripts/imbalance_evidence.py BENCH… (folders that `evenvoice balance --out` wrote)
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from evenvoice.bench import Bench, LeftOut, open_bench
from evenvoice.bench.evidence import COLUMNS, FILE
from evenvoice.files import writing
from evenvoice.report import gains_figure, imbalance_figure
from evenvoice.report.style import as_png
from evenvoice.study.completeness import missing_folds
from evenvoice.tables import NOTHING, Column, Table

DOCS = Path(__file__).parents[1] / "docs"
PAGE, RESULTS, FOLDER = DOCS / "imbalance.md", DOCS / "results.md", DOCS / "imbalance"
HELD_OUT = "-held-out"
"""Ends the name of a recipe for decisions, which need rows of their own."""

KEY = (
    "none", "waveform-over", "class-weights", "random-over", "smote", "smote(k_neighbors=shrink)", "random-under",
    "condensed", "nearmiss-1", "enn", "smote-enn", "thresholds", "temperature", "logit-adjustment", "logit-adjusted",
    "balanced-softmax", "balanced-batches", "retrain", "redrawn",
)  # fmt: skip
"""What stands in docs/results.md; the page has all."""


def finished(bench: Bench) -> Bench:
    """Return a bench without results that lack a fold, or a seed that none has; why is among what it leaves out."""
    seeds = {key: len(entries[0].result.seeds) for key, entries in bench.groups.items()}
    kept, left_out = [], []
    for entry in bench.entries:
        result, wanted = entry.result, seeds[entry.recipe, entry.protocol]
        why = missing_folds(result)
        if not why and len(result.seeds) != wanted:
            why = [f"{len(result.seeds)} of {wanted} seeds so far"]
        if why:
            left_out.append(LeftOut(result.recipe, f"stopped: {'; '.join(why)}", result.protocol))
        else:
            kept.append(entry)
    return replace(bench, entries=tuple(kept), left_out=(*bench.left_out, *left_out))


def summary(measured: pd.DataFrame, whats: Sequence[str] = ("ua",)) -> Table:
    """Return the gains of each method (rows) on each corpus and recipe (columns), points; * where p < 0.05 (Holm)."""
    part = measured[measured["method"] != "none"]
    benches = list(dict.fromkeys(zip(part["corpus"], part["recipe"], strict=True)))
    rows = []
    for method, of_method in part.groupby("method", sort=False):
        found = of_method.set_index(["corpus", "recipe"])
        cells = [
            _cell(found.loc[bench], what) if bench in found.index else NOTHING for bench in benches for what in whats
        ]
        rows.append((-len(found), -found["ua_gain"].mean(), [method, *cells]))
    names = {"ua": "", "rarest": ", recall of the rarest", "ece": ", ECE"}
    columns = [
        Column(f"{corpus}, {recipe}{names[what] if len(whats) > 1 else ''}", number=True)
        for corpus, recipe in benches
        for what in whats
    ]
    return Table([Column("method"), *columns], [cells for *_, cells in sorted(rows)])


def by_ratio(measured: pd.DataFrame, least: int = 2) -> Table:
    """Return the gains in UA at each ratio: a row for each corpus, recipe and method that has so many at least."""
    ratios = sorted(measured["ratio"].unique())
    names = ["own ratio" if not ratio else f"{ratio:g} : 1" for ratio in ratios]
    rows = []
    for (corpus, recipe, method), part in measured.groupby(["corpus", "recipe", "method"], sort=False):
        found = part.set_index("ratio")
        if len(found) >= least:
            show = _absolute if method == "none" else _cell
            cells = [show(found.loc[ratio], "ua") if ratio in found.index else NOTHING for ratio in ratios]
            rows.append([str(corpus), str(recipe), "none, UA" if method == "none" else method, *cells])
    columns = [Column("corpus"), Column("recipe"), Column("method"), *(Column(name, number=True) for name in names)]
    return Table(columns, rows)


def _cell(row: pd.Series, what: str) -> str:
    gain, low, high = (100 * row[f"{what}_gain{end}"] for end in ("", "_low", "_high"))
    star = "*" if what == "ua" and row["p_holm"] < 0.05 else ""
    return f"{gain:+.1f}{star} [{low:+.1f}, {high:+.1f}]" if low == low else f"{gain:+.1f}"


def _absolute(row: pd.Series, what: str) -> str:
    value, low, high = (100 * row[f"{what}{end}"] for end in ("", "_low", "_high"))
    return f"{value:.1f} [{low:.1f}, {high:.1f}]"


def place(page: str, name: str, table: Table) -> str:
    """Return a page with a table between its two comments."""
    between = rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)"
    placed, times = re.subn(
        between, lambda found: found[1] + "\n" + table.to_markdown().strip() + "\n\n" + found[2], page, flags=re.DOTALL
    )
    if times != 1:
        raise SystemExit(f"{PAGE}: expected <!-- {name} --> and <!-- end of {name} -->, once")
    return placed


def figures(bench: Bench) -> Iterator[tuple[str, Figure | None]]:
    """Yield the figures of a bench with their names; those that the page shows are kept."""
    for recipe in dict.fromkeys(entry.recipe for entry in bench.entries):
        yield f"{recipe}-curve", imbalance_figure(bench, recipe)
    for (recipe, protocol), entries in bench.groups.items():
        if "+" not in protocol:
            yield f"{recipe}-gains", gains_figure(entries)


def tables(measured: pd.DataFrame) -> dict[str, Table]:
    """Return the tables of the page, by the names of their comments."""
    network, held_out = measured["recipe"].str.startswith("2dcnn"), measured["recipe"].str.endswith(HELD_OUT)
    own, ten = measured["ratio"] == 0, measured["ratio"] == 10
    cheap, wide = ~network & ~held_out, measured["recipe"] == "functionals-svm"
    return {
        "own ratio": summary(measured[cheap & own]),
        "ratios": by_ratio(measured[cheap]),
        "rarest at 10 to 1": summary(measured[cheap & ten], ("rarest",)),
        "calibration at 10 to 1": summary(measured[cheap & ten], ("ece",)),
        "rarest": summary(measured[wide & own], ("rarest",)),
        "calibration": summary(measured[wide & own], ("ece",)),
        "decisions": summary(measured[held_out & own], ("ua", "ece")),
        "network": summary(measured[network & own]),
        "network, rarest": summary(measured[network & own], ("rarest",)),
        "network, calibration": summary(measured[network & own], ("ece",)),
    }


def main(folders: list[str]) -> None:
    """Write the evidence, one table of all numbers, the tables of the page, and the figures."""
    rows, left_out, page = [], [], PAGE.read_text(encoding="utf-8")
    for folder in folders:
        bench = finished(open_bench(folder))
        corpus = bench.study.corpus["name"]
        rows += [{"corpus": corpus, **entry.to_json()} for entry in bench.entries]
        # Methods and ratios that no command asked for together are no loss.
        missed = [one for one in bench.left_out if not one.reason.startswith("no run yet")]
        left_out += [{"corpus": corpus, **vars(one)} for one in missed]
        for name, figure in figures(bench):
            if figure is not None and f"{corpus}-{name}.png" in page:
                (FOLDER / f"{corpus}-{name}.png").write_bytes(as_png(figure))
        print("\n".join(note for note in bench.table().notes if " × " in note))
    table = pd.DataFrame(rows).drop(columns=["why_not_compared", "thinned_to"])
    thinned = table["protocol"].str.extract(r"\+thin-([\d.]+)$")[0].astype(float)
    table["ratio"] = thinned.fillna(0)
    table.drop(columns="ratio").to_csv(FOLDER / "measured.csv", index=False, float_format="%.5g")
    pd.DataFrame(left_out, columns=["corpus", "recipe", "protocol", "reason"]).to_csv(
        FOLDER / "left-out.csv", index=False
    )
    for name, part in tables(table).items():
        page = place(page, name, part)
    PAGE.write_text(page, encoding="utf-8")
    results, key = RESULTS.read_text(encoding="utf-8"), table[table["method"].isin(KEY)]
    RESULTS.write_text(place(results, "ways to handle imbalance", by_ratio(key, least=1)), encoding="utf-8")
    with writing(Path(str(files("evenvoice.bench"))) / FILE) as aside:
        table[list(COLUMNS)].to_csv(aside, index=False, float_format="%.4g")


if __name__ == "__main__":
    main(sys.argv[1:])
