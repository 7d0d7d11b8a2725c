"""Predictions as text, JSON or CSV, written one recording at a time, so that a reader need not wait for the last."""

from __future__ import annotations

import csv
import json
import textwrap
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Self, TextIO

from evenvoice.printing import cell, printable

Entry = dict[str, Any]


class Writer:
    """Writes the predictions of one recording after the other; a context manager.

    Whatever was begun is ended when the block is left, by an error too: half a list is still JSON.

    Args:
        out: Where to write.
        labels: The model's emotions.
        top: How many of the best to write; all if ``None``.
        timeline: True where recordings are cut into windows.
        adapted: True where the model is adapted to speakers: each entry then says to how many utterances.
    """

    def __init__(
        self,
        out: TextIO,
        labels: Sequence[str],
        *,
        top: int | None = None,
        timeline: bool = False,
        adapted: bool = False,
    ) -> None:
        self.out = out
        self._labels = labels
        self._top = top
        self._timeline = timeline
        self._adapted = adapted
        self._begun = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._begin()
        if self._begun:
            self._end()
            self.out.flush()

    def write(self, name: str, entries: Iterable[Entry]) -> None:
        """Write a recording's predictions.

        Args:
            name: The recording's.
            entries: ``{"scores": […]}``, best first: one for the whole recording, or one a window, with ``"start"``
                and ``"end"``; ``"adapted"`` where it was adapted, to so many utterances. They may come over time.
        """
        raise NotImplementedError

    def _begin(self) -> None:
        """Write what comes before the first recording, once."""
        if not self._begun:
            self._begun = True
            self._head()

    def _head(self) -> None:
        """Write what comes before the first recording."""

    def _end(self) -> None:
        """Write what comes after the last recording."""


class TextWriter(Writer):
    r"""A line for each recording or window, with tabs: name, start and end of a window in seconds, emotions.

    Where the model is adapted, the line ends with ``adapted, 3 utterances``.

    Examples:
        >>> import io
        >>> scores = [{"label": "sad", "score": 0.75}, {"label": "angry", "score": 0.25}]
        >>> with TextWriter(io.StringIO(), ["sad", "angry"], top=1) as writer:
        ...     writer.write("a.wav", [{"scores": scores}])
        >>> writer.out.getvalue()
        'a.wav\tsad 75.0%\n'
    """

    def write(self, name: str, entries: Iterable[Entry]) -> None:
        """Write a line an entry."""
        for entry in entries:
            times = (f"{entry['start']:.2f}", f"{entry['end']:.2f}") if self._timeline else ()
            print(
                printable(name),
                *times,
                scores_as_text(entry["scores"][: self._top]) or "silent",
                *((adapted_words(entry),) if self._adapted and entry.get("adapted") else ()),
                sep="\t",
                file=self.out,
                flush=True,
            )


class JsonWriter(Writer):
    """One JSON document: a list of ``{"file", "scores"}``, or of ``{"file", "windows"}`` with a timeline."""

    # What comes before an object, and after the last: as `json.dumps` would put them into the whole.
    _before, _after = "\n", ""

    def write(self, name: str, entries: Iterable[Entry]) -> None:
        """Write an object. Its windows are waited for, so that an error leaves no half of it."""
        found = [{**entry, "scores": entry["scores"][: self._top]} for entry in entries]
        answer = {"file": name, "windows": found} if self._timeline else {"file": name, **found[0]}
        self._begin()
        self.out.write(f"{self._before}{textwrap.indent(json.dumps(answer, indent=1), ' ')}")
        self._before, self._after = ",\n", "\n"
        self.out.flush()

    def _head(self) -> None:
        self.out.write("[")

    def _end(self) -> None:
        self.out.write(f"{self._after}]\n")


class CsvWriter(Writer):
    """A row for each recording or window: file, start, end, label, and a column ``p:<emotion>`` for each label.

    Where the model is adapted, the column ``adapted`` says to how many utterances; of a silent window, nothing. The
    cells of a silent window, and of emotions that are not among the best, are empty. A name that a spreadsheet would
    take for a formula gets an apostrophe before it; JSON has names as they are.
    """

    def write(self, name: str, entries: Iterable[Entry]) -> None:
        """Write a row an entry."""
        self._begin()
        for entry in entries:
            scores = {score["label"]: f"{score['score']:.9g}" for score in entry["scores"][: self._top]}
            times = (entry["start"], entry["end"]) if self._timeline else ()
            cells = [scores.get(label, "") for label in self._labels]
            csv.writer(self.out, lineterminator="\n").writerow(
                [self._name(name), *times, cell(next(iter(scores), "")), *cells, *self._known(entry)]
            )
            self.out.flush()

    def _head(self) -> None:
        columns = csv_columns(self._labels, timeline=self._timeline, adapted=self._adapted)
        csv.writer(self.out, lineterminator="\n").writerow(columns)

    def _name(self, name: str) -> str:
        return cell(name)

    def _known(self, entry: Entry) -> list[Any]:
        return [entry.get("adapted", "")] if self._adapted else []


def csv_columns(labels: Sequence[str], *, timeline: bool, adapted: bool) -> list[str]:
    """Return the names of the columns that `CsvWriter` writes.

    Examples:
        >>> csv_columns(["sad"], timeline=True, adapted=False)
        ['file', 'start', 'end', 'label', 'p:sad']
    """
    times = ("start", "end") if timeline else ()
    return ["file", *times, "label", *(f"p:{label}" for label in labels), *(("adapted",) if adapted else ())]


def adapted_words(entry: Entry) -> str:
    """Return to how many utterances an answer was adapted, which may be a part of one.

    Examples:
        >>> adapted_words({"adapted": 1.5})
        'adapted, 1.5 utterances'
    """
    known = entry["adapted"]
    return f"adapted, {known:.3g} utterance{'' if known == 1 else 's'}"


def scores_as_text(scores: Iterable[Entry]) -> str:
    """Return emotions with their probabilities in one line.

    Examples:
        >>> scores_as_text([{"label": "sad", "score": 0.75}, {"label": "angry", "score": 0.25}])
        'sad 75.0%  angry 25.0%'
    """
    return "  ".join(f"{score['label']} {score['score']:.1%}" for score in scores)
