"""The grid: recipes × protocols × seeds × folds on one corpus, in parallel, and resumable."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from joblib import delayed

from evenvoice.audio import duration
from evenvoice.corpora import COLUMNS, Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.features import FrontEndSettings
from evenvoice.files import check_writable
from evenvoice.models import is_network
from evenvoice.parallel import in_parallel
from evenvoice.protocols import (
    SELECT_ON_TEST,
    Fold,
    SplitProtocol,
    check_columns,
    make_folds,
    open_protocol,
    protocol_name,
)
from evenvoice.recipes import Recipe
from evenvoice.study.cost import in_words, rows_after_balancing, rows_per_second
from evenvoice.study.fold import balanced_pool
from evenvoice.study.records import (
    FORMAT,
    STUDY_FILE,
    RunKey,
    check_same_corpus,
    read_run,
    read_study_file,
    versions,
    write_json,
)
from evenvoice.study.results import Study, load_study
from evenvoice.study.work import Packed, Task, make_run
from evenvoice.training import Examples
from evenvoice.training.fitting import check_device
from evenvoice.training.load import load_examples

Say = Callable[[str], None]


def evaluate(
    corpus: Corpus,
    recipes: Sequence[Recipe],
    protocols: Sequence[str],
    *,
    seeds: Sequence[int] = (0,),
    out: Path | str,
    jobs: int | None = None,
    device: str = "cpu",
    skip_bad: bool = False,
    keep_models: bool = False,
    test_curves: bool = False,
    command: str | None = None,
    say: Say = lambda text: None,
) -> Study:
    """Fit and test every recipe under every protocol with every seed, and return what was found.

    Runs that are in the folder already are kept, so an evaluation that was killed goes on where it stopped, and ends
    with the same predictions.

    Args:
        corpus: On which corpus.
        recipes: Which recipes; their names differ.
        protocols: Names of protocols.
        seeds: A seed changes the split and the initial weights.
        out: The folder that the runs go to.
        jobs: How many fits at once, each on one thread; one a core if not given. The predictions do not depend on it.
        device: ``cpu`` or ``cuda``.
        skip_bad: Go on without unusable recordings, naming each on stderr.
        keep_models: Keep each run's weights, so that `evenvoice export` can make a model file of it.
        test_curves: Record loss and accuracy on the test part after each epoch, to draw them. They choose nothing. Runs
            that are there already keep the curves they have.
        command: What the user typed, for the report.
        say: Is told how many fits there will be, and about how long they will take, before they start.

    Returns:
        The results asked for, read back from the folder.

    Raises:
        EvenvoiceError: A protocol needs what the corpus lacks, the folder holds other runs, or audio is unusable.
    """
    protocols = [protocol_name(name) for name in protocols]
    evaluation = _Evaluation(
        corpus, recipes, protocols, seeds, Path(out), jobs or default_jobs(), device, skip_bad, keep_models,
        test_curves, command,
    )  # fmt: skip
    evaluation.run(say)
    return load_study(out).only([recipe.name for recipe in recipes], protocols, seeds)


# Columns that a protocol may divide by, and that a corpus' fingerprint leaves out.
_DIVIDING = ("session", "split", "text")


@dataclasses.dataclass(frozen=True)
class _Evaluation:
    """The arguments of `evaluate`, and its steps."""

    corpus: Corpus
    recipes: Sequence[Recipe]
    protocols: Sequence[str]
    seeds: Sequence[int]
    folder: Path
    jobs: int
    device: str
    skip_bad: bool
    keep_models: bool
    test_curves: bool
    command: str | None

    def run(self, say: Say) -> None:
        """Make the runs that are missing."""
        protocols = [open_protocol(name) for name in dict.fromkeys(self.protocols)]
        self._check(protocols)
        check_writable(self.folder)
        _sweep(self.folder)
        waiting: list[tuple[list[Task], tuple[str, ...], pd.DataFrame, Examples]] = []
        for front_end, recipes in _by_front_end(self.recipes):
            corpus, examples = load_examples(self.corpus, front_end, jobs=self.jobs, skip_bad=self.skip_bad)
            data = _digest(corpus.fingerprint().encode(), *[values.tobytes() for values in examples.features])
            tasks = [
                Task(key, recipe, protocol, fold, self._fingerprint(data, corpus.table, recipe, protocol, key))
                for recipe in recipes
                for protocol in protocols
                for seed in self.seeds
                for fold in self._folds(recipe, protocol, corpus, examples, seed)
                for key in [RunKey(recipe.name, protocol.name, seed, fold.number)]
            ]
            missing = [task for task in tasks if not self._made(task)]
            utterances = corpus.table.assign(seconds=list(map(duration, corpus.clips())))
            waiting.append((missing, corpus.classes, utterances, examples))
            say(self._announcement(missing, len(tasks), utterances))
        about = {
            "format": FORMAT,
            "corpus": self._about_the_corpus(),
            **self._asked(),
            "versions": versions(),
        }
        runs = (run for part in waiting for run in self._make(*part))
        next(runs, None)
        # Not before the first run is whole: a folder without runs is bound to no corpus.
        write_json(self.folder / STUDY_FILE, about)
        for _ in runs:
            pass

    def _check(self, protocols: Sequence[SplitProtocol]) -> None:
        """What can be known to be impossible before any audio is read."""
        check_device(self.device)
        names = [recipe.name for recipe in self.recipes]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise EvenvoiceError(f"recipe {twice.pop()!r} is named twice; give each recipe a name of its own")
        for protocol in protocols:
            check_columns(protocol, self.corpus.table)
        for recipe in self.recipes:
            if not is_network(recipe.model.name) and any(protocol.select_on_test for protocol in protocols):
                raise EvenvoiceError(
                    f"recipe {recipe.name!r}: model {recipe.model.name!r} has no epochs, so none can be chosen on the "
                    f"test part; leave it out, or use a protocol without {SELECT_ON_TEST}"
                )
            if recipe.transductive and not self.corpus.has("speaker"):
                raise EvenvoiceError(
                    f"recipe {recipe.name!r} normalises by speaker, and corpus {self.corpus.name} does not know every "
                    "speaker; name them with --speaker-from, or use --normalise training"
                )
        check_same_corpus(self.folder, self.corpus)

    def _folds(
        self, recipe: Recipe, protocol: SplitProtocol, corpus: Corpus, examples: Examples, seed: int
    ) -> list[Fold]:
        table = corpus.table
        if protocol.balance_first:
            table = balanced_pool(recipe, table, examples, seed).table
        return make_folds(protocol, table, seed)

    def _fingerprint(self, data: str, table: pd.DataFrame, recipe: Recipe, protocol: SplitProtocol, key: RunKey) -> str:
        """Everything that a run's predictions depend on."""
        settings = recipe.model_dump(mode="json", exclude={"about", "source", "search"})
        what = [FORMAT, data, settings, protocol.name, dataclasses.asdict(protocol), key.seed, key.fold]  # type: ignore[call-overload]  # protocols are dataclasses
        # What a protocol divides by, where that is no part of the corpus' fingerprint.
        what += [
            table[column].astype(str).tolist()
            for column in protocol.needs
            if column in _DIVIDING or column not in COLUMNS
        ]
        return _digest(json.dumps(what, sort_keys=True).encode())

    def _made(self, task: Task) -> bool:
        """True if the run is there; raises if another run is in its place."""
        folder = task.key.folder(self.folder)
        if not folder.exists():
            return False
        if read_run(folder).info["fingerprint"] != task.fingerprint:
            raise EvenvoiceError(
                f"{folder}: holds a run of other settings or other data under the same name; "
                "choose another --out, or remove the folder"
            )
        return True

    def _announcement(self, tasks: Sequence[Task], total: int, utterances: pd.DataFrame) -> str:
        """How many fits, and about how long: measured speed × rows × epochs."""
        there = f" ({total - len(tasks)} are there already)" if len(tasks) < total else ""
        if not tasks:
            return f"{total} fits: all are there already"
        seconds = 0.0
        speeds: dict[str, float] = {}
        classical = {task.recipe.name for task in tasks if not is_network(task.recipe.model.name)}
        for task in tasks:
            if task.recipe.name in classical:
                continue
            if task.recipe.name not in speeds:
                speeds[task.recipe.name] = rows_per_second(
                    task.recipe, utterances["emotion"].nunique(), utterances["seconds"].tolist()
                )
            share = len(task.fold.train) / (len(task.fold.train) + len(task.fold.test))
            rows = rows_after_balancing(task.recipe, utterances["emotion"], share)
            seconds += task.recipe.training.epochs * rows / speeds[task.recipe.name]
        jobs = min(self.jobs, len(tasks))
        words = f"{len(tasks)} fits{there}"
        if seconds:
            most = "at most " if any(task.recipe.training.patience for task in tasks) else ""
            words += f", {most}about {in_words(seconds / jobs)} with {jobs} job{'s' if jobs > 1 else ''}"
        return words + (f" (not estimated: {', '.join(sorted(classical))})" if classical else "")

    def _about_the_corpus(self) -> dict[str, Any]:
        """What the study's file says of its corpus."""
        return {
            "name": self.corpus.name,
            "licence": self.corpus.licence,
            "synthetic": self.corpus.synthetic,
            "labels": list(self.corpus.labels),
            "utterances": len(self.corpus.table),
            "fingerprint": self.corpus.fingerprint(),
            "speakers_known": self.corpus.has("speaker"),
        }

    def _asked(self) -> dict[str, Any]:
        """What was asked for and typed, with what earlier calls asked for in this folder."""
        asked: dict[str, list[Any]] = {
            "recipes": [recipe.name for recipe in self.recipes],
            "protocols": list(self.protocols),
            "seeds": list(self.seeds),
        }
        commands = [self.command] if self.command else []
        path = self.folder / STUDY_FILE
        if path.exists():
            before = read_study_file(self.folder)
            asked = {name: list(dict.fromkeys([*before["asked"][name], *values])) for name, values in asked.items()}
            commands = list(dict.fromkeys([*before.get("commands", []), *commands]))
        return {"asked": asked, "commands": commands}

    def _make(
        self, tasks: Sequence[Task], labels: tuple[str, ...], utterances: pd.DataFrame, examples: Examples
    ) -> Iterator[None]:
        """Make the runs, as many at once as there are jobs; yield after each."""
        if not tasks:
            return
        packed = Packed.of(examples)
        jobs = min(self.jobs, len(tasks))
        flags = self.keep_models, self.test_curves, jobs > 1
        # In full: worker processes keep the working directory in which they were started.
        what = (self.corpus.name, labels, utterances, packed, self.folder.resolve(), self.device, *flags)
        calls = (delayed(make_run)(task, *what) for task in tasks)
        yield from in_parallel(calls, "fitting", len(tasks), jobs=jobs, ordered=False)


def _by_front_end(recipes: Sequence[Recipe]) -> list[tuple[FrontEndSettings, list[Recipe]]]:
    """Recipes grouped by what they hear, so that a corpus is heard once for each."""
    groups: dict[str, tuple[FrontEndSettings, list[Recipe]]] = {}
    for recipe in recipes:
        key = json.dumps(recipe.front_end.feature_parameters(), sort_keys=True)
        groups.setdefault(key, (recipe.front_end, []))[1].append(recipe)
    return list(groups.values())


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _sweep(folder: Path) -> None:
    """Remove what a killed evaluation left half-written."""
    for aside in (folder / "runs").glob("*/*/*/.*"):
        shutil.rmtree(aside, ignore_errors=True)


def default_jobs() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
