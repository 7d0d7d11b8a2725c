"""What a study does not hold yet."""

from __future__ import annotations

from evenvoice.report.words import count
from evenvoice.study import Result, Study
from evenvoice.study.completeness import tested, unfinished


def missing_folds(result: Result) -> list[str]:
    """Say for each seed whose folds do not test every utterance how much they test; empty where all is there."""
    found = []
    for seed, runs in unfinished(result).items():
        folds = f"{count(len(runs), 'fold')} ({', '.join(str(run.key.fold) for run in runs)})"
        found.append(f"seed {seed}: {folds} so far, which test {tested(runs)} of {len(runs[0].split)} utterances")
    return found


def gaps(study: Study) -> list[str]:
    """Say in sentences what is missing: folds of a seed, seeds that others have, recipes without a protocol.

    A folder may hold an uneven grid on purpose, so the last two are told as facts and not as faults.
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
