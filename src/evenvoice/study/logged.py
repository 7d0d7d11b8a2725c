"""A study's runs in TensorBoard or MLflow: settings, curves and scores, read from the runs' folders."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evenvoice.errors import EvenvoiceError
from evenvoice.loggers import Logger, Value, curves, flat
from evenvoice.recipes import NO_SETTINGS
from evenvoice.study.marks import marks
from evenvoice.study.records import RUNS, RunKey, read_run
from evenvoice.study.results import Result, Study

# What a summary of all runs of a recipe under a protocol is called.
POOLED = "pooled"


class StudyLog:
    """Logs runs as they are finished, and what they amount to at the end.

    What was logged before is not logged again, so an evaluation that is run anew completes a log. A logger that fails
    ends no evaluation: it is named in a message and given no more.

    Args:
        loggers: Where to; none is fine.
        folder: The study's.
        corpus: Name of the corpus.
        on_message: Called with a line of text where a logger fails.
    """

    def __init__(self, loggers: Sequence[Logger], folder: Path, corpus: str, on_message: Callable[[str], None]) -> None:
        self._loggers = list(loggers)
        self._folder, self._corpus, self._on_message = folder, corpus, on_message
        self._left: list[RunKey] = []

    def expect(self, keys: Iterable[RunKey]) -> None:
        """Add runs that are to be logged, once they are there."""
        self._left += keys if self._loggers else ()

    def look(self) -> None:
        """Log the expected runs that are there by now."""
        there = [key for key in self._left if self._loggers and (key.folder(self._folder) / "run.json").is_file()]
        for key in there:
            run = read_run(key.folder(self._folder))
            history = run.history.to_dict("records")
            self._log(Result(self._corpus, (run,)), key.folder(Path()).relative_to(RUNS), history)
        self._left = [key for key in self._left if key not in set(there)]

    def finish(self, study: Study) -> None:
        """Log each recipe under each protocol, all its runs pooled."""
        self.look()
        for result in study.results if self._loggers else ():
            key = result.runs[0].key
            self._log(result, key.folder(Path()).relative_to(RUNS).parents[1] / POOLED, [])

    def _log(self, result: Result, name: Path, history: Sequence[Mapping[Any, Any]]) -> None:
        fingerprint = hashlib.sha256("".join(run.info["fingerprint"] for run in result.runs).encode()).hexdigest()
        for logger in list(self._loggers):
            try:
                if logger.has(name.as_posix(), fingerprint):
                    continue
                with logger.run(name.as_posix(), about(result), fingerprint) as log:
                    for epoch in history:
                        log(curves(epoch), int(epoch["epoch"]))
                    log(scores(result))
            except EvenvoiceError as error:
                self._loggers.remove(logger)
                self._on_message(f"warning: {error}. The runs are in {self._folder}; the same command logs the rest")


def about(result: Result) -> dict[str, Value]:
    """Return what a result is of: corpus, protocol, marks, and its recipe key by key."""
    run = result.runs[0]
    found: dict[str, Value] = {
        "corpus": result.corpus,
        "recipe": result.recipe,
        "protocol": result.protocol,
        "promise": run.info["promise"]["words"],
        "marks": ", ".join(marks(result)),
        "runs": len(result.runs),
    }
    if len(result.runs) == 1:
        found |= {"split_seed": run.key.split_seed, "fit_seed": run.key.fit_seed, "fold": run.key.fold}
    return found | flat({key: value for key, value in run.recipe.items() if key not in ("name", *NO_SETTINGS)})


def scores(result: Result) -> dict[str, float]:
    """Return UA, WA and macro-F1, fractions; of several runs with the ends of their intervals. LEAKY ones say so."""
    mark = " LEAKY" if result.leaky else ""
    if len(result.runs) == 1:
        [one] = result.scores.values()
        return {f"result/{name}{mark}": getattr(one, name) for name in ("ua", "wa", "macro_f1")}
    found = {}
    for name in ("ua", "wa", "macro_f1"):
        interval = result.intervals[name]
        for end, value in (("", interval.estimate), (" low", interval.low), (" high", interval.high)):
            if value == value:
                found[f"result/{name}{end}{mark}"] = value
    return found
