"""The windows that a request asks for, in its query."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.datastructures import QueryParams

from evenvoice.recognizer import LONGEST_WINDOW
from evenvoice.serve.limits import MOST_OVERLAP, SHORTEST_HOP, SHORTEST_WINDOW
from evenvoice.serve.refused import RefusedError

Top = Annotated[int | None, Query(ge=1, description="So many emotions, best first; all if not given.")]
Window = Annotated[
    float | None,
    Query(
        ge=SHORTEST_WINDOW,
        le=LONGEST_WINDOW,
        allow_inf_nan=False,
        description="Answer for windows of so many seconds.",
    ),
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


def check_query(given: QueryParams, *known: str) -> None:
    """Refuse a query with a name that means nothing here, or with one twice: its sender would get another answer.

    Raises:
        RefusedError: 422, which name.

    Examples:
        >>> check_query(QueryParams("windows=3"), "top", "window")
        Traceback (most recent call last):
        ...
        evenvoice.serve.refused.RefusedError: windows: unknown; the query may have top, window; see /docs
    """
    names = [name for name, _ in given.multi_items()]
    for name in names:
        if name not in known:
            may_have = f"may have {', '.join(known)}" if known else "is empty here"
            raise RefusedError(422, f"{name[:80]}: unknown; the query {may_have}; see /docs")
        if names.count(name) > 1:
            raise RefusedError(422, f"{name}: given {names.count(name)} times; give it once")


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
