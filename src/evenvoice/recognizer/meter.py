"""Bars that move while somebody speaks, in a terminal; a line for each window elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from evenvoice.printing import printable
from evenvoice.recognizer.output import adapted_words, scores_as_text

_WIDTH = 40


def bars(entry: dict[str, Any], labels: Sequence[str], width: int = _WIDTH) -> list[str]:
    """Return a line for each label, in the model's order so that they do not jump about, the best marked.

    Args:
        entry: What `Recognizer.stream` gives for a window.
        labels: The model's.
        width: Of a full bar, in characters.

    Examples:
        >>> scores = [{"label": "sad", "score": 0.75}, {"label": "angry", "score": 0.25}]
        >>> for line in bars({"start": 0, "end": 3, "scores": scores}, ["angry", "sad"], width=8):
        ...     print(line)
          angry  ██        25.0%
        > sad    ██████    75.0%
    """
    scores = {each["label"]: each["score"] for each in entry["scores"]}
    best = next(iter(scores), None)
    longest = max(map(len, map(printable, labels)))
    lines = []
    for label in labels:
        score = scores.get(label, 0.0)
        bar = "█" * round(width * score)
        lines.append(f"{'>' if label == best else ' '} {printable(label):<{longest}}  {bar:<{width}}{score:7.1%}")
    return lines


def show_meter(entries: Iterable[dict[str, Any]], labels: Sequence[str]) -> None:
    """Show entries as they come: bars in a terminal, else a line each: end in seconds, emotions.

    Args:
        entries: What `Recognizer.stream` gives.
        labels: The model's.
    """
    if not sys.stdout.isatty():
        for entry in entries:
            sys.stdout.write(f"{entry['end']:.2f}\t{scores_as_text(entry['scores']) or 'silent'}{_known(entry)}\n")
            sys.stdout.flush()
        return
    from rich.live import Live
    from rich.text import Text

    with Live(Text("listening; stop with Ctrl-C"), auto_refresh=False) as live:
        for entry in entries:
            head = f"{entry['end']:7.1f} s{'  silent' if entry.get('silent') else ''}{_known(entry)}"
            live.update(Text("\n".join([head, *bars(entry, labels)])), refresh=True)


def _known(entry: dict[str, Any]) -> str:
    return f"\t{adapted_words(entry)}" if entry.get("adapted") else ""
