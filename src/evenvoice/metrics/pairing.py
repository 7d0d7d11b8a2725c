"""Which fits of two systems belong together, where one of them or both hold nothing random."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from evenvoice.metrics.interval import Varies

_ORDER: tuple[Varies, ...] = ("nothing", "folds", "fits")


def most_of(varies: tuple[Varies, Varies]) -> Varies:
    """Return what another seed changes of two systems: the more of both.

    Examples:
        >>> most_of(("nothing", "folds"))
        'folds'
    """
    return max(varies, key=_ORDER.index)


def distinct(tables: Mapping[Any, pd.DataFrame], varies: Varies) -> dict[Any, pd.DataFrame]:
    """Return the tables by seed without those that are copies: one a split where only folds vary, else all or one.

    Examples:
        >>> from types import SimpleNamespace as Seed
        >>> tables = {name: pd.DataFrame() for name in "abc"}
        >>> list(distinct(tables, "nothing")), list(distinct(tables, "fits"))
        (['a'], ['a', 'b', 'c'])
    """
    found: dict[Hashable, Any] = {}
    for seed in tables:
        found.setdefault(_key(seed, varies), seed)
    return {seed: tables[seed] for seed in found.values()}


def common_fits(
    first: Mapping[Any, pd.DataFrame], second: Mapping[Any, pd.DataFrame], varies: tuple[Varies, Varies]
) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """Pair the fits of two systems that belong together: of the same seed, or of whatever a seed changes.

    A system without randomness has the same answers for every fit seed, so that one of its tables stands beside all
    fits of the other on the same folds.

    Args:
        first: Predictions by seed (with ``split``, where folds are drawn by a part of it).
        second: The other system's.
        varies: What another seed changes of each.
    """
    more = 0 if varies[0] == most_of(varies) else 1
    ours, theirs = (distinct(tables, kind) for tables, kind in zip((first, second), varies, strict=True))
    finer, coarser = (ours, theirs) if more == 0 else (theirs, ours)
    kind = varies[1 - more]
    by_key = {_key(seed, kind): table for seed, table in coarser.items()}
    pairs = [(table, by_key[_key(seed, kind)]) for seed, table in finer.items() if _key(seed, kind) in by_key]
    return pairs if more == 0 else [(other, table) for table, other in pairs]


def _key(seed: Any, varies: Varies) -> Hashable:
    """Return what of a seed counts."""
    if varies == "nothing":
        return None
    key: Hashable = seed if varies == "fits" else getattr(seed, "split", seed)
    return key
