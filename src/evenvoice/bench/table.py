"""The table of a bench."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from statistics import median
from typing import TYPE_CHECKING

from evenvoice.bench.methods import NONE
from evenvoice.metrics import trust
from evenvoice.study import LEAKY, SHARED, TRANSDUCTIVE, marks, missing_folds, table_notes, unsettled_note
from evenvoice.tables import NOTHING, Column, Table, count, p_value, per_cent, time_in_words, with_interval

if TYPE_CHECKING:
    from evenvoice.bench.outcome import Bench, Entry

GAIN = "UA − none"

# Times the steps of none: fewer make no difference to speak of.
_LONGER = 1.1

# How those notes under an evaluation begin that belong here, too.
_OF_ANY_STUDY = (LEAKY, TRANSDUCTIVE, SHARED, "The corpus is synthetic")


def bench_table(bench: Bench) -> Table:
    """Return one row a recipe, protocol and method; `NONE` first, then from the highest UA to the lowest."""
    several = {
        "recipe": len({entry.recipe for entry in bench.entries}) > 1,
        "protocol": len({entry.protocol for entry in bench.entries}) > 1,
        "marks": any(marks(entry.result) for entry in bench.entries),
    }
    columns = [Column(name, wraps=name == "marks") for name, shown in several.items() if shown]
    columns += [
        Column("method"),
        Column("UA % [95 %]", number=True),
        Column("WA %", number=True, rank=3),
        Column(f"{GAIN} [95 %]", number=True),
        Column("p (Holm)", number=True),
        Column("rarest %", number=True, rank=1),
        Column("ECE %", number=True, rank=2),
        Column("rows", number=True, rank=4),
        Column("time", number=True, rank=5),
        Column("memory", number=True, rank=6),
    ]
    rows = [[cells[column.name] for column in columns] for cells in map(_cells, bench.entries)]
    values = [entry.to_json() for entry in bench.entries]
    return Table(columns, rows, _title(bench), _notes(bench), strong=(LEAKY,), values=values)


def _cells(entry: Entry) -> dict[str, str]:
    memory = entry.memory
    return {
        "recipe": entry.recipe,
        "protocol": entry.protocol,
        "marks": ", ".join(marks(entry.result)),
        "method": entry.method,
        "UA % [95 %]": with_interval(entry.ua),
        "WA %": per_cent(entry.wa.estimate),
        f"{GAIN} [95 %]": with_interval(entry.gain(), signed=True),
        "p (Holm)": NOTHING if entry.standing.p_holm is None else p_value(entry.standing.p_holm),
        "rarest %": per_cent(entry.recall.estimate),
        "ECE %": per_cent(entry.ece.estimate),
        "rows": f"{entry.rows:.0f}",
        "time": f"{entry.seconds:.2f} s" if entry.seconds < 10 else time_in_words(entry.seconds),
        "memory": NOTHING if isnan(memory) else f"{memory / 2**20:.0f} MiB",
    }


def _title(bench: Bench) -> str:
    corpus = bench.study.corpus
    one = next(iter(bench.groups))
    what = f"{one[0]} × {one[1]} on " if len(bench.groups) == 1 else ""
    return f"Ways to handle imbalance: {what}{corpus['name']}, {len(corpus['labels'])} emotions"


def _notes(bench: Bench) -> list[str]:
    """Return the sentences under the table."""
    first = bench.entries[0]
    rarest = dict.fromkeys(entry.rarest for entry in bench.entries)
    over = dict.fromkeys(gain.over for entry in bench.entries if (gain := entry.gain()))
    found = [
        f"none: no sampler, plain cross entropy, no decision. Intervals: 95 %, for {first.ua.target}, over "
        f"{first.ua.over}, method {first.ua.method}. {trust(first.ua)}",
        f"p: t test of {GAIN} over {' or '.join(over) or first.ua.over}, corrected by Holm within a recipe and "
        "protocol. Methods are sorted by UA: the first of many is so partly by chance.",
        f"rarest: recall of {', '.join(rarest)}, the emotion with the fewest training rows. rows: of a training part "
        "after the method; time: CPU time of a fit; memory: the most that a fit took beside the corpus.",
    ]
    found += [_conclusion(entries) for entries in bench.groups.values()]
    found += [note for entries in bench.groups.values() if (note := _longer(entries))]
    found += [note for note in [unsettled_note(bench.study)] if note]
    found += [note for note in table_notes(bench.study) if note.startswith(_OF_ANY_STUDY)]
    found += [
        f"Not complete: {entry.recipe}+{entry.method} × {entry.protocol}, {gap}."
        for entry in bench.entries
        for gap in missing_folds(entry.result)
    ]
    return found + [f"Left out: {one}." for one in _short(bench)]


def _conclusion(entries: Sequence[Entry]) -> str:
    """Say of one recipe and protocol which methods differ from none, and what could have been found."""
    name = f"{entries[0].recipe} × {entries[0].protocol}"
    tested = [entry for entry in entries if entry.against_none and entry.standing.p_holm is not None]
    if not tested:
        why = next((entry.standing.why_not for entry in entries if entry.standing.why_not), "nothing to compare with")
        return f"{name}: no method can be compared with {NONE}: {why}."
    if not all(entry.against_none and entry.against_none.about_recipes for entry in tested):
        return f"{name}: one fit of each, so methods cannot be compared; use --seeds 3 or more."
    found = {
        "better": [entry.method for entry in tested if _differs(entry) and _gain(entry) > 0],
        "worse": [entry.method for entry in tested if _differs(entry) and _gain(entry) < 0],
    }
    words = [f"{NONE} is beaten by {', '.join(found['better'])}"] if found["better"] else []
    words += [f"worse than {NONE}: {', '.join(found['worse'])}"] if found["worse"] else []
    least = [entry.against_none.detectable for entry in tested if entry.against_none]
    least = [value for value in least if not isnan(value)]
    could = (
        f" With 80 % power a difference of {100 * median(least):.1f} points is found (median over methods, before "
        "Holm's correction)."
        if least
        else ""
    )
    shown = "; ".join(words) if words else f"no difference to {NONE} is shown"
    return f"{name}, {count(len(tested), 'method')}: {shown}.{could}"


def _longer(entries: Sequence[Entry]) -> str | None:
    """Say which methods train a network for more steps than none, which may be all that they gain."""
    none = next((entry for entry in entries if entry.method == NONE), None)
    if none is None or not none.steps:
        return None
    longer = [entry for entry in entries if entry.steps > _LONGER * none.steps]
    if not longer:
        return None
    epochs = none.result.runs[0].recipe["training"]["epochs"]
    as_long = round(epochs * max(entry.steps for entry in longer) / none.steps)
    named = ", ".join(f"{entry.method} ({entry.steps / none.steps:.1f} ×)" for entry in longer)
    return (
        f"{none.recipe} × {none.protocol}: in as many epochs, more rows are more steps than {NONE} has: {named}. A "
        f"network that needs more gains by these alone; {NONE} has as many with --set training.epochs={as_long}."
    )


def _differs(entry: Entry) -> bool:
    return entry.standing.p_holm is not None and entry.standing.p_holm < 0.05


def _gain(entry: Entry) -> float:
    gain = entry.gain()
    return gain.estimate if gain else 0.0


def _short(bench: Bench) -> list[str]:
    """What is left out, one line for each reason."""
    reasons: dict[str, list[str]] = {}
    for one in bench.left_out:
        reasons.setdefault(one.reason, []).append(f"{one.recipe}{f' × {one.protocol}' if one.protocol else ''}")
    return [f"{', '.join(names)}: {reason.rstrip('.')}" for reason, names in reasons.items()]
