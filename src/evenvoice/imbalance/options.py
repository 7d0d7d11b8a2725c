"""Checks of options that several samplers share."""

from __future__ import annotations

from typing import Any

import numpy as np

from evenvoice.errors import EvenvoiceError, shown
from evenvoice.imbalance.strategy import is_integer


def check_integers(sampler: str, least: int = 1, **values: Any) -> None:
    """Make sure that options are integers.

    Args:
        sampler: Whose options they are, for the message.
        least: The smallest that is allowed.
        **values: The options by name.

    Raises:
        EvenvoiceError: One is not an integer, or too small.

    Examples:
        >>> check_integers("NearMiss", n_neighbors=0)
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: NearMiss n_neighbors: 0; give an integer of 1 or more
    """
    for name, value in values.items():
        if not is_integer(value) or value < least:
            raise EvenvoiceError(f"{sampler} {name}: {shown(value)}; give an integer of {least} or more")


def check_numbers(sampler: str, low: float, high: float, **values: Any) -> None:
    """Make sure that options are numbers from ``low`` to ``high``.

    Raises:
        EvenvoiceError: One is not a number, or lies outside.
    """
    for name, value in values.items():
        number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
        if not number or not low <= value <= high:
            raise EvenvoiceError(f"{sampler} {name}: {shown(value)}; give a number from {low:g} to {high:g}")


def check_one_of(sampler: str, known: tuple[str, ...], **values: Any) -> None:
    """Make sure that options are known words.

    Raises:
        EvenvoiceError: One is unknown.
    """
    for name, value in values.items():
        if value not in known:
            raise EvenvoiceError(f"{sampler} {name}: {shown(value)} is unknown; use one of {', '.join(known)}")
