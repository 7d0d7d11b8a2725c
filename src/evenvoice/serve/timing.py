"""The windows that a request asks for, in its query."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from evenvoice.recognizer.windows import LONGEST
from evenvoice.serve.limits import MOST_OVERLAP, SHORTEST_HOP, SHORTEST_WINDOW
from evenvoice.serve.refused import RefusedError

Top = Annotated[int | None, Query(ge=1, description="So many emotions, best first; all if not given.")]
Window = Annotated[
    float | None,
    Query(ge=SHORTEST_WINDOW, le=LONGEST, allow_inf_nan=False, description="Answer for windows of so many seconds."),
]
Hop = Annotated[
    float | None,
    Query(
        ge=SHORTEST_HOP,
        allow_inf_nan=False,
        description="Seconds from window to window; 1, or the window's length if that is less.",
    ),
]
Adapt = Annotated[
    float | None,
    Query(
        ge=1,
        allow_inf_nan=False,
        description="With a window: adapt each to those before it; after so many seconds of speech what is known of "
        "the speaker counts half, 120 for example.",
    ),
]


def checked_hop(window: float | None, hop: float | None, adapt: float | None) -> float | None:
    """Return the hop of a timeline, or refuse one that makes no sense or costs too much.

    Raises:
        RefusedError: 422, what is wrong with it.

    Examples:
        >>> checked_hop(3.0, None, None), checked_hop(0.5, None, None), checked_hop(None, None, None)
        (1.0, 0.5, None)
    """
    if window is None:
        for name, value in (("hop", hop), ("adapt", adapt)):
            if value is not None:
                more = f"window=3&{name}={value:g}"
                raise RefusedError(422, f"{name}: {value:g} without a window; give window, too, for example {more}")
        return None
    hop = min(1.0, window) if hop is None else hop
    if not window / MOST_OVERLAP <= hop <= window:
        least = max(window / MOST_OVERLAP, SHORTEST_HOP)
        raise RefusedError(422, f"hop: {hop:g} s, expected {least:g} s to {window:g} s for a window of {window:g} s")
    return hop
