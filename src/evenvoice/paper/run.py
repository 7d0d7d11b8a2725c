"""The experiments, run one recipe after the other into one study."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.files import check_writable
from evenvoice.paper.baselines import differences
from evenvoice.paper.experiments import EXPERIMENTS, Part, absent_rivals, experiment_parts, unseen_protocol
from evenvoice.paper.page import write_page
from evenvoice.paper.record import Record, read_record
from evenvoice.paper.scale import scaled
from evenvoice.study import evaluate
from evenvoice.study.records import STUDY_FILE, check_same_corpus, find_runs, read_run

Say = Callable[[str], None]


def reproduce(
    corpus: Corpus,
    out: Path | str,
    experiments: Collection[int] = EXPERIMENTS,
    *,
    seeds: Sequence[int] = (0, 1, 2),
    quick: bool = False,
    scale: float | None = None,
    changes: Mapping[str, Any] | None = None,
    rivals: Sequence[str] = (),
    jobs: int | None = None,
    device: str = "cpu",
    skip_bad: bool = False,
    command: str | None = None,
    say: Say = lambda text: None,
) -> Path:
    """Run the paper's experiments on a corpus, and write ``reproduction.html`` and ``reproduction.md``.

    The folder is a study as `evaluate` writes it. Runs that are there already are kept, so that a reproduction that was
    interrupted goes on. A recipe that fails (a network that gives NaN, say) is told, left out and named on the page;
    the others go on.

    Args:
        corpus: On which corpus.
        out: The folder that everything goes to.
        experiments: Which of the paper's three.
        seeds: A seed changes the split and the initial weights.
        quick: A few epochs of short inputs: minutes instead of hours, and figures that say nothing.
        scale: Run about this share of the corpus (see `scaled`); Table 1 still counts all of it.
        changes: What to change in the recipes of the paper's own network: ``{"front_end": {"hop_length": 1024}}``.
        rivals: Recipe files in the place of shipped rivals (see `experiment_parts`).
        jobs: How many fits at once; one a core if not given.
        device: ``cpu`` or ``cuda``.
        skip_bad: Go on without unusable recordings, naming each on stderr.
        command: What the user typed, for the page.
        say: Is told what is run, at what cost, and what failed.

    Returns:
        The page.

    Raises:
        EvenvoiceError: The folder holds other runs, no recipe at all could be run, or as `evaluate`.
    """
    out = Path(out)
    kept = corpus if scale is None else scaled(corpus, scale)
    parts = experiment_parts(kept, experiments, quick=quick, changes=changes, rivals=rivals)
    record = Record(
        (kept.name, kept.fingerprint()), quick, scale, unseen_protocol(kept), _counts(corpus), _counts(kept)
    )
    record = _continued(out, record)
    check_same_corpus(out, kept)
    for part in parts:
        _check_settings(out, part)
    check_writable(out)
    _announce(parts, experiments, seeds, say)
    for number, part in enumerate(parts, start=1):
        name = part.recipe.name
        place = f"[{number}/{len(parts)}] {name}: "
        failures = {other: why for other, why in record.failures.items() if other != name}

        def announce(text: str, place: str = place) -> None:
            say(place + text)

        try:
            evaluate(
                kept, [part.recipe], part.protocols, seeds=seeds, out=out, jobs=jobs, device=device, skip_bad=skip_bad,
                test_curves=part.test_curves, command=command, say=announce,
            )  # fmt: skip
        except EvenvoiceError as error:
            # One recipe that cannot be fitted must not cost hours of others; the page and the last line name it.
            say(f"{place}failed: {error}")
            failures[name] = str(error)
        record = dataclasses.replace(record, failures=failures)
        if (out / STUDY_FILE).exists():
            record.write(out)
    if len(record.failures) >= len(parts) and not (out / STUDY_FILE).exists():
        raise EvenvoiceError(f"{out}: nothing could be run; {next(iter(record.failures.values()))}")
    return write_page(out)


def _counts(corpus: Corpus) -> dict[str, int]:
    """Utterances of each emotion, in the corpus' order."""
    counts = corpus.table["emotion"].value_counts()
    return {label: int(counts[label]) for label in corpus.labels}


def _announce(parts: Sequence[Part], experiments: Collection[int], seeds: Sequence[int], say: Say) -> None:
    """Say what will be run, before anything is."""
    which = ", ".join(str(number) for number in sorted(experiments))
    grid = sum(len(part.protocols) for part in parts) * len(seeds)
    say(
        f"experiment {which}: {len(parts)} recipes, {grid} times recipe × protocol × seed; each recipe tells its cost "
        "before it starts"
    )
    absent = absent_rivals([part.recipe.name for part in parts]) if 3 in experiments else []
    if absent:
        say(f"not shipped, so not run: {', '.join(absent)}")


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
                f"remove {out / 'runs' / name}"
            )
