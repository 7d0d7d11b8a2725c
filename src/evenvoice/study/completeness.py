"""What a study does not hold yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evenvoice.protocols import divides_once
from evenvoice.study.records import Run
from evenvoice.study.seeds import Seed
from evenvoice.tables import count

if TYPE_CHECKING:
    from evenvoice.study.results import Result, Study


def unfinished(result: Result) -> dict[Seed, list[Run]]:
    """Return for each seed whose folds do not test every utterance the runs that are there.

    What should be there is known from the runs themselves: every ``split.csv`` lists every row.
    """
    if divides_once(result.protocol):
        return {}
    by_seed = {seed: [run for run in result.runs if run.key.seed == seed] for seed in result.seeds}
    return {seed: runs for seed, runs in by_seed.items() if tested(runs) < len(runs[0].split)}


def tested(runs: list[Run]) -> int:
    """Return how many utterances some runs test, or enrol."""
    return sum(int(run.split["part"].isin(["test", "enrolled"]).sum()) for run in runs)


def missing_folds(result: Result) -> list[str]:
    """Say for each seed whose folds do not test every utterance how much they test; empty where all is there."""
    found = []
    for seed, runs in unfinished(result).items():
        folds = f"{count(len(runs), 'fold')} ({', '.join(str(run.key.fold) for run in runs)})"
        found.append(f"seed {seed}: {folds} so far, which test {tested(runs)} of {len(runs[0].split)} utterances")
    return found


def gaps(study: Study) -> list[str]:
    """Say in sentences what is missing: folds of a seed, seeds that others have, recipes without a protocol.

    A folder may hold an uneven grid on purpose, so the last two are stated as facts and not as faults.
    """
    found = [f"{name_of(result)}, {words}" for result in study.results for words in missing_folds(result)]
    seeds = sorted({seed for result in study.results for seed in result.seeds})
    for result in study.results:
        lacking = [str(seed) for seed in seeds if seed not in result.seeds]
        if lacking:
            found.append(f"{name_of(result)}: no run with seed {', '.join(lacking)}, which other results have")
    there = {(result.recipe, result.protocol) for result in study.results}
    for recipe in dict.fromkeys(result.recipe for result in study.results):
        for protocol in dict.fromkeys(result.protocol for result in study.results):
            if (recipe, protocol) not in there:
                found.append(f"{recipe} × {protocol}: no run, while both have others")
    return found


def name_of(result: Result) -> str:
    """Return ``recipe × protocol``."""
    return f"{result.recipe} × {result.protocol}"
