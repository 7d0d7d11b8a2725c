"""Which test sets the paper's Table 5 allows: the whole numbers behind its rounded precision, recall and F1.

    python scripts/table5_feasible.py

Of an emotion with n test rows, a system finds h (the hits), and it answers with that emotion m times. Table 5 prints
h / m, h / n and 2h / (n + m) in whole per cent, so that few pairs (h, m) are left for each n. Each test row gets one
answer: the m of the four emotions add up to the number of test rows. A test set for which they cannot is not the one
behind Table 5. The table that this prints stands in docs/contradictions.md, with what follows from it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np
from scipy.stats import multivariate_hypergeom

# Precision, recall and F1 in per cent, as printed.
TABLE_5 = {"angry": (78, 83, 81), "happy": (89, 91, 90), "sad": (82, 89, 85), "neutral": (72, 61, 66)}

# What may have been divided 80:20, in the order of TABLE_5; IEMOCAP's label counts.
POOLS = {
    "balanced first": (1708, 1708, 1708, 1708),
    "recorded, happy alone": (1103, 595, 1084, 1708),
    "recorded, happy + excited": (1103, 1636, 1084, 1708),
    "recorded, excited for happy": (1103, 1041, 1084, 1708),
}

Pairs = list[tuple[int, int]]


def pairs(size: int, printed: tuple[int, int, int]) -> Pairs:
    """Return every (hits, answers) of an emotion with ``size`` test rows that prints as in Table 5.

    Examples:
        Of 342 angry rows, 285 found and 366 answered: 77.87, 83.33 and 80.51 %.

        >>> (285, 366) in pairs(342, (78, 83, 81)), (284, 364) in pairs(342, (78, 83, 81))
        (True, False)
    """
    precision, recall, f1 = printed
    return [
        (hits, answers)
        for hits in range(1, size + 1)
        if prints(hits, size, recall)
        for answers in range(hits, 200 * hits // (2 * precision - 1) + 1)
        if prints(hits, answers, precision) and prints(2 * hits, size + answers, f1)
    ]


def prints(part: int, whole: int, per_cent: int) -> bool:
    """Whether a share prints as ``per_cent``; an exact half may have been rounded either way."""
    return (2 * per_cent - 1) * whole <= 200 * part <= (2 * per_cent + 1) * whole


def stratified(pool: Sequence[int], rows: int) -> Iterator[tuple[int, ...]]:
    """Yield the class sizes that a stratified draw of ``rows`` may have: each class' share, rounded down or up.

    Examples:
        >>> list(stratified((1103, 595, 1084, 1708), 898))  # shares of 220.6, 119, 216.8 and 341.6
        [(220, 119, 217, 342), (221, 119, 216, 342), (221, 119, 217, 341)]
    """
    shares = [divmod(size * rows, sum(pool)) for size in pool]
    for sizes in itertools.product(*((down, down + 1) if rest else (down,) for down, rest in shares)):
        if sum(sizes) == rows:
            yield sizes


def hits(sizes: Sequence[int]) -> set[int]:
    """Return the numbers of rows recognised that Table 5 allows for a test set; none: it is not the one behind it."""
    options = [pairs(size, printed) for size, printed in zip(sizes, TABLE_5.values(), strict=True)]
    return {
        sum(hit for hit, _ in chosen)
        for chosen in itertools.product(*options)
        if sum(answers for _, answers in chosen) == sum(sizes) and has_matrix(sizes, chosen)
    }


def has_matrix(sizes: Sequence[int], chosen: Sequence[tuple[int, int]]) -> bool:
    """Whether some confusion matrix has these rows, hits and answers.

    The rows that an emotion lost went to wrong answers of the *other* emotions; there is room for them all if and only
    if, for each emotion, its lost rows and its wrong answers are not more than all errors (max-flow min-cut).
    """
    errors = sum(sizes) - sum(hit for hit, _ in chosen)
    return all(size - hit + answers - hit <= errors for size, (hit, answers) in zip(sizes, chosen, strict=True))


def reach(sizes: Sequence[int]) -> tuple[float, float]:
    """Return the fewest and the most answers that Table 5 allows for a test set, all emotions together."""
    bounds = [extremes(pairs(size, printed)) for size, printed in zip(sizes, TABLE_5.values(), strict=True)]
    return sum(low for low, _ in bounds), sum(high for _, high in bounds)


def extremes(options: Pairs) -> tuple[float, float]:
    """Return the fewest and the most answers; where no pair is left, nothing can be reached."""
    return min((m for _, m in options), default=np.inf), max((m for _, m in options), default=-np.inf)


def chance(pool: Sequence[int], rows: int, draws: int = 200_000) -> float:
    """Return how likely a draw of ``rows`` that is *not* stratified has class sizes that Table 5 may allow.

    Counted generously: the number of rows need only lie between the fewest and the most answers.
    """
    sizes = multivariate_hypergeom.rvs(list(pool), rows, size=draws, random_state=0)
    low, high = np.zeros(draws), np.zeros(draws)
    for column, printed in enumerate(TABLE_5.values()):
        found, place = np.unique(sizes[:, column], return_inverse=True)
        bounds = np.array([extremes(pairs(int(size), printed)) for size in found])
        low += bounds[place, 0]
        high += bounds[place, 1]
    return float(np.mean((low <= rows) & (rows <= high)))


def main() -> None:
    """Print the verdict on each test set that section 4 of the paper may mean, as Markdown."""
    print("| what was divided 80:20 | test rows: angry, happy, sad, neutral | answers that Table 5 allows | accuracy |")
    print("|---|---|---|---|")
    for name, pool in POOLS.items():
        rows = math.ceil(sum(pool) / 5)  # as train_test_split rounds
        for sizes in stratified(pool, rows):
            found = [100 * number / rows for number in hits(sizes)]
            verdict = f"{min(found):.1f} to {max(found):.1f} %" if found else "impossible"
            low, high = reach(sizes)
            print(f"| {name} | {' + '.join(map(str, sizes))} = {rows} | {low} to {high} | {verdict} |")
        print(
            f"| {name}, not stratified | {rows} | – | possible in at most {100 * chance(pool, rows):.2f} % of splits |"
        )


if __name__ == "__main__":
    main()
