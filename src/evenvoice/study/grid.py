"""The grid: recipes × protocols × seeds × folds on one corpus, in parallel, and resumable."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd
from joblib import delayed

from evenvoice.arguments import as_command, as_flag
from evenvoice.corpora import COLUMNS, Corpus, CorpusLike, as_corpus
from evenvoice.files import check_writable, write_json
from evenvoice.leases import sweep
from evenvoice.loggers import Logger, open_loggers
from evenvoice.parallel import Executor, HereFirst, in_parallel, is_remote, share
from evenvoice.progress import track
from evenvoice.protocols import Fold, SplitProtocol, make_folds, open_protocol, with_enrolled
from evenvoice.recipes import DEFAULT_RECIPE, NO_SETTINGS, Recipe, needs_of
from evenvoice.study.about import about_study
from evenvoice.study.arguments import ProtocolLike, RecipeLike, as_folder, as_protocols, as_recipes
from evenvoice.study.columns import renamed_columns, with_durations
from evenvoice.study.cost import announcement, are_small
from evenvoice.study.execution import Execution, OnMessage, renamed
from evenvoice.study.grouping import by_features
from evenvoice.study.kept import not_kept
from evenvoice.study.logged import StudyLog
from evenvoice.study.own_code import own_code
from evenvoice.study.pool import balanced_pool
from evenvoice.study.possible import check_folds, check_possible
from evenvoice.study.records import (
    FORMAT,
    RUNS,
    STUDY_FILE,
    RunKey,
    check_same_corpus,
    is_made,
)
from evenvoice.study.remote import keep_run, make_run_remotely, try_run_remotely
from evenvoice.study.results import Study, load_study
from evenvoice.study.seeds import Seed, Seeds, make_seeds
from evenvoice.study.unused import unused
from evenvoice.study.work import Task, make_run, make_runs, try_run
from evenvoice.training import Dataset, StackedTrainer, load_for

OnFailure = Callable[[RunKey, str], None]


@renamed(say="on_message")
def evaluate(
    corpus: CorpusLike,
    recipes: RecipeLike | Sequence[RecipeLike] = DEFAULT_RECIPE,
    protocols: ProtocolLike | Sequence[ProtocolLike] | None = None,
    *,
    seeds: Seeds | None = None,
    split_seeds: Seeds | None = None,
    fit_seeds: Seeds | None = None,
    enrol: int | str | Sequence[int | str] = 0,
    out: Path | str | None = None,
    jobs: int | None = None,
    device: str = "cpu",
    skip_bad: bool = False,
    keep_models: bool = False,
    test_curves: bool = False,
    command: str | None = None,
    on_message: OnMessage | None = None,
    on_failure: OnFailure | None = None,
    executor: Executor | None = None,
    log_to: str | Logger | Sequence[str | Logger] | None = None,
) -> Study:
    """Fit and test every recipe under every protocol with every seed, and return what was found.

    Runs that are in the folder already are kept, so an evaluation that was killed continues where it stopped, and ends
    with the same predictions. Several processes may work on one folder.

    Args:
        corpus: A `Corpus`, or what `open_corpus` takes: ``"emodb:PATH"``, ``"demo"``, ``"folder:PATH"``, the path of a
            table, a pandas table.
        recipes: One or many: names, ``.yaml`` files or `Recipe` objects; their names differ.
        protocols: One or many: names, ``package.module:Class``, or protocols that a name opens (``SpeakerFolds(10)``);
            ``speaker-folds`` if not given, ``kfold`` where speakers are not known.
        seeds: How many repetitions (3 means seeds 0, 1 and 2), or which; each has its own split and its own fit. One
            if not given.
        split_seeds: Instead of ``seeds``: how many splits, or which seeds they have. Every split meets every fit.
        fit_seeds: How many fits on each split (initial weights, shuffling, sampler), or which seeds they have.
        enrol: How many unlabelled utterances of each test speaker to adapt to, or ``"all"`` of them, or a list of
            these: each protocol is repeated as ``<name>+enrol-5``. The split's seed draws them; the rest is tested.
        out: The folder for the runs; if not given, a new one in the working directory, named in the first message.
        jobs: How many fits at once, each on one thread; one a core if not given, where that is worth the start of
            processes. The predictions do not depend on it.
        device: ``cpu`` or ``cuda``.
        skip_bad: Go on without unusable recordings, naming each on stderr.
        keep_models: Keep each run's weights, so that `evenvoice export` can make a model file of it.
        test_curves: Record loss and accuracy on the test part after each epoch, to draw them. They choose nothing. Runs
            that are there already keep the curves they have.
        command: What the user typed, for the report.
        on_message: Called with a line of text before the fits start: how many there will be, and about how long they
            take. Printed to stderr if not given.
        on_failure: Called with a run that cannot be made (a class too small for its sampler, say) and the reason; the
            other runs go on. Without it the first such run ends the evaluation.
        executor: What computes features and makes the runs instead of processes of this machine:
            `evenvoice.cluster.DaskExecutor`, or any object with ``run(calls)``.
        log_to: Where to log settings, curves and scores too, one or many: ``tensorboard``, ``tensorboard:DIR``,
            ``mlflow``, ``mlflow:ADDRESS``, ``package.module:Class``, or a `Logger`. What is logged is not logged again.

    Returns:
        The results asked for, read back from the folder.

    Raises:
        EvenvoiceError: An argument cannot be used, a protocol needs what the corpus lacks, the folder holds other runs,
            or audio is unusable.

    Examples:
        ``evaluate("emodb:data/emodb", "smote-2dcnn", "speaker-folds", seeds=3).table()``
    """
    execution = Execution(jobs, device, skip_bad, on_message, executor)
    repetitions = make_seeds(seeds, split_seeds, fit_seeds)
    the_recipes = as_recipes(recipes)
    the_corpus = as_corpus(corpus)
    texts = as_protocols(with_enrolled(as_protocols(protocols, the_corpus), enrol), the_corpus)
    folder = as_folder(out, the_corpus)
    keep_models, test_curves = as_flag(keep_models, "keep_models"), as_flag(test_curves, "test_curves")
    command = as_command(command)
    log = StudyLog(open_loggers(log_to, folder, the_corpus.name), folder, the_corpus.name, execution.message)
    evaluation = _Evaluation(
        the_corpus, the_recipes, texts, repetitions, folder, execution, keep_models, test_curves, command, log,
        on_failure,
    )  # fmt: skip
    for line in the_corpus.warnings:
        execution.message(f"warning: {the_corpus.name}: {line}")
    for licence in dict.fromkeys(need.features.licence for need in needs_of(the_recipes) if need.features.licence):
        execution.message(f"licence: {licence}")
    for line in renamed_columns(the_corpus):
        execution.message(line)
    for line in unused(the_recipes, [open_protocol(text) for text in texts], repetitions, test_curves):
        execution.message(line)
    if out is None:
        execution.message(f"folder: {folder.resolve()}")
    evaluation.run()
    asked = [open_protocol(text).name for text in texts]
    study = load_study(folder).only([recipe.name for recipe in the_recipes], asked, repetitions)
    log.finish(study)
    return study


# Columns that a protocol may divide by, and that a corpus' fingerprint leaves out.
_DIVIDING = ("session", "split", "text")


@dataclasses.dataclass(frozen=True)
class _Evaluation:
    """The arguments of `evaluate`, and its steps."""

    corpus: Corpus
    recipes: Sequence[Recipe]
    protocols: Sequence[str]
    seeds: Sequence[Seed]
    folder: Path
    execution: Execution
    keep_models: bool
    test_curves: bool
    command: str | None
    log: StudyLog
    on_failure: OnFailure | None = None

    def run(self) -> None:
        """Make the runs that are missing."""
        protocols = [open_protocol(name) for name in self.protocols]
        check_possible(self.corpus, self.recipes, protocols)
        if not self.execution.skip_bad:  # else what is divided is known once the recordings are
            check_folds(self.corpus, self.recipes, protocols, self.seeds, with_validation=self.on_failure is None)
        check_same_corpus(self.folder, self.corpus)
        check_writable(self.folder)
        sweep(self.folder / RUNS, "*/*/*")
        waiting: list[tuple[list[Task], tuple[str, ...], pd.DataFrame, Dataset]] = []
        for recipes in by_features(self.recipes):
            corpus, examples = load_for(
                self.corpus,
                recipes,
                jobs=self.execution.loaders,
                skip_bad=self.execution.skip_bad,
                executor=self.execution.executor,
            )
            data = _digest(corpus.fingerprint().encode(), examples.digest().encode())
            tasks = [
                Task(key, recipe, protocol, fold, self._fingerprint(data, corpus.table, recipe, protocol, key))
                for recipe in recipes
                for protocol in protocols
                for seed in self.seeds
                for fold in self._folds(recipe, protocol, corpus, examples, seed)
                for key in [RunKey(recipe.name, protocol.name, seed.split, seed.fit, fold.number)]
            ]
            self.log.expect(task.key for task in tasks)
            missing = [task for task in tasks if not is_made(task.key.folder(self.folder), task.fingerprint)]
            utterances = with_durations(corpus)
            waiting.append((missing, corpus.classes, utterances, examples))
            self.execution.message(
                announcement(missing, len(tasks), utterances, self.execution.workers, on_gpu=self.execution.on_gpu)
            )
            for line in not_kept(tasks, missing, self.folder) if self.keep_models else ():
                self.execution.message(line)
        names = [protocol.name for protocol in protocols]
        about = about_study(self.folder, self.corpus, self.recipes, names, self.seeds, self.command)
        runs = (run for part in waiting for run in self._make(*part))
        next(runs, None)
        # Not before the first run is whole: a folder without runs is bound to no corpus.
        write_json(self.folder / STUDY_FILE, about)
        self.log.look()
        for _ in runs:
            self.log.look()

    def _folds(
        self, recipe: Recipe, protocol: SplitProtocol, corpus: Corpus, examples: Dataset, seed: Seed
    ) -> list[Fold]:
        table = corpus.table
        if protocol.balance_first:
            table = balanced_pool(recipe, table, examples, seed.fit).table
        return make_folds(protocol, table, seed.split)

    def _fingerprint(self, data: str, table: pd.DataFrame, recipe: Recipe, protocol: SplitProtocol, key: RunKey) -> str:
        """Everything that a run's predictions depend on."""
        settings = recipe.model_dump(mode="json", exclude=set(NO_SETTINGS))
        seed = key.seed.to_json()
        what = [FORMAT, data, settings, protocol.name, dataclasses.asdict(protocol), seed, key.fold]  # type: ignore[call-overload]  # protocols are dataclasses
        # What a protocol divides by, where that is not part of the corpus' fingerprint.
        what += [
            table[column].astype(str).tolist()
            for column in protocol.needs
            if column in _DIVIDING or column not in COLUMNS
        ]
        what += own_code(settings, protocol)
        return _digest(json.dumps(what, sort_keys=True).encode())

    def _make(
        self, tasks: Sequence[Task], labels: tuple[str, ...], utterances: pd.DataFrame, examples: Dataset
    ) -> Iterator[None]:
        """Make the runs, as many at once as there are jobs; yield after each."""
        if not tasks:
            return
        execution = self.execution
        if execution.trainer is not None:
            yield from self._make_stacked(execution.trainer, tasks, labels, utterances, examples)
            return
        jobs = min(execution.workers, len(tasks))
        small = jobs > 1 and execution.jobs is None and execution.executor is None and are_small(tasks)
        executor = HereFirst(jobs, len(tasks)) if small else execution.executor
        flags = self.keep_models, self.test_curves, not small and (jobs > 1 or executor is not None)
        remote = is_remote(executor)
        needs = needs_of(task.recipe for task in tasks)
        # Workers of this machine get the features by path, and read what they need.
        shared = share(executor, examples.in_memory(needs) if remote else examples.in_files(needs))
        # In full: worker processes keep the working directory in which they were started.
        folder = self.folder.resolve()
        what = (self.corpus.name, labels, share(executor, utterances), shared, folder, execution.device, *flags)
        make, try_to = (make_run_remotely, try_run_remotely) if remote else (make_run, try_run)
        calls = (delayed(make if self.on_failure is None else try_to)(task, *what) for task in tasks)
        for made in in_parallel(calls, "fitting", len(tasks), jobs=jobs, ordered=False, executor=executor):
            failed = keep_run(made, folder) if remote else made
            if failed is not None and self.on_failure is not None:
                self.on_failure(*failed)
            yield

    def _make_stacked(
        self,
        trainer: StackedTrainer,
        tasks: Sequence[Task],
        labels: tuple[str, ...],
        utterances: pd.DataFrame,
        examples: Dataset,
    ) -> Iterator[None]:
        """Make the runs in this process, many networks at once; yield after each."""
        # Fits of one fold share their rows; they are given to the trainer together.
        ordered = sorted(tasks, key=lambda task: (task.recipe.name, task.protocol.name, task.key.fold))
        runs = make_runs(
            ordered, self.corpus.name, labels, utterances, examples, self.folder.resolve(), self.keep_models,
            self.test_curves, trainer=trainer, failures=self.on_failure is not None,
        )  # fmt: skip
        for failed in track(runs, "fitting", len(ordered)):
            if failed is not None and self.on_failure is not None:
                self.on_failure(*failed)
            yield


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()
