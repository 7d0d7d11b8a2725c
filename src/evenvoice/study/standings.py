"""The table of compared systems: scores with intervals, protocol, and p against the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from evenvoice.metrics import Interval, trust
from evenvoice.study.marks import LEAKY, marks
from evenvoice.tables import NOTHING, Column, Table, p_value, with_interval

if TYPE_CHECKING:
    from evenvoice.study.systems import Standing

COLUMNS = (
    Column("system", wraps=True),
    Column("protocol"),
    Column("marks", wraps=True),
    Column("UA % [95 %]", number=True),
    Column("WA % [95 %]", number=True, rank=3),
    Column("UA − first", number=True),
    Column("p", number=True, rank=2),
    Column("p (Holm)", number=True),
    Column("seeds", number=True, rank=4),
)


def standings_table(standings: Sequence[Standing]) -> Table:
    """Return the table, the first system first."""
    rows = [_row(standing) for standing in standings]
    return Table(COLUMNS, rows, notes=notes(standings), strong=(LEAKY,), values=[_values(one) for one in standings])


def differences_table(standings: Sequence[Standing]) -> Table:
    """Return the differences of every system to the first, with what can be concluded in words under them."""
    first = standings[0].system
    kinds = {standing.against_first.interval.varies for standing in standings if standing.against_first}
    columns = (
        Column("recipe", wraps=True),
        Column(f"UA − {first.name} [95 %]", number=True, short=f"UA − {first.name}\n[95 %]"),
        Column(f"WA − {first.name} [95 %]", number=True, short=f"WA − {first.name}\n[95 %]", rank=3),
        Column("p", number=True, rank=2),
        Column("p (Holm)", number=True),
        Column("divisions" if kinds == {"folds"} else "fits", number=True, rank=1),
    )
    rows = []
    for standing in standings[1:]:
        found = standing.against_first
        cells = [
            with_interval(found.difference_ua, signed=True),
            with_interval(found.difference_wa, signed=True),
            p_value(found.p_ua),
            NOTHING if standing.p_holm is None else p_value(standing.p_holm),
            str(found.n_fits),
        ] if found else [NOTHING] * 5  # fmt: skip
        rows.append([standing.system.name, *cells])
    title = f"Compared with {first.name}" + (f", {first.protocol}" if first.protocol else "")
    return Table(columns, rows, title, conclusions(standings), values=[_values(one) for one in standings[1:]])


def conclusions(standings: Sequence[Standing]) -> list[str]:
    """Say what the differences are about, and what can be concluded from each."""
    first = standings[0].system
    tested = [standing.against_first for standing in standings if standing.against_first]
    found = []
    for target in dict.fromkeys(comparison.target for comparison in tested):
        one = next(comparison for comparison in tested if comparison.target == target)
        found.append(f"Differences to {first.title}, for {target}. p: t test over {one.interval.over}.")
    if tested:
        comparisons = "comparison" if len(tested) == 1 else "comparisons"
        found.append(f"Holm: corrected for {len(tested)} {comparisons}.")
    for standing in standings[1:]:
        name = standing.system.name if standing.system.protocol == first.protocol else standing.system.title
        reference = first.name if standing.system.protocol == first.protocol else first.title
        if standing.against_first:
            found.append(standing.against_first.conclusion(reference, name, standing.p_holm))
        else:
            found.append(f"{name}: not compared, {standing.why_not}.")
    return found


def notes(standings: Sequence[Standing]) -> list[str]:
    """Return the sentences that belong under the table, wherever it is shown."""
    interval = standings[0].ua
    found = [
        f"Intervals: 95 %, for {interval.target}, over {interval.over}, method {interval.method}. {trust(interval)}"
    ]
    found += conclusions(standings)
    if any(LEAKY in _marks(standing) for standing in standings):
        found.append(f"{LEAKY}: the test part took part in the training; this does not measure recognition.")
    if any(standing.system.result is None for standing in standings):
        found.append("A table of predictions from elsewhere does not say how its test part was held out.")
    return found


def _row(standing: Standing) -> list[str]:
    """Return the cells, per cent with one decimal."""
    found = standing.against_first
    return [
        standing.system.name,
        standing.system.protocol or "not stated",
        ", ".join(_marks(standing)),
        with_interval(standing.ua),
        with_interval(standing.wa),
        with_interval(found.difference_ua, signed=True) if found else NOTHING,
        p_value(found.p_ua) if found else NOTHING,
        p_value(standing.p_holm) if standing.p_holm is not None else NOTHING,
        str(len(standing.system.tables)),
    ]


def _values(standing: Standing) -> dict[str, Any]:
    """Return the numbers, fractions; nothing where there is no comparison."""
    found = standing.against_first
    return {
        "system": standing.system.name,
        "protocol": standing.system.protocol or "",
        "marks": ", ".join(_marks(standing)),
        **_ends("ua", standing.ua),
        **_ends("wa", standing.wa),
        **_ends("ua_difference", found.difference_ua if found else None),
        "p_ua": found.p_ua if found else "",
        "p_ua_holm": standing.p_holm if found else "",
        "p_wa": found.p_wa if found else "",
        "p_mcnemar": found.p_mcnemar if found else "",
        "seeds": len(standing.system.tables),
    }


def _ends(name: str, interval: Interval | None) -> dict[str, Any]:
    keys = (name, f"{name}_low", f"{name}_high")
    return dict(zip(keys, (interval.estimate, interval.low, interval.high) if interval else ("", "", ""), strict=True))


def _marks(standing: Standing) -> list[str]:
    return marks(standing.system.result) if standing.system.result else []
