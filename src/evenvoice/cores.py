"""How many cores there are to work on."""

from __future__ import annotations

import os


def cores() -> int:
    """Return the number of cores that this process may use, at least one.

    Examples:
        >>> cores() >= 1
        True
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
