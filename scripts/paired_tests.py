"""How often the paired tests find a difference between equal systems, and between systems that differ.

    python scripts/paired_tests.py > docs/paired-tests.md

Simulated pairs of systems (`evenvoice.metrics.simulated_pairs`), compared on corpora of 6, 10, 20 and 60 speakers.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass

from joblib import delayed

from evenvoice.metrics import recommended
from evenvoice.metrics.simulated_pairs import Pair, Rates, rates
from evenvoice.parallel import in_parallel

SPEAKERS = (6, 10, 20, 60)

INTRODUCTION = """\
# How far the paired tests can be trusted

Made by `python scripts/paired_tests.py{options}`: {draws:,} corpora a row, random seeds from {seed} on, two runs
a system, 999 random exchanges above 14 speakers (all of them below), intervals by the method that `recommended` names
({methods}). A share of 5 % has a standard error of {error:.1f} points.

Two simulated systems are compared on corpora of four emotions, in which each speaker has as many utterances as one of
EmoDB's ten. Hard voices and hard sentences are hard for both systems. Speakers differ in the system that suits them:
*preference* is the standard deviation over speakers, in points, of the true difference in UA between the two.

## Equal systems: a test should find a difference in 5 % of the corpora

*Permutation* exchanges the two systems within whole speakers. *McNemar* takes utterances as independent. *Covered* is
the share of 95 % intervals of the difference in UA that hold the true one, which is zero here.

| preference | speakers | permutation, UA | permutation, WA | McNemar | covered |
|---|---|---|---|---|---|"""

SKEWED = """
*Skewed*: the first system is a little better for most speakers, the second much better for a few, and over all speakers
their UA is equal. The permutation test asks whether the systems could be exchanged, and these could not: it finds a
difference in up to {worst:.1f} % of the corpora. A p just below 5 % from a handful of speakers is no proof.

`pytest -m long tests/metrics/test_paired.py` holds the rows that are not skewed to 6 %.
"""

DIFFERENT = """\
## Systems that differ: how often it is found

The second system's UA is higher by {gain:.1f} points; the preference is {preference:.1f} points.

| speakers | least p that the permutation test can give | permutation, UA | permutation, WA | McNemar | covered |
|---|---|---|---|---|---|"""

READING = """
McNemar's column is no merit: a test that finds differences between equal systems finds real ones more often, too.
"""


@dataclass(frozen=True)
class Row:
    """One simulation."""

    pair: Pair
    speakers: int


EQUAL = (Pair(0.0), Pair(0.25), Pair(0.5), Pair(0.5, skewed=True).made_equal())
BETTER = Pair(0.25, gain=0.3)


def main() -> None:
    """Simulate, then print the page."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--draws", type=int, default=4000)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--jobs", type=int, default=1)
    chosen = arguments.parse_args()
    rows = [Row(pair, speakers) for pair in (*EQUAL, BETTER) for speakers in SPEAKERS]
    calls = (
        delayed(rates)(row.pair, row.speakers, chosen.draws, seed=chosen.seed + number)
        for number, row in enumerate(rows)
    )
    found = list(zip(rows, in_parallel(calls, "simulating", len(rows), jobs=chosen.jobs), strict=True))
    options = f" --draws {chosen.draws} --seed {chosen.seed}"
    error = 100 * math.sqrt(0.05 * 0.95 / chosen.draws)
    methods = ", ".join(f"{speakers} speakers: {recommended(speakers)}" for speakers in SPEAKERS)
    print(INTRODUCTION.format(options=options, draws=chosen.draws, seed=chosen.seed, methods=methods, error=error))
    for row, result in found[: -len(SPEAKERS)]:
        shape = ", skewed" if row.pair.skewed else ""
        print(f"| {100 * row.pair.spread():.1f}{shape} | {row.speakers} | {shares(result)} |")
    worst = max(max(result.ua, result.wa) for row, result in found if row.pair.skewed)
    print(SKEWED.format(worst=100 * worst))
    print(DIFFERENT.format(gain=100 * BETTER.true_difference(), preference=100 * BETTER.spread()))
    for row, result in found[-len(SPEAKERS) :]:
        print(f"| {row.speakers} | {result.smallest_p:.2g} | {shares(result)} |")
    print(READING, end="")


def shares(result: Rates) -> str:
    """Write the shares as cells, in per cent."""
    return " | ".join(f"{100 * share:.1f} %" for share in (result.ua, result.wa, result.mcnemar, result.covered))


if __name__ == "__main__":
    main()
