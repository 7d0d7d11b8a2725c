"""Trials by machines that do not see the store: settings go out, scores come back, and only this process writes.

A worker prunes by what the store knew when its trial was claimed, with Optuna's own pruner on a copy in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import optuna
import pandas as pd
from joblib import delayed
from optuna.trial import TrialState, create_trial

from evenvoice.allocator import keep_freed_memory
from evenvoice.errors import EvenvoiceError, StorageError
from evenvoice.parallel import Call, Executor, in_parallel, share
from evenvoice.protocols import Fold, SplitProtocol, make_folds
from evenvoice.recipes import Recipe, needs_of
from evenvoice.training import Dataset
from evenvoice.tuning.objective import Kept, validation_ua
from evenvoice.tuning.space import own_settings
from evenvoice.tuning.store import PRUNER, REASON, Claim, Store
from evenvoice.tuning.trial import Job, Pruning, claimed_recipe, failed

# Corpora in one set of features that are kept on the cluster: a search may change what is extracted.
_KEPT = 4

Scores = dict[int, float]


@dataclass(frozen=True)
class Judged:
    """How a trial ended.

    Attributes:
        number: Which.
        scores: UA by Optuna's step, as far as it came.
        ua: Of a trial that came to its end.
        pruned: When it was given up, of one that was.
        failed: What is wrong with its settings, where something is.
    """

    number: int
    scores: Scores
    ua: float | None = None
    pruned: str | None = None
    failed: str | None = None


def make_trials_remotely(job: Job, free: int, executor: Executor) -> Iterator[tuple[int, float | None]]:
    """Make so many trials, or fewer where other processes are quicker; yield number and UA of each as it ends.

    Raises:
        EvenvoiceError: Unusable audio, or the cluster is lost: the trials that were begun are given up.
    """
    store = Store(job.folder)
    try:
        with ExitStack() as claims:
            trials = _Trials(job, store, executor, claims)
            for judged in in_parallel(trials.calls(free), "tuning", free, jobs=1, executor=executor):
                yield judged.number, trials.end(judged)
    finally:
        store.close()


@dataclass
class _Trials:
    """The trials that are being made."""

    job: Job
    store: Store
    executor: Executor
    claims: ExitStack
    _claimed: dict[int, tuple[Claim, ExitStack]] = field(default_factory=dict)
    _sent: dict[str, tuple[pd.DataFrame, object]] = field(default_factory=dict)

    def calls(self, free: int) -> Iterator[Call]:
        """Claim trials one by one, and yield the call of each that has to be fitted."""
        job = self.job
        kept = Kept(executor=self.executor)
        for _ in range(free):
            held = self.claims.enter_context(ExitStack())
            claim = held.enter_context(
                self.store.claim(job.recipe.search, own_settings(job.recipe), job.wanted, job.seed)
            )
            if claim is None:
                return
            number = claim.trial.number
            try:
                recipe = claimed_recipe(job, claim)
            except EvenvoiceError as error:
                failed(self.store, claim.trial, error)
                held.close()
                continue
            self._claimed[number] = claim, held
            table, examples = self._send(recipe, kept)
            folds = make_folds(job.inner, table, job.seed)[: job.parts]
            yield delayed(_judge)(
                number, recipe, job.inner, folds, table, examples, job.inside.classes, job.seed, self._finished(),
                claim.own, job.device,
            )  # fmt: skip

    def end(self, judged: Judged) -> float | None:
        """Store how a trial ended; return its UA."""
        claim, held = self._claimed.pop(judged.number)
        study, trial = self.store.study, claim.trial
        with held:
            for step, ua in judged.scores.items():
                trial.report(ua, step)
            if judged.failed is not None:
                failed(self.store, trial, EvenvoiceError(judged.failed))
            elif judged.pruned is not None:
                trial.set_user_attr(REASON, judged.pruned)
                study.tell(trial, state=TrialState.PRUNED)
            else:
                study.tell(trial, judged.ua)
        return judged.ua

    def _send(self, recipe: Recipe, kept: Kept) -> tuple[pd.DataFrame, object]:
        """Return the table, and what stands for the features that a recipe needs: sent once for all that need them."""
        key = repr(needs_of([recipe]))
        if key not in self._sent:
            corpus, examples = kept.of(self.job.inside, recipe, self.job.skip_bad)
            self._sent[key] = corpus.table, share(self.executor, examples.in_memory(needs_of([recipe])))
            if len(self._sent) > _KEPT:
                del self._sent[next(iter(self._sent))]
        return self._sent[key]

    def _finished(self) -> list[tuple[float, Scores]]:
        """Return what pruning compares with: of each complete trial its UA, and UA by step."""
        trials = self.store.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        return [(float(trial.value), dict(trial.intermediate_values)) for trial in trials if trial.value is not None]


def _judge(
    number: int,
    recipe: Recipe,
    inner: SplitProtocol,
    folds: Sequence[Fold],
    table: pd.DataFrame,
    examples: Dataset,
    labels: tuple[str, ...],
    seed: int,
    finished: Sequence[tuple[float, Scores]],
    own: bool,
    device: str,
) -> Judged:
    """Fit and judge one trial, in a worker."""
    keep_freed_memory()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize", pruner=optuna.pruners.MedianPruner(**PRUNER))
    study.add_trials([create_trial(value=ua, intermediate_values=scores) for ua, scores in finished])
    trial = study.ask()
    ua = pruned = failing = None
    try:
        watch = Pruning(trial, len(folds), own)
        ua = validation_ua(recipe, inner, folds, table, examples, labels, seed, watch, device=device)
    except optuna.TrialPruned:
        pruned = study.trials[-1].user_attrs[REASON]
    except StorageError:
        raise
    except EvenvoiceError as error:
        failing = str(error)
    return Judged(number, study.trials[-1].intermediate_values, ua, pruned, failing)
