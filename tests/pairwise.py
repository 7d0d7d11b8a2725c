"""Few cases that hold every pair of choices: what three choices break together is rare, what two break is not."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

Case = tuple[str, ...]


def pairwise(choices: Sequence[Sequence[str]], allowed: Callable[[Case], bool] = lambda case: True) -> list[Case]:
    """Return cases, one choice of each sequence, that hold every pair of choices which some allowed case holds.

    Greedy, and always the same for the same choices.

    Examples:
        >>> len(pairwise(["abc", "xyz", "12"])), len(list(itertools.product("abc", "xyz", "12")))
        (9, 18)
    """
    cases = [case for case in itertools.product(*choices) if allowed(case)]
    pairs = {case: frozenset(itertools.combinations(enumerate(case), 2)) for case in cases}
    missing = set().union(*pairs.values()) if pairs else set()
    chosen = []
    while missing:
        best = max(cases, key=lambda case: len(pairs[case] & missing))
        chosen.append(best)
        missing -= pairs[best]
    return chosen
