"""Tune a recipe: make the trials that are missing, then open the test part once."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from joblib import delayed

from evenvoice.arguments import as_command, as_whole
from evenvoice.corpora import Corpus, CorpusLike, as_corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.files import check_writable
from evenvoice.parallel import Executor, in_parallel, is_remote
from evenvoice.protocols import folds_of, make_folds
from evenvoice.recipes import Recipe, recipe_names
from evenvoice.study import (
    STUDY_FILE,
    Execution,
    OnMessage,
    RecipeLike,
    as_folder,
    as_protocol,
    as_recipe,
    default_protocol,
    evaluate,
    renamed,
)
from evenvoice.training import check_emotions, load_for
from evenvoice.tuning.cost import announcement
from evenvoice.tuning.division import Division, divide
from evenvoice.tuning.lock import PAUSE, Lock
from evenvoice.tuning.outcome import Tuning, load_tuning, read_tuning, write_trials
from evenvoice.tuning.recipe_file import write_tuned
from evenvoice.tuning.remote import make_trials_remotely
from evenvoice.tuning.space import example_space, lies_in, own_settings
from evenvoice.tuning.store import FILE, OPENED, Store
from evenvoice.tuning.trial import Job, make_trial, workplace


@renamed(say="on_message")
def tune(
    corpus: CorpusLike,
    recipe: RecipeLike = "smote-2dcnn",
    *,
    trials: int = 50,
    protocol: str | None = None,
    fold: int = 0,
    inner_folds: int = 3,
    seed: int = 0,
    out: Path | str | None = None,
    jobs: int | None = None,
    device: str = "cpu",
    skip_bad: bool = False,
    extends: str | None = None,
    command: str | None = None,
    on_message: OnMessage | None = None,
    executor: Executor | None = None,
) -> Tuning:
    """Search the recipe's search space, write the best settings as a recipe, then test both once.

    A fold of the protocol is the test part, and no trial is given anything of it. A trial's score is its UA over parts
    of the rest, held out in turn under the same protocol. The first trial is the recipe as it is: another is chosen
    only where it has beaten it. What is in the folder already is kept, and several processes may share it.

    Args:
        corpus: A `Corpus`, or what `open_corpus` takes: ``"emodb:PATH"``, ``"folder:PATH"``, ….
        recipe: With a search space: a name, a ``.yaml`` file or a `Recipe`.
        trials: How many trials the folder is to have; pruned ones, and those whose settings failed, count.
        protocol: speaker-folds if not given, kfold where speakers are not known.
        fold: Which of the protocol's folds is the test part.
        inner_folds: How many parts of the rest judge a trial.
        seed: Of the divisions, the weights and the proposals.
        out: The folder: ``tuning.db``, ``trials.csv``, ``<recipe>-tuned.yaml``, and a study of both recipes; if not
            given, a new one in the working directory, named in the first message.
        jobs: How many trials at once, each in a process of its own; one a core if not given. With one the same seed
            proposes the same settings.
        device: ``cpu`` or ``cuda``.
        skip_bad: Go on without unusable recordings.
        extends: Name or file that the tuned recipe's file extends; what was given as ``recipe`` if that is one.
        command: What the user typed, for the report.
        on_message: Called with a line of text: the cost, and each best trial so far. Printed to stderr if not given.
        executor: What computes features and makes the trials instead of processes of this machine: see `evaluate`.

    Raises:
        EvenvoiceError: No search space; the folder holds something else; the test part was opened, and more trials are
            asked for; no trial was completed; what `evaluate` raises.
    """
    execution = Execution(jobs, device, skip_bad, on_message, executor)
    trials, inner_folds = as_whole(trials, "trials", 1), as_whole(inner_folds, "inner_folds", 2)
    command = as_command(command)
    fold, seed = as_whole(fold, "fold", 0), as_whole(seed, "seed", 0)
    if extends is None and isinstance(recipe, str | os.PathLike):
        extends = os.fspath(recipe)
    recipe = as_recipe(recipe)
    corpus = as_corpus(corpus)
    folder = as_folder(out, corpus, name="tuning")
    if not recipe.search:
        raise EvenvoiceError(
            f"recipe {recipe.name!r} has no search space; declare one in a file that extends it, for example "
            f"search: {example_space(recipe.model.name)}"
        )
    check_emotions(corpus)
    name = default_protocol(corpus) if protocol is None else as_protocol(protocol)
    if out is None:
        execution.message(f"folder: {folder.resolve()}")
    division = divide(corpus, recipe, name, fold, inner_folds, seed)
    if (folder / STUDY_FILE).exists() and not (folder / FILE).exists():
        raise EvenvoiceError(f"{folder}: holds a study, and no tuning; choose another --out")
    check_writable(folder)
    folder.mkdir(parents=True, exist_ok=True)
    job = Job(
        str(uuid.uuid4()), folder.resolve(), division.inside, recipe, division.inner, inner_folds, seed, trials, device,
        skip_bad, execution.workers > 1,
    )  # fmt: skip
    store = Store(folder)
    try:
        _bind(store, corpus, recipe, division)
        while not _chosen(store, trials):
            _search(store, job, execution)
        found = read_tuning(store)
        write_trials(found)
        tuned = write_tuned(found, extends or (recipe.name if recipe.name in recipe_names() else None), command)
    finally:
        store.close()
    with Lock(folder / ".locks" / "opening"):  # another process may have come here too
        evaluate(
            division.marked(corpus, recipe), [recipe, tuned], ["predefined"], seeds=[seed], out=folder, jobs=jobs,
            device=device, skip_bad=skip_bad, command=command, on_message=on_message, executor=executor,
        )  # fmt: skip
    return load_tuning(folder)


def _bind(store: Store, corpus: Corpus, recipe: Recipe, division: Division) -> None:
    """Begin the tuning, or see that it is the one that was begun."""
    bound = {
        "corpus": corpus.fingerprint(),
        "recipe": recipe.model_dump(mode="json", exclude={"about", "source"}),
        "protocol": division.protocol.name,
        "fold": division.fold.number,
        "test part": sorted(corpus.table.index[division.fold.test]),
        "inner folds": division.parts,
        "seed": division.seed,
    }
    about: dict[str, Any] = {
        "corpus": corpus.name,
        "licence": corpus.licence,
        "synthetic": corpus.synthetic,
        "labels": list(corpus.labels),
        "promise": division.protocol.promise.words,
        "held_out": division.fold.about,
        "inner": (folds_of(division.inner.name) or (division.inner.name,))[0],
        "inside": len(division.inside),
        "test": len(division.fold.test),
    }
    own = own_settings(recipe)
    store.bind(json.loads(json.dumps(bound)), about, own if lies_in(own, recipe.search) else {})


def _search(store: Store, job: Job, execution: Execution) -> None:
    """Make trials until there are as many as are wanted and no process makes one any more."""
    finished, running = store.count()
    if job.wanted > finished + running:
        corpus, _ = load_for(
            job.inside, [job.recipe], jobs=execution.workers, skip_bad=job.skip_bad, executor=execution.executor
        )
        make_folds(job.inner, corpus.table, job.seed)
        execution.message(announcement(job, corpus, finished, running, execution.workers))
    best = max((trial.ua for trial in read_tuning(store).trials if trial.ua is not None), default=-1.0)
    try:
        while OPENED not in store.attributes:
            free = job.wanted - finished - running
            if free > 0:
                best = _round(job, free, best, execution)
            elif running:
                time.sleep(PAUSE)
            else:
                return
            finished, running = store.count()
    finally:
        workplace(job.call, job.folder)[0].close()
        workplace.cache_clear()


def _round(job: Job, free: int, best: float, execution: Execution) -> float:
    """Make so many trials, or fewer where other processes are quicker; return the best UA so far."""
    for made in _made(job, free, execution):
        if made and made[1] is not None and made[1] > best:
            best = made[1]
            execution.message(f"trial {made[0]}: UA {100 * best:.1f} % on validation, the best so far")
    return best


def _made(job: Job, free: int, execution: Execution) -> Iterator[tuple[int, float | None] | None]:
    """Yield the number and the UA of each trial as it is made; ``None`` where another process was quicker."""
    executor = execution.executor
    if executor is not None and is_remote(executor):
        yield from make_trials_remotely(job, free, executor)
        return
    calls = (delayed(make_trial)(job) for _ in range(free))
    jobs = min(execution.workers, free)
    yield from in_parallel(calls, "tuning", free, jobs=jobs, ordered=False, executor=executor)


def _chosen(store: Store, wanted: int) -> bool:
    """Settle which trial is chosen, if all are made. From then on there are no more trials.

    Raises:
        EvenvoiceError: More are wanted, and the test part was opened; or no trial came to its end.
    """
    finished, running = store.count()
    with store.lock:
        opened = store.attributes.get(OPENED)
        if opened and wanted > opened["finished"]:
            raise EvenvoiceError(
                f"{store.folder}: the test part has been opened, after {opened['finished']} trials; more would be "
                "chosen in its light: tune anew in another --out"
            )
        if opened:
            return True
        if wanted > finished or running:
            return False
        found = read_tuning(store)
        if found.chosen is None:
            failed = found.of_state("failed")
            why = f"; trial {failed[0].number}: {failed[0].reason}" if failed else ""
            raise EvenvoiceError(f"{found.folder}: none of the {finished} trials came to its end{why}")
        store.open_test_part(found.chosen, found.finished)
        return True
