"""Systems side by side: their figures with intervals, and each against the first on the same test utterances."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from evenvoice.errors import EvenvoiceError, nearest, shown
from evenvoice.metrics import Comparison, Interval, common_fits, compare_systems, distinct, holm, intervals
from evenvoice.protocols import protocol_name
from evenvoice.study.standings import differences_table, standings_table
from evenvoice.study.system import System, read_systems
from evenvoice.tables import Table


@dataclass(frozen=True)
class Standing:
    """One system of a comparison.

    Attributes:
        system: Which.
        ua: UA, mean over seeds, with its 95 % interval over speakers (and fits, where there are several).
        wa: The same of WA.
        against_first: Against the first system, on the seeds that both have; ``None`` for the first itself, and where
            the test utterances are not the same.
        p_holm: ``against_first.p_ua`` after Holm's correction for all systems compared with the first.
        why_not: Why there is no comparison, in words.
    """

    system: System
    ua: Interval
    wa: Interval
    against_first: Comparison | None = None
    p_holm: float | None = None
    why_not: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what ``evenvoice compare --json`` prints of it; fractions."""
        system = self.system
        return {
            "system": system.name,
            "protocol": system.protocol,
            "source": str(system.source),
            "corpus": system.corpus[0] if system.corpus else None,
            "leaky": system.result.leaky if system.result else None,
            "transductive": system.result.transductive if system.result else None,
            "seeds": [seed.to_json() for seed in sorted(system.tables)],
            "test_rows": len(next(iter(system.tables.values()))),
            "ua": self.ua.to_json(),
            "wa": self.wa.to_json(),
            "against_first": self.against_first.to_json() if self.against_first else None,
            "p_ua_holm": self.p_holm,
            "why_not_compared": self.why_not or None,
        }


def select(systems: Sequence[System], recipes: Sequence[str] | None, protocols: Sequence[str] | None) -> list[System]:
    """Return the systems of these names and protocols (all of them, where ``None``); the order of ``recipes`` counts.

    Raises:
        EvenvoiceError: A name or protocol that no system has.
    """
    kept = list(systems)
    there = {system.protocol for system in systems}
    if protocols is not None:  # loso is speaker, as in `evaluate`; tables from elsewhere have names of their own
        protocols = [name if name in there else protocol_name(name) for name in protocols]
    for what, wanted, of in (("recipe", recipes, "name"), ("protocol", protocols, "protocol")):
        if not wanted:
            continue
        known = list(dict.fromkeys(str(getattr(system, of)) for system in systems))
        for name in wanted:
            if name not in known:
                raise EvenvoiceError(
                    f"compare: no system of {what} {name!r}{nearest(name, known)}; there are {', '.join(known)}"
                )
        kept = [system for name in dict.fromkeys(wanted) for system in kept if getattr(system, of) == name]
    if not kept:
        raise EvenvoiceError("compare: no system of these recipes and protocols together; leave one option out")
    return kept


class Standings(tuple[Standing, ...]):
    """Systems with their scores, the reference first; a tuple with a table."""

    __slots__ = ()

    def table(self) -> Table:
        """Return the table that a paper prints; ``print`` it, or take ``.to_latex()``, ``.to_markdown()``, …."""
        return standings_table(self)

    def differences(self) -> Table:
        """Return the differences to the first system, with p values and what can be concluded, in words."""
        return differences_table(self)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a system: scores, differences to the first and p values; fractions."""
        return pd.DataFrame(list(self.table().values or []))

    def __repr__(self) -> str:
        return f"<Standings of {', '.join(standing.system.title for standing in self)}>"

    def _repr_html_(self) -> str:
        return self.table().to_html()


def compare(
    sources: Any,
    reference: str | tuple[str, str] | None = None,
    *,
    recipes: str | Sequence[str] | None = None,
    protocols: str | Sequence[str] | None = None,
) -> Standings:
    """Give each system its scores, and compare each with the reference where both tested the same utterances.

    Systems are compared on the seeds that both have. The p values are of UA: see `compare_systems`.

    Args:
        sources: A `Study`, the folder of one, a table of predictions (a pandas frame or a ``.csv``), or several of
            these in a list; in a dictionary, its keys name the tables.
        reference: Name of the system that the others are compared with, or ``(recipe, protocol)``; the first if not
            given.
        recipes: Only these, in this order.
        protocols: Only these.

    Raises:
        EvenvoiceError: A source cannot be read, the systems are of different corpora, or a name is unknown.

    Examples:
        ``compare("evaluation", reference="2dcnn").table()``
    """
    systems = select(read_systems(sources), _names(recipes, "recipes"), _names(protocols, "protocols"))
    if reference is not None:
        first = _reference(systems, reference)
        systems = [first, *(system for system in systems if system is not first)]
    first, *others = systems
    standings = [_alone(first)]
    for system in others:
        standing = _alone(system)
        try:
            standings.append(replace(standing, against_first=_paired(first, system)))
        except EvenvoiceError as error:
            # Other test utterances are a fact to print, and no mistake of the user's.
            standings.append(replace(standing, why_not=str(error).removeprefix("compare: ")))
    found = [standing.against_first for standing in standings if standing.against_first]
    corrected = iter(holm([comparison.p_ua for comparison in found]))
    return Standings(
        replace(standing, p_holm=next(corrected)) if standing.against_first else standing for standing in standings
    )


def _names(names: Any, what: str) -> list[str] | None:
    """Return one name or many as a list."""
    if names is None:
        return None
    found = [names] if isinstance(names, str) else list(names) if isinstance(names, Iterable) else [names]
    for name in found:
        if not isinstance(name, str):
            raise EvenvoiceError(f"compare: {what}: found {shown(name)}; expected a name, or a list of names")
    return found


def _reference(systems: Sequence[System], reference: Any) -> System:
    """Return the system of a name, a title or (recipe, protocol)."""
    there = [system.title for system in systems]
    if isinstance(reference, tuple) and all(isinstance(part, str) for part in reference):
        found = [system for system in systems if (system.name, system.protocol) == reference]
    elif isinstance(reference, str):
        found = [system for system in systems if reference in (system.name, system.title)]
    else:
        raise EvenvoiceError(
            f"compare: reference: found {shown(reference)}; expected a system's name, or (recipe, protocol)"
        )
    if len(found) != 1:
        why = f"{len(found)} systems are" if found else "no system is"
        close = nearest(reference, there) if isinstance(reference, str) and not found else ""
        raise EvenvoiceError(
            f"compare: {why} called {shown(reference)}{close}; name one of {'; '.join(there)} as "
            "reference, or choose with protocols"
        )
    return found[0]


def _alone(system: System) -> Standing:
    found = intervals(list(distinct(system.tables, system.varies).values()), system.labels, varies=system.varies)
    return Standing(system, found["ua"], found["wa"])


def _paired(first: System, second: System) -> Comparison:
    """Compare on the fits that belong together; where these are fewer than two, on all as unpaired ones."""
    varies = first.varies, second.varies
    pairs = common_fits(first.tables, second.tables, varies)
    ours, theirs = (distinct(system.tables, system.varies) for system in (first, second))
    if len(pairs) < 2 <= min(len(ours), len(theirs)):
        return compare_systems(
            list(ours.values()), list(theirs.values()), first.labels, paired_fits=False, varies=varies
        )
    if not pairs:
        raise EvenvoiceError("no seed that both have")
    return compare_systems([a for a, _ in pairs], [b for _, b in pairs], first.labels, varies=varies)
