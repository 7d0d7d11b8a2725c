"""Audit of a study or of one of its runs, from the files on disk and from nothing that they say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import pandas as pd

from evenvoice.arguments import as_path
from evenvoice.audit.findings import Audit, Finding, Kind
from evenvoice.audit.folds import (
    check_copies,
    check_folds,
    check_labels_agree,
    check_promise_kept,
    check_settings,
    promises_checked,
    shared_speakers,
)
from evenvoice.audit.gap import check_gap
from evenvoice.audit.known import known_utterances, read_part, runs_beside
from evenvoice.audit.one_fit import check_fits
from evenvoice.audit.record import CONTRADICTION, NOT_BY_RULE, check_info, check_record
from evenvoice.audit.spots import Spot, merged
from evenvoice.audit.steps import check_rows
from evenvoice.corpora import Corpus, as_corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.study import Run, Study, find_runs, read_run

LEAKY = Kind(
    "leaky-protocol",
    "leak",
    "The protocol lets the test part into the training by design",
    "report its figures as what they are, a measure of the mistake, and never beside honest ones without the mark",
)
NOT_MARKED = Kind(
    "not-marked-leaky",
    "leak",
    "Runs leak, and are not marked as LEAKY",
    "do not report these figures; find out which step leaks, and evaluate again",
)


def audit_run(folder: Study | Path | str, *, corpus: Corpus | pd.DataFrame | Path | str | None = None) -> Audit:
    """Look for test rows where none should be, in all runs of a study or in one.

    Everything is worked out again from ``split.csv``, ``plan.csv``, ``predictions.csv`` and ``history.csv``; what
    ``run.json`` says is compared with it.

    Args:
        folder: A study, a folder that `evenvoice.evaluate` wrote, or the folder of one run in it.
        corpus: What was evaluated: a corpus, or what `evenvoice.open_corpus` takes. It tells speaker, session and text
            of training rows; without it these are known of the utterances that some run of the study tests.

    Raises:
        EvenvoiceError: No study and no run, a file that cannot be read, or another corpus.
    """
    folder = folder.folder if isinstance(folder, Study) else as_path(folder, "study")
    corpus = None if corpus is None else as_corpus(corpus)
    runs, others = _runs(folder)
    whole = not (folder / "run.json").is_file()
    known = known_utterances([*runs, *others], corpus)
    spots = list(_of_each_run(runs, known))
    findings = merged(spots, runs)
    if whole:
        findings += [finding for group in _by_protocol(runs) for finding in check_folds(group)]
        findings += check_fits(runs)
    findings += [
        finding
        for group in _by_protocol(runs)
        for finding in [*_marked(group), *_unmarked(group, spots), *check_gap(group)]
    ]
    findings += [*check_settings(runs), *check_copies(runs), *check_labels_agree([*runs, *others], corpus)]
    checked = [
        "parts, parents of synthetic rows, and what each step saw",
        "records against files",
        *promises_checked(runs, known),
        "validation against test",
        "folds, seeds and settings" if whole else "this run alone, and not its other folds and seeds",
    ]
    return Audit.of(str(folder), findings, checked, _facts(runs, known))


def _runs(folder: Path) -> tuple[list[Run], list[Run]]:
    """The runs to audit, and those beside them that know more."""
    if (folder / "run.json").is_file():
        run = read_run(folder)
        runs, others = [run], runs_beside(run)
    elif (folder / "study.json").is_file():
        runs, others = [read_run(path) for path in find_runs(folder)], []
    else:
        raise EvenvoiceError(
            f"{folder}: holds neither study.json nor run.json; expected a folder that `evenvoice evaluate --out` "
            "wrote, or a run in it"
        )
    if not runs:
        raise EvenvoiceError(f"{folder}: no run has finished yet; `evenvoice evaluate` with the same --out goes on")
    for run in [*runs, *others]:
        check_info(run)
    return runs, others


def _of_each_run(runs: Sequence[Run], known: pd.DataFrame) -> Iterator[Spot]:
    for run in runs:
        yield from check_rows(run)
        yield from check_promise_kept(run, known)
        yield from check_record(run, known)


def _marked(runs: Sequence[Run]) -> Iterator[Finding]:
    """Runs of a recipe and protocol that say themselves that they leak."""
    words = {str(run.info["promise"].get("words", "LEAKY")): None for run in runs if run.info["promise"]["leaky"]}
    if words:
        yield Finding(LEAKY, f"{runs[0].key.recipe} × {runs[0].key.protocol}", tuple(words))


def _unmarked(runs: Sequence[Run], spots: Sequence[Spot]) -> Iterator[Finding]:
    """Runs of a recipe and protocol that leak and do not say so."""
    unmarked = {run.key for run in runs if not run.info["promise"]["leaky"]}
    codes = {
        spot.kind.code
        for spot in spots
        if spot.run in unmarked and spot.kind.severity == "leak" and spot.kind not in (CONTRADICTION, NOT_BY_RULE)
    }
    if codes:
        yield Finding(NOT_MARKED, f"{runs[0].key.recipe} × {runs[0].key.protocol}: {', '.join(sorted(codes))}")


def _by_protocol(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs by recipe and protocol."""
    ordered = sorted(runs, key=lambda run: run.key)
    return [list(group) for _, group in groupby(ordered, key=lambda run: (run.key.recipe, run.key.protocol))]


def _facts(runs: Sequence[Run], known: pd.DataFrame) -> dict[str, object]:
    """How many runs, and what a reader should know of them that is not a mistake."""
    facts: dict[str, object] = {"runs": len(runs), "test_rows": sum(len(read_part(run, "predictions")) for run in runs)}
    transductive = sorted({run.key.recipe for run in runs if run.info["transductive"]})
    if transductive:
        facts["normalised by the test speakers' own unlabelled audio (transductive)"] = ", ".join(transductive)
    return facts | shared_speakers(runs, known)
