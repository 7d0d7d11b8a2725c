"""Progress on stderr, so that stdout stays clean for results: a bar where one can be drawn, else a line a minute."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

# Seconds between two lines where no bar can be drawn.
_EVERY = 60.0
# Seconds over which the bar looks back for its estimate: a day, for steps may take hours.
_LOOKS_BACK = 86400.0


def track(items: Iterable[Item], description: str, total: int | None = None) -> Iterator[Item]:
    """Yield the items and show on stderr how far it is, and about how long the rest takes.

    A terminal and a notebook get a bar. Anything else, such as a log, gets a line at the start and one a minute.

    Args:
        items: Anything to iterate over.
        description: What is being done, in a few words.
        total: The number of items, where ``len`` does not tell.

    Examples:
        >>> list(track([1, 2], "counting"))
        [1, 2]
    """
    if total is None and hasattr(items, "__len__"):
        total = len(items)  # type: ignore[arg-type]  # hasattr has just shown it
    if sys.stderr.isatty():
        yield from _in_a_terminal(items, description, total)
    elif _is_notebook() and importlib.util.find_spec("tqdm"):
        yield from _in_a_notebook(items, description, total)
    else:
        yield from _in_lines(items, description, total)


def _in_a_terminal(items: Iterable[Item], description: str, total: int | None) -> Iterator[Item]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    # Results go to stdout while the bar is drawn: it must not take them to stderr.
    console = Console(stderr=True)
    with Progress(*columns, console=console, redirect_stdout=False, speed_estimate_period=_LOOKS_BACK) as bar:
        task = bar.add_task(description, total=total)
        bar.advance(task, 0)  # the estimate is made between two steps: so there is one after the first
        for item in items:
            yield item
            bar.advance(task)


def _in_a_notebook(items: Iterable[Item], description: str, total: int | None) -> Iterator[Item]:
    # tqdm's own test of whether widgets work would print a warning where they are not installed.
    if importlib.util.find_spec("ipywidgets"):
        from tqdm.notebook import tqdm
    else:
        from tqdm.std import tqdm  # redraws its line, which notebooks understand
    yield from tqdm(items, desc=description, total=total, file=sys.stderr)


def _in_lines(items: Iterable[Item], description: str, total: int | None) -> Iterator[Item]:
    print(description if total is None else f"{description}: {total} to do", file=sys.stderr, flush=True)
    start = said = time.monotonic()
    for done, item in enumerate(items):
        now = time.monotonic()
        if done and now - said >= _EVERY:
            print(_line(description, done, total, now - start), file=sys.stderr, flush=True)
            said = now
        yield item


def _line(description: str, done: int, total: int | None, seconds: float) -> str:
    """Return how far it is in words.

    Examples:
        >>> _line("fitting", 3, 12, 90.0)
        'fitting: 3 of 12 after 1:30, about 4:30 left'
        >>> _line("reading", 700, None, 4000.0)
        'reading: 700 after 1:06:40'
    """
    if not total:
        return f"{description}: {done} after {_clock(seconds)}"
    left = seconds / done * (total - done)
    return f"{description}: {done} of {total} after {_clock(seconds)}, about {_clock(left)} left"


def _clock(seconds: float) -> str:
    """Return a time as ``1:30`` or ``1:06:40``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _is_notebook() -> bool:
    """Return whether this is a notebook's kernel, whose output is a page and not a terminal."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")
