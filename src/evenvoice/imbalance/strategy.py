"""How many rows each class gets: the ``sampling_strategy`` of the samplers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from evenvoice.errors import EvenvoiceError

OverStrategy = Literal["not majority"] | float | Mapping[Any, int]
UnderStrategy = Literal["not minority"] | float | Mapping[Any, int]


def check_strategy(sampler: str, strategy: Any, word: str) -> None:
    """Make sure that a strategy is a word, a dict or a ratio.

    Args:
        sampler: Whose strategy it is, for the message.
        strategy: What was given.
        word: The one word that the sampler knows.

    Raises:
        EvenvoiceError: It is none of these.
    """
    if isinstance(strategy, Mapping) or (isinstance(strategy, str) and strategy == word) or _is_ratio(strategy):
        return
    raise EvenvoiceError(
        f"{sampler} sampling_strategy: {strategy!r}; give {word!r}, a dict of label → count, "
        "or a ratio above 0 and up to 1"
    )


def rows_to_add(sampler: str, strategy: OverStrategy, have: dict[Any, int]) -> dict[Any, int]:
    """Return how many rows each class lacks, where it lacks any.

    Args:
        sampler: Whose strategy it is, for the message.
        strategy: ``"not majority"`` raises every class to the size of the largest; a ratio to that fraction of it; a
            dict of label → count raises those classes to those counts.
        have: Rows of each class.

    Raises:
        EvenvoiceError: A dict asks for a class that is not there, or for fewer rows than it has.

    Examples:
        >>> rows_to_add("SMOTE", "not majority", {"happy": 2, "neutral": 5})
        {'happy': 3}
    """
    if isinstance(strategy, Mapping):
        for label, count in strategy.items():
            _check_target(sampler, label, count, have, above=True)
        wanted = {label: int(strategy.get(label, count)) - count for label, count in have.items()}
    else:
        ratio = 1.0 if isinstance(strategy, str) else float(strategy)
        # Truncated, as imbalanced-learn does it.
        wanted = {label: int(ratio * max(have.values()) - count) for label, count in have.items()}
    return {label: count for label, count in wanted.items() if count > 0}


def rows_to_keep(sampler: str, strategy: UnderStrategy, have: dict[Any, int]) -> dict[Any, int]:
    """Return how many rows each class that loses some keeps.

    Args:
        sampler: Whose strategy it is, for the message.
        strategy: ``"not minority"`` lowers every class to the size of the smallest; a ratio to the size at which the
            smallest is that fraction of it; a dict of label → count lowers those classes to those counts.
        have: Rows of each class.

    Raises:
        EvenvoiceError: A dict asks for a class that is not there, for none of its rows, or for more than it has.

    Examples:
        >>> rows_to_keep("RandomUnderSampler", 0.5, {"happy": 2, "neutral": 5})
        {'neutral': 4}
    """
    if isinstance(strategy, Mapping):
        for label, count in strategy.items():
            _check_target(sampler, label, count, have, above=False)
        wanted = {label: int(strategy.get(label, count)) for label, count in have.items()}
    else:
        ratio = 1.0 if isinstance(strategy, str) else float(strategy)
        wanted = dict.fromkeys(have, int(min(have.values()) / ratio))
    return {label: count for label, count in wanted.items() if count < have[label]}


def _check_target(sampler: str, label: Any, count: Any, have: dict[Any, int], *, above: bool) -> None:
    """Make sure that a class can be brought to the count that a dict asks for."""
    if label not in have:
        classes = ", ".join(map(repr, have))
        raise EvenvoiceError(f"{sampler} sampling_strategy: class {label!r} is not in y; the classes are {classes}")
    there = have[label]
    fits = is_integer(count) and (count >= there if above else 1 <= count <= there)
    if fits:
        return
    what, wanted = ("removes none", f"{there} or more") if above else ("adds none", f"1 to {there}")
    raise EvenvoiceError(
        f"{sampler} sampling_strategy: class {label!r} → {count!r}, but it has {there} rows and {sampler} {what}; "
        f"give an integer of {wanted}"
    )


def is_integer(value: Any) -> bool:
    """Return whether a value is an integer, and no bool."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _is_ratio(value: Any) -> bool:
    return isinstance(value, int | float | np.floating) and not isinstance(value, bool) and 0 < float(value) <= 1
