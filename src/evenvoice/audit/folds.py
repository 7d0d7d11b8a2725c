"""Audit of the runs of a study against each other: folds, seeds, settings, and what their protocols promise."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from evenvoice.audit.findings import Finding, Kind, some
from evenvoice.audit.known import FROM_PREDICTIONS, read_part
from evenvoice.audit.record import CONTRADICTION
from evenvoice.audit.spots import Spot
from evenvoice.audit.steps import parts_of
from evenvoice.corpora import Corpus
from evenvoice.protocols import divides_once
from evenvoice.recipes import NO_SETTINGS
from evenvoice.study import Run

PROMISE_BROKEN = Kind(
    "promise-broken",
    "leak",
    "The parts share what the protocol promised to keep apart",
    "split again with the protocol, and evaluate again",
)
TESTED_TWICE = Kind(
    "tested-twice",
    "warning",
    "Utterances are tested in two folds of a seed",
    "test each utterance in one fold; a pooled figure counts these twice",
)
UNTESTED = Kind(
    "untested-rows",
    "warning",
    "The folds of a seed do not test every utterance",
    "evaluate again with the same --out, which makes the folds that are missing; a figure over some folds is another",
)
MIXED = Kind(
    "mixed-settings",
    "warning",
    "Runs under one name were made with different settings",
    "give each setting a recipe file and a name of its own, and evaluate to another --out",
)
COPIED = Kind(
    "copied-run",
    "warning",
    "Runs are copies of each other, so the spread over seeds is too small",
    "remove the copies and evaluate these seeds",
)


def check_promise_kept(run: Run, known: pd.DataFrame) -> Iterator[Spot]:
    """Yield the columns of which the promise says that no value is in test and elsewhere, and one is."""
    parts = parts_of(read_part(run, "split"))
    for column in run.info["promise"]["disjoint"]:
        tested, learnt = (
            _values(known, column, rows) for rows in (parts["test"], parts["train"] | parts["validation"])
        )
        shared = sorted(tested & learnt)
        if shared:
            words = f"{len(shared)} of {len(tested)} in the test part are in training or validation: {some(shared)}"
            yield Spot(run.key, PROMISE_BROKEN, f"{column} promised apart", words)


def promises_checked(runs: Sequence[Run], known: pd.DataFrame) -> list[str]:
    """Say for each column that is promised apart how far it could be checked."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for run in runs:
        parts = parts_of(read_part(run, "split"))
        rows = parts["train"] | parts["validation"] | parts["test"]
        for column in run.info["promise"]["disjoint"]:
            found[column][0] += int(known[column].reindex(list(rows)).notna().sum()) if column in known else 0
            found[column][1] += len(rows)
    lines = []
    for column, (seen, of) in found.items():
        promise = f"promise of {'corpora' if column == 'corpus' else f'{column}s'} apart"
        if seen == of:
            lines.append(promise)
        else:
            lines.append(f"{promise}: {seen} of {of} rows known (--corpus tells the others)")
    return lines


def shared_speakers(runs: Sequence[Run], known: pd.DataFrame) -> dict[str, str]:
    """Return for each protocol that promises nothing of speakers how many test speakers train as well.

    Recipes share the folds of a protocol, so the first of its runs stands for all.
    """
    facts = {}
    for run in {run.key.protocol: run for run in reversed(runs)}.values():
        if "speaker" in run.info["promise"]["disjoint"]:
            continue
        parts = parts_of(read_part(run, "split"))
        tested, learnt = (_values(known, "speaker", parts[part]) for part in ("test", "train"))
        name = f"{run.key.protocol}: test speakers that are in training as well"
        if tested and learnt:
            facts[name] = f"{len(tested & learnt)} of {len(tested)} (seed {run.key.seed}; nothing else was promised)"
    return facts


def check_folds(runs: Sequence[Run]) -> Iterator[Finding]:
    """Yield what is wrong between the folds of each seed; the runs are of one recipe and protocol."""
    key = runs[0].key
    once = divides_once(key.protocol)
    found: dict[Kind, list[str]] = {TESTED_TWICE: [], UNTESTED: []}
    seeds = sorted({run.key.seed for run in runs})
    for seed in seeds:
        folds = [run for run in runs if run.key.seed == seed]
        tested = Counter(utterance for run in folds for utterance in set(read_part(run, "predictions")["utterance"]))
        twice = [utterance for utterance, n in tested.items() if n > 1]
        if twice:
            found[TESTED_TWICE].append(f"seed {seed}: {len(twice)} of {len(tested)} utterances, first {twice[0]}")
        rows = {utterance for run in folds for utterance in read_part(run, "split")["utterance"]}
        enrolled = {row for run in folds for row in _enrolled(run)}
        never = sorted(rows - enrolled - set(tested))
        if never and not once:
            words = f"seed {seed}: {len(never)} of {len(rows)} utterances, first {never[0]}; folds "
            found[UNTESTED].append(words + ", ".join(str(run.key.fold) for run in folds))
    for kind, evidence in found.items():
        if evidence:
            some = f"{len(evidence)} of {len(seeds)} seeds"
            yield Finding(kind, f"{key.recipe} × {key.protocol}: {some}", tuple(evidence))


def _enrolled(run: Run) -> list[str]:
    """Utterances that were adapted to, and not tested."""
    split = read_part(run, "split")
    return [str(utterance) for utterance in split.loc[split["part"] == "enrolled", "utterance"]]


def check_settings(runs: Sequence[Run]) -> Iterator[Finding]:
    """Yield recipes and protocols whose runs differ in what they should share."""
    shared = {
        "recipe": ([(run.key.recipe, _settings(run)) for run in runs]),
        "labels": ([("all runs", run.info["labels"]) for run in runs]),
        "corpus": ([("all runs", run.info["corpus"]) for run in runs]),
        "promise": ([(run.key.protocol, run.info["promise"]) for run in runs]),
    }
    for what, values in shared.items():
        for name in dict.fromkeys(name for name, _ in values):
            ways: dict[str, list[str]] = defaultdict(list)
            for run, (its_name, value) in zip(runs, values, strict=True):
                if its_name == name:
                    ways[json.dumps(value, sort_keys=True)].append(_place(run))
            if len(ways) > 1:
                evidence = tuple(f"{len(places)} runs, first {places[0]}" for places in ways.values())
                yield Finding(MIXED, f"{name}: {len(ways)} different values of {what}", evidence)


def check_copies(runs: Sequence[Run]) -> Iterator[Finding]:
    """Yield runs with one fingerprint, which covers seed and fold; and networks that differ in seed but not in answers.

    A network starts from random weights of its seed, so that nine digits of every probability never agree. A recipe
    without randomness gives the same answers for every seed, and under every protocol with the same folds.
    """
    same: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        if run.info.get("fingerprint"):
            same["fingerprint " + run.info["fingerprint"]].append(run)
        if len(read_part(run, "history")):
            answers = hashlib.sha256((run.folder / "predictions.csv").read_bytes()).hexdigest()
            same[f"answers {run.key.recipe} {run.key.protocol} {answers}"].append(run)
    copies = {tuple(_place(run) for run in group) for group in same.values() if len(group) > 1}
    if copies:
        evidence = tuple(some(group, joined=" = ") for group in sorted(copies))
        yield Finding(COPIED, f"{len(copies)} sets of equal runs", evidence)


def check_labels_agree(runs: Sequence[Run], corpus: Corpus | None) -> Iterator[Finding]:
    """Yield utterances of which two files say different things: the runs among themselves, or a run and the corpus."""
    tables = []
    for run in runs:
        table = read_part(run, "predictions")
        real = table[~table["synthetic"].astype(bool)].set_index("utterance")
        tables.append(real.reindex(columns=list(FROM_PREDICTIONS)))
    if corpus is not None:
        # A selection may merge or rename emotions; then the corpus' own names say nothing.
        columns = [name for name in FROM_PREDICTIONS if name != "emotion" or set(corpus.labels) == _labels(runs)]
        tested = corpus.table.index.isin(pd.concat(tables).index)
        tables.append(corpus.table.loc[tested, columns])
    everything = pd.concat(tables)
    for column in FROM_PREDICTIONS:
        values = everything[column].dropna().astype(str)
        kinds = values.groupby(level=0).unique()
        differ = kinds[kinds.map(len) > 1]
        if len(differ):
            evidence = tuple(f"{utterance}: {some(sorted(said))}" for utterance, said in differ.items())
            yield Finding(CONTRADICTION, f"{column} of {len(differ)} test utterances differs between files", evidence)


def _labels(runs: Sequence[Run]) -> set[Any]:
    return {label for run in runs for label in run.info["labels"]}


def _values(known: pd.DataFrame, column: str, rows: frozenset[str]) -> set[str]:
    """What is known of some rows."""
    if column not in known:
        return set()
    return set(known[column].reindex(list(rows)).dropna().astype(str))


def _settings(run: Run) -> dict[str, Any]:
    """What of the recipe a fit depends on."""
    return {name: value for name, value in run.info["recipe"].items() if name not in NO_SETTINGS}


def _place(run: Run) -> str:
    key = run.key
    return f"{key.recipe} × {key.protocol}, seed {key.seed}, fold {key.fold}"
