"""Which seeds of a result do not test every utterance yet."""

from __future__ import annotations

from evenvoice.protocols import SELECT_ON_TEST
from evenvoice.study.records import Run
from evenvoice.study.results import Result
from evenvoice.study.seeds import Seed

DIVIDES_ONCE = ("random", "given", "cross", "paper")
"""Protocols with one fold. All others cross-validate: their folds together test every utterance once."""


def unfinished(result: Result) -> dict[Seed, list[Run]]:
    """Return for each seed whose folds do not test every utterance the runs that are there.

    What should be there is known from the runs themselves: every ``split.csv`` lists every row.
    """
    if result.protocol.removesuffix(SELECT_ON_TEST) in DIVIDES_ONCE:
        return {}
    by_seed = {seed: [run for run in result.runs if run.key.seed == seed] for seed in result.seeds}
    return {seed: runs for seed, runs in by_seed.items() if tested(runs) < len(runs[0].split)}


def tested(runs: list[Run]) -> int:
    """Return how many utterances some runs test."""
    return sum(int((run.split["part"] == "test").sum()) for run in runs)
