"""The experiments, run one recipe after the other into one study."""

from __future__ import annotations

import dataclasses
import hashlib
import math
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from evenvoice.arguments import as_command, as_flag, as_paths, as_whole
from evenvoice.corpora import Corpus, CorpusLike, as_corpus
from evenvoice.errors import EvenvoiceError, StorageError, shown
from evenvoice.files import check_writable
from evenvoice.paper.experiments import (
    EXPERIMENTS,
    Part,
    absent_baselines,
    differences,
    experiment_parts,
    unseen_protocol,
)
from evenvoice.paper.page import write_page
from evenvoice.paper.record import Record, read_record
from evenvoice.report import figure_kinds
from evenvoice.study import (
    STUDY_FILE,
    Execution,
    OnMessage,
    Seeds,
    as_folder,
    check_same_corpus,
    evaluate,
    find_runs,
    read_run,
    renamed,
    seed_list,
)

LEAST = 20
"""Utterances of an emotion that are kept if there are so many: SMOTE's five neighbours need six in a training part."""


def scaled(corpus: Corpus, share: float) -> Corpus:
    """Return about a share of each speaker's utterances of each emotion; the same ones each time.

    Of a rare emotion more is kept, `LEAST` where there are as many, and of whatever a speaker says at least one. Which
    ones is decided by the utterances' ids alone, so that a larger share keeps what a smaller one kept.

    Args:
        corpus: Which corpus.
        share: Above 0 and up to 1.

    Raises:
        EvenvoiceError: An impossible share.

    Examples:
        >>> from pathlib import Path
        >>> from evenvoice.corpora import Utterance, table_of
        >>> rows = [Utterance(f"{n:03d}", Path("/a.wav"), "sad", speaker=str(n % 4)) for n in range(400)]
        >>> len(scaled(Corpus("mine", table_of(rows), "CC0-1.0"), 0.1))
        40
    """
    if not 0 < share <= 1:
        raise EvenvoiceError(f"scale {share:g}: expected a share above 0 and up to 1, for example 0.05")
    table = corpus.table
    order = table.index.to_series().map(lambda name: hashlib.sha256(name.encode()).hexdigest())
    kept: set[str] = set()
    for emotion in corpus.labels:
        of_emotion = table[table["emotion"] == emotion]
        wanted = max(share, min(1.0, LEAST / len(of_emotion)))
        for _, rows in of_emotion.groupby("speaker", dropna=False):
            kept |= set(order[rows.index].sort_values().index[: math.ceil(wanted * len(rows))])
    return replace(corpus, table=table[table.index.isin(kept)])


RecipeFile = str | os.PathLike[str]


@renamed(say="on_message", rivals="baselines")
def reproduce(
    corpus: CorpusLike,
    out: Path | str | None = None,
    experiments: int | Collection[int] = EXPERIMENTS,
    *,
    seeds: Seeds = 3,
    quick: bool = False,
    scale: float | None = None,
    changes: Mapping[str, Any] | None = None,
    baselines: RecipeFile | Sequence[RecipeFile] = (),
    jobs: int | None = None,
    device: str = "cpu",
    skip_bad: bool = False,
    figures: str | Sequence[str] = (),
    command: str | None = None,
    on_message: OnMessage | None = None,
) -> Path:
    """Run the paper's experiments on a corpus, and write ``reproduction.html`` and ``reproduction.md``.

    The folder is a study as `evaluate` writes it. Runs that are there already are kept, so that a reproduction that was
    interrupted goes on. A recipe that fails (a network that gives NaN, say) is left out and named on the
    page, with a message; the others go on.

    Args:
        corpus: A `Corpus`, or what `open_corpus` takes: ``"emodb:PATH"``, ``"folder:PATH"``, ….
        out: The folder that everything goes to; if not given, a new one in the working directory, named in the first
            message.
        experiments: One or some of the paper's three.
        seeds: How many, or which; a seed changes the split and the fit.
        quick: A few epochs of short inputs: minutes instead of hours, and figures that say nothing.
        scale: Run about this share of the corpus (see `scaled`); Table 1 still counts all of it.
        changes: What to change in the recipes of the paper's own network: ``{"features": {"hop_length": 1024}}``.
        baselines: Recipe files that replace shipped baselines (see `experiment_parts`).
        jobs: How many fits at once; one a core if not given.
        device: ``cpu`` or ``cuda``.
        skip_bad: Go on without unusable recordings, naming each on stderr.
        figures: Write the figures as ``pdf`` or ``svg`` as well.
        command: What the user typed, for the page.
        on_message: Called with a line of text: what is run, at what cost, and what failed. Printed to stderr if not
            given.

    Returns:
        The page.

    Raises:
        EvenvoiceError: The folder holds other runs, no recipe at all could be run, or as `evaluate`.
    """
    execution = Execution(jobs, device, skip_bad, on_message)
    figures = figure_kinds(figures)
    seeds = seed_list(seeds)
    experiments = _numbers(experiments)
    baseline_files = (
        [str(path) for path in as_paths(baselines, "baselines")]
        if not isinstance(baselines, list | tuple) or baselines
        else []
    )
    quick, command = as_flag(quick, "quick"), as_command(command)
    _check_types(scale=scale, changes=changes)
    corpus = as_corpus(corpus)
    if out is None:
        out = as_folder(None, corpus, name="reproduction")
        execution.message(f"folder: {out.resolve()}")
    out = as_folder(out)
    kept = corpus if scale is None else scaled(corpus, scale)
    parts = experiment_parts(kept, experiments, quick=quick, changes=changes, baselines=baseline_files)
    record = Record(
        (kept.name, kept.fingerprint()), quick, scale, unseen_protocol(kept), _counts(corpus), _counts(kept)
    )
    record = _continued(out, record)
    check_same_corpus(out, kept)
    for part in parts:
        _check_settings(out, part)
    check_writable(out)
    _announce(parts, experiments, seeds, execution)
    for number, part in enumerate(parts, start=1):
        name = part.recipe.name
        place = f"[{number}/{len(parts)}] {name}: "
        failures = {other: why for other, why in record.failures.items() if other != name}

        def announce(text: str, place: str = place) -> None:
            execution.message(place + text)

        try:
            evaluate(
                kept, [part.recipe], part.protocols, seeds=seeds, out=out, jobs=jobs, device=device, skip_bad=skip_bad,
                test_curves=part.test_curves, command=command, on_message=announce,
            )  # fmt: skip
        except StorageError:
            raise
        except EvenvoiceError as error:
            # One recipe that cannot be fitted must not cost hours of others; the page and the last line name it.
            execution.message(f"{place}failed: {error}")
            failures[name] = str(error)
        record = dataclasses.replace(record, failures=failures)
        if (out / STUDY_FILE).exists():
            record.write(out)
    if len(record.failures) >= len(parts) and not (out / STUDY_FILE).exists():
        raise EvenvoiceError(f"{out}: nothing could be run; {next(iter(record.failures.values()))}")
    return write_page(out, figures=figures)


def _numbers(experiments: Any) -> list[int]:
    """Return one number of an experiment or many as a list."""
    if isinstance(experiments, Iterable) and not isinstance(experiments, str | bytes | Mapping):
        return [as_whole(number, "experiments", 1) for number in experiments] or list(EXPERIMENTS)
    return [as_whole(experiments, "experiments", 1)]


def _check_types(**options: Any) -> None:
    """Raise for a value that is of none of the types that its option takes."""
    for name, kinds, expected in (
        ("scale", (int, float, type(None)), "a share of the corpus, such as 0.05, or None"),
        ("changes", (Mapping, type(None)), "settings nested as a recipe is: {'training': {'epochs': 5}}"),
    ):
        value = options[name]
        if not isinstance(value, kinds) or (name == "scale" and isinstance(value, bool)):
            raise EvenvoiceError(f"{name}: found {shown(value)}; expected {expected}")


def _counts(corpus: Corpus) -> dict[str, int]:
    """Utterances of each emotion, in the corpus' order."""
    counts = corpus.table["emotion"].value_counts()
    return {label: int(counts[label]) for label in corpus.labels}


def _announce(parts: Sequence[Part], experiments: Collection[int], seeds: Sequence[int], execution: Execution) -> None:
    """Say what will be run, before anything is."""
    which = ", ".join(str(number) for number in sorted(experiments))
    grid = sum(len(part.protocols) for part in parts) * len(seeds)
    execution.message(
        f"experiment {which}: {len(parts)} recipes, {grid} times recipe × protocol × seed; each recipe says its cost "
        "before it starts"
    )
    absent = absent_baselines([part.recipe.name for part in parts]) if 3 in experiments else []
    if absent:
        execution.message(f"not shipped, so not run: {', '.join(absent)}")


def _continued(out: Path, record: Record) -> Record:
    """The record with what an earlier call left, or an error where that was of another kind."""
    before = read_record(out)
    if before is None:
        return record
    for what, there, here in (
        ("corpus", before.corpus, record.corpus),
        ("--quick", before.quick, record.quick),
        ("--scale", before.scale, record.scale),
    ):
        if there != here:
            said = "other utterances" if what == "corpus" else f"{what} {there}, asked for {here}"
            raise EvenvoiceError(f"{out}: holds a reproduction with {said}; choose another --out")
    return dataclasses.replace(record, failures=before.failures)


def _check_settings(out: Path, part: Part) -> None:
    """Raise if runs of other settings lie under the recipe's name: tables would mix them."""
    name = part.recipe.name
    for folder in find_runs(out, name):
        found = differences(read_run(folder).info["recipe"], part.recipe)
        if found:
            raise EvenvoiceError(
                f"{folder}: a run of {name} with {found[0].replace('shipped', 'now')}; choose another --out, or "
                f"remove {folder.parents[2]}"
            )
