"""One trial, in whichever process: claim it, fit it on the parts, tell the store how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import optuna
from optuna.trial import TrialState

from evenvoice.allocator import keep_freed_memory
from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError, StorageError
from evenvoice.protocols import SplitProtocol, make_folds
from evenvoice.recipes import Recipe
from evenvoice.tuning.objective import Kept, validation_ua
from evenvoice.tuning.space import own_settings, with_settings
from evenvoice.tuning.store import REASON, Claim, Store

EVERY = 10
"""Epochs from one look at whether to go on to the next: each costs a question to the store."""

# Optuna orders what is reported by number. Parts come after every epoch of the first.
_PARTS = 10**6


@dataclass(frozen=True)
class Job:
    """What a process needs to make trials. The test part is not in it.

    Attributes:
        call: Another for each call of `tune`: what a process keeps, it keeps for one.
        folder: Of the store.
        inside: The corpus without the test part.
        recipe: What is tuned.
        inner: Divides ``inside``.
        parts: Into so many parts.
        seed: Of everything.
        wanted: How many trials there are to be.
        device: ``cpu`` or ``cuda``.
        skip_bad: Go on without unusable recordings.
        own_process: Whether it is made in a worker process.
    """

    call: str
    folder: Path
    inside: Corpus
    recipe: Recipe
    inner: SplitProtocol
    parts: int
    seed: int
    wanted: int
    device: str
    skip_bad: bool
    own_process: bool


def make_trial(job: Job) -> tuple[int, float | None] | None:
    """Make the next trial; return its number and its UA, if it has one, or ``None`` where no trial is left to make.

    Raises:
        EvenvoiceError: Unusable audio: no settings are to blame for that.
    """
    store, kept = workplace(job.call, job.folder)
    with store.claim(job.recipe.search, own_settings(job.recipe), job.wanted, job.seed) as claim:
        if claim is None:
            return None
        if job.own_process:
            keep_freed_memory()
        return claim.trial.number, _made(job, store, kept, claim)


@lru_cache(maxsize=1)
def workplace(call: str, folder: Path) -> tuple[Store, Kept]:
    """What a process keeps between the trials of one call of `tune`: the opened store, and features."""
    return Store(folder), Kept()


def _made(job: Job, store: Store, kept: Kept, claim: Claim) -> float | None:
    """Fit, judge, and tell; the UA of a trial that came to its end."""
    trial = claim.trial
    try:
        recipe = claimed_recipe(job, claim)
    except EvenvoiceError as error:
        failed(store, trial, error)
        return None
    corpus, examples = kept.of(job.inside, recipe, job.skip_bad)
    folds = make_folds(job.inner, corpus.table, job.seed)[: job.parts]
    try:
        ua = validation_ua(
            recipe, job.inner, folds, corpus.table, examples, job.inside.classes, job.seed,
            Pruning(trial, len(folds), claim.own), device=job.device,
        )  # fmt: skip
    except optuna.TrialPruned:
        store.study.tell(trial, state=TrialState.PRUNED)
        return None
    except StorageError:
        raise
    except EvenvoiceError as error:
        failed(store, trial, error)
        return None
    store.study.tell(trial, ua)
    return ua


def claimed_recipe(job: Job, claim: Claim) -> Recipe:
    """Return the recipe of a trial: with its settings, or as it is.

    Raises:
        EvenvoiceError: The schema refuses the settings together.
    """
    return job.recipe if claim.own else with_settings(job.recipe, claim.settings)


def failed(store: Store, trial: optuna.Trial, error: EvenvoiceError) -> None:
    """Keep why these settings are impossible."""
    trial.set_user_attr(REASON, str(error))
    store.study.tell(trial, state=TrialState.FAIL)


@dataclass(frozen=True)
class Pruning:
    """Ends a trial that is below the median of those before it, at the same point; never the recipe as it is."""

    trial: optuna.Trial
    parts: int
    own: bool

    def after_epoch(self, epoch: int, ua: float) -> None:
        """Take the UA after an epoch of the first part."""
        if epoch % EVERY == 0:
            self._look(epoch, ua, f"after epoch {epoch} on the first part")

    def after_part(self, number: int, ua: float) -> None:
        """Take the UA over the parts so far."""
        if number + 1 < self.parts:
            self._look(_PARTS + number, ua, f"after part {number + 1} of {self.parts}")

    def _look(self, step: int, ua: float, when: str) -> None:
        self.trial.report(ua, step)
        if not self.own and self.trial.should_prune():
            self.trial.set_user_attr(REASON, when)
            raise optuna.TrialPruned
