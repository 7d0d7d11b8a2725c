"""How often the tests find a difference between equal systems, and between systems that differ.

    python scripts/paired_tests.py > docs/paired-tests.md

Two recipes with several fits each (`evenvoice.metrics.simulated_fits`), and two models with one
(`evenvoice.metrics.simulated_pairs`). The last section is of ``scripts/two_fits.py``.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import replace

from joblib import delayed

from evenvoice.metrics.simulated_fits import SETTINGS, Found, found_differences
from evenvoice.metrics.simulated_pairs import Pair, Rates, rates
from evenvoice.parallel import in_parallel

SPEAKERS = (6, 10, 20, 60)
CROSSED = tuple((speakers, fits) for speakers in (6, 10, 24, 60) for fits in (2, 3, 5, 10))
RECIPES = tuple(setting for setting in SETTINGS if setting.name in ("as EmoDB, 7 classes", "fits vary much"))
GAIN = 0.4

INTRODUCTION = """\
# How far the tests can be trusted

Made by `python scripts/paired_tests.py{options}`. A share of 5 % of {draws:,} studies has
a standard error of {error:.1f} points; the permutation tests over fits saw {exchanged:,} studies a row.

What is printed is the p of *crossed t*, which the interval of the difference inverts, so that p is below 5 % where the
interval leaves out 0.

- It is below 5 % in 0.5 to 6.3 % of the comparisons of equal recipes: fewer than 5 % where speakers and fits are few,
  because the variance is never less than that of speakers or of fits alone. It is a little more than 5 % with three
  fits and 60 speakers: 6.6 % in the long test, as RAVDESS, the most of 28 such shares; up to 7.4 % in the last section,
  where fits vary much. With five fits or more it is 6 % at most.
- **Two fits count as unpaired.** Two fits agree by chance so often that the test of their differences was below 5 % in
  up to 9.9 % of these comparisons, and in up to 12 % of those in the last section. Counted as unpaired, they stay below
  6 %, and find more where the seeds of both have nothing in common. With one random recipe and one without randomness
  that does not help: no claim is made from two fits then.
- The permutation test over speakers and fits is below 5 % in 0 to 6 %, but finds no more on the whole, and inverts no
  interval; so the t test is printed.
- *Unpaired t* is for fits that do not correspond. Here the fits of the two recipes have nothing in common, and it finds
  more; where they share their folds, it misses what they share.
- **Permutation over speakers alone takes the fits as they are**: it finds differences between equal recipes up to
  {worst:.0f} times in a hundred. It is about two models.

## Two recipes, several fits of each: equal UA

How often p is below 5 %, and how often the 95 % interval of the difference holds the true one, in per cent.

"""

HEAD = """\
| setting | speakers | fits | **crossed t** | unpaired t | permutation, speakers and fits | speakers alone | covered |
|---|---:|---:|---:|---:|---:|---:|---:|"""

POWER = """
## Two recipes that differ

The second recipe's UA is higher by {gains}.
"""

MODELS = """
## Two models, one fit of each: equal UA

About these two models and new speakers; nothing here is about recipes. *Preference* is the standard deviation over
speakers, in points, of the true difference in UA. *McNemar* takes utterances as independent.

| preference | speakers | t over speakers (printed) | permutation over speakers | McNemar | covered |
|---|---|---|---|---|---|"""

SKEWED = """
*Skewed*: the first system is a little better for most speakers, the second much better for a few, and over all speakers
their UA is equal. A p just below 5 % from a handful of speakers is no proof.
"""

DIFFERENT = """\
## Two models that differ

The second model's UA is higher by {gain:.1f} points; the preference is {preference:.1f} points.

| speakers | least p that the permutation test can give | t over speakers (printed) | permutation | McNemar | covered |
|---|---|---|---|---|---|"""

READING = """
McNemar's column is no merit: a test that finds differences between equal systems finds real ones more often, too.
`pytest -m long tests/metrics` repeats a part of these pages with other random numbers.
"""

EQUAL = (Pair(0.0), Pair(0.25), Pair(0.5), Pair(0.5, skewed=True).made_equal())
BETTER = Pair(0.25, gain=0.3)


def main() -> None:
    """Simulate, then print the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--exchanged", type=int, default=500, help="studies that the crossed permutation tests see")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    chosen = parser.parse_args()
    equal, better = ([replace(setting, gain=gain) for setting in RECIPES] for gain in (0.0, GAIN))
    recipes = [(setting, *size) for setting in (*equal, *better) for size in CROSSED]
    models = [(pair, speakers) for pair in (*EQUAL, BETTER) for speakers in SPEAKERS]
    calls = [
        *(
            delayed(found_differences)(*row, chosen.draws, seed=chosen.seed + number, exchanged=chosen.exchanged)
            for number, row in enumerate(recipes)
        ),
        *(delayed(rates)(*row, chosen.draws, seed=chosen.seed + number) for number, row in enumerate(models)),
    ]
    found = list(in_parallel(iter(calls), "simulating", len(calls), jobs=chosen.jobs))
    of_recipes = list(zip(recipes, found[: len(recipes)], strict=True))
    of_models = list(zip(models, found[len(recipes) :], strict=True))
    options = f" --draws {chosen.draws} --exchanged {chosen.exchanged} --seed {chosen.seed}"
    half = len(of_recipes) // 2
    print(
        INTRODUCTION.format(
            options=options,
            draws=chosen.draws,
            exchanged=chosen.exchanged,
            error=100 * math.sqrt(0.05 * 0.95 / chosen.draws),
            worst=max(100 * result.speakers_alone for _, result in of_recipes[:half]),
        )
        + HEAD
    )
    for (setting, speakers, fits), result in of_recipes[:half]:
        print(f"| {setting.name} | {speakers} | {fits} | {recipe_cells(result)} |")
    gains = ", ".join(f"{100 * (each.truth(1) - each.truth(-1)):.1f} points ({each.name})" for each in better)
    print(POWER.format(gains=gains) + "\n" + HEAD)
    for (setting, speakers, fits), result in of_recipes[half:]:
        print(f"| {setting.name} | {speakers} | {fits} | {recipe_cells(result)} |")
    print(MODELS)
    for (pair, speakers), result in of_models[: -len(SPEAKERS)]:
        shape = ", skewed" if pair.skewed else ""
        print(f"| {100 * pair.spread():.1f}{shape} | {speakers} | {model_cells(result)} |")
    print(SKEWED)
    print(DIFFERENT.format(gain=100 * BETTER.true_difference(), preference=100 * BETTER.spread()))
    for (_, speakers), result in of_models[-len(SPEAKERS) :]:
        print(f"| {speakers} | {result.smallest_p:.2g} | {model_cells(result)} |")
    print(READING, end="")


def recipe_cells(found: Found) -> str:
    """Write the shares as cells, in per cent."""
    shares = (found.crossed, found.unpaired, found.permutation, found.speakers_alone, found.covered)
    return " | ".join(f"{100 * share:.1f}" for share in shares)


def model_cells(found: Rates) -> str:
    """Write the shares as cells, in per cent."""
    return " | ".join(f"{100 * share:.1f} %" for share in (found.t, found.permutation, found.mcnemar, found.covered))


if __name__ == "__main__":
    main()
