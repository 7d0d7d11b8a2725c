"""Times in tables: seconds, or what pandas and audformat write."""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd

from evenvoice.errors import EvenvoiceError

# pandas writes 0 days where no time of a column has more.
_TIMEDELTA = re.compile(r":|^-?\d+ days?$")


def seconds_of(value: Any, column: str, where: str) -> float | None:
    """Return a time in seconds: a number, a timedelta, or text (``1.25``, ``1,25``, ``0 days 00:00:01.25``).

    Args:
        value: The cell; ``None`` where it is empty.
        column: Its column, for errors.
        where: Its row, for errors.

    Raises:
        EvenvoiceError: It is no time, or a negative one.

    Examples:
        >>> seconds_of("0 days 00:00:01.5", "end", "line 2"), seconds_of("0 days", "start", "line 2")
        (1.5, 0.0)
    """
    if value is None:
        return None
    seconds = math.nan
    try:
        if isinstance(value, str):
            text = value.strip()
            if text in ("NaT", "nan", "NaN", "<NA>"):
                return None
            seconds = pd.Timedelta(text).total_seconds() if _TIMEDELTA.search(text) else float(text.replace(",", "."))
        elif hasattr(value, "total_seconds"):
            seconds = value.total_seconds()
        else:
            seconds = float(value) if not isinstance(value, bool) else math.nan
    except (ValueError, TypeError):
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        shown = value if isinstance(value, str) else str(value)
        raise EvenvoiceError(f"{where}: {column} {shown[:40]!r} is not a time; write seconds from 0, for example 1.25")
    return seconds
