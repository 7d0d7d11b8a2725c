"""Progress on stderr, so that stdout stays clean for results."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def track(items: Iterable[Item], description: str, total: int | None = None) -> Iterator[Item]:
    """Yield the items and draw a progress bar on stderr; not on a terminal, a line at the start and at the end.

    Args:
        items: Anything to iterate over.
        description: What is being done, in a few words.
        total: The number of items, where ``len`` does not tell.

    Examples:
        >>> list(track([1, 2], "counting"))
        [1, 2]
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    if total is None and hasattr(items, "__len__"):
        total = len(items)  # type: ignore[arg-type]  # hasattr has just shown it
    if not sys.stderr.isatty():
        print(f"{description}: {'' if total is None else f'{total} to do'}", file=sys.stderr, flush=True)
        yield from items
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    # Results go to stdout while the bar is drawn: it must not take them to stderr.
    with Progress(*columns, console=Console(stderr=True), redirect_stdout=False) as bar:
        task = bar.add_task(description, total=total)
        for item in items:
            yield item
            bar.advance(task)
