"""What was seen in single runs, put together into findings: one for each kind, recipe and protocol."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evenvoice.audit.findings import Finding, Kind
from evenvoice.study import Run, RunKey


@dataclass(frozen=True)
class Spot:
    """Something that is wrong in one run.

    Attributes:
        run: Which run.
        kind: What is wrong.
        what: What of it: a step, a column; spots of one kind and ``what`` become one finding.
        evidence: The counts in this run.
    """

    run: RunKey
    kind: Kind
    what: str
    evidence: str


def merged(spots: Iterable[Spot], runs: Sequence[Run]) -> list[Finding]:
    """Return one finding for each kind and ``what`` of a recipe and protocol, with a line of evidence a run.

    Examples:
        >>> kind = Kind("step-saw-test", "leak", "A step saw test rows", "fit it on the training part")
        >>> key = RunKey("2dcnn", "speaker", 0, 0, 1)
        >>> found = merged([Spot(key, kind, "normaliser", "3 of 9 test rows")], [])
        >>> found[0].message, found[0].evidence
        ('2dcnn × speaker: normaliser (1 run)', ('seed 0, fold 1: 3 of 9 test rows',))
    """
    of = Counter((run.key.recipe, run.key.protocol) for run in runs)
    groups: dict[tuple[str, str, str, Kind], list[Spot]] = {}
    for spot in spots:
        groups.setdefault((spot.run.recipe, spot.run.protocol, spot.what, spot.kind), []).append(spot)
    findings = []
    for (recipe, protocol, what, kind), found in groups.items():
        n, all_runs = len({spot.run for spot in found}), of[(recipe, protocol)]
        how_many = f"{n} of {all_runs} runs" if all_runs > 1 else "1 run"
        evidence = tuple(f"seed {spot.run.seed}, fold {spot.run.fold}: {spot.evidence}" for spot in found)
        findings.append(Finding(kind, f"{recipe} × {protocol}: {what} ({how_many})", evidence))
    return findings
