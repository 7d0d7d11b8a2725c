"""The trials on disk: an Optuna study in SQLite that several processes share, bound to what it was begun with."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import sqlalchemy
from optuna.trial import FrozenTrial, TrialState

from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import Search
from evenvoice.tuning.lock import Lock
from evenvoice.tuning.space import Settings, suggest

FILE = "tuning.db"
NAME = "tuning"

# How long a process waits for another that writes, in seconds.
PATIENCE = 120

# What is kept of the study and of its trials beside what Optuna keeps.
BOUND, ABOUT, FIRST, OPENED = "bound", "about", "first", "opened"
OWN, SETTINGS, REASON = "own", "settings", "reason"

# The median says something from so many complete trials on, of which so many got as far; and not in the first epochs.
PRUNER = {"n_startup_trials": 5, "n_min_trials": 3, "n_warmup_steps": 10}


@dataclass(frozen=True)
class Claim:
    """A trial that this process makes.

    Attributes:
        trial: Optuna's.
        settings: What it proposes.
        own: True for the first: the recipe as it is.
    """

    trial: optuna.Trial
    settings: Settings
    own: bool


class Store:
    """The study in a folder.

    Args:
        folder: Holds ``tuning.db``.

    Raises:
        EvenvoiceError: The file is not a tuning.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = Lock(folder / ".locks" / "claim")
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        url = sqlalchemy.URL.create("sqlite", database=str(folder / FILE)).render_as_string()
        try:
            with self.lock:
                self.storage = optuna.storages.RDBStorage(url, {"connect_args": {"timeout": PATIENCE}})
                self.study = optuna.create_study(
                    study_name=NAME, storage=self.storage, direction="maximize", load_if_exists=True,
                    pruner=optuna.pruners.MedianPruner(**PRUNER),
                )  # fmt: skip
        except (sqlalchemy.exc.SQLAlchemyError, sqlite3.Error, RuntimeError) as error:
            raise EvenvoiceError(
                f"{folder / FILE}: cannot be read or written as a tuning ({str(error).splitlines()[0]}); free some "
                "space there, or choose another --out"
            ) from error

    def close(self) -> None:
        """Let go of the file."""
        self.storage.remove_session()
        self.storage.engine.dispose()

    def bind(self, bound: dict[str, Any], about: dict[str, Any], first: Settings) -> None:
        """Begin the study with the recipe's own settings, or see that it was begun with the same.

        Args:
            bound: What the trials depend on.
            about: What the report says of it.
            first: Settings of the first trial; none where the search space does not hold the recipe's own.

        Raises:
            EvenvoiceError: It was begun with something else.
        """
        with self.lock:
            before = self.attributes.get(BOUND)
            if before is None:
                self.study.enqueue_trial(first, user_attrs={OWN: True})
                for name, value in ((FIRST, first), (ABOUT, about), (BOUND, bound)):
                    self.study.set_user_attr(name, value)
                return
        other = [name for name in bound if before.get(name) != bound[name]]
        if other:
            raise EvenvoiceError(
                f"{self.folder}: holds a tuning with another {' and another '.join(other)}; choose another --out, or "
                "ask for what it was begun with"
            )

    @property
    def attributes(self) -> dict[str, Any]:
        """What the study is bound to, and whether the test part was opened."""
        return self.study.user_attrs

    def trials(self) -> list[FrozenTrial]:
        """Return all trials that were begun, in their order."""
        return [trial for trial in self.study.get_trials(deepcopy=False) if trial.state != TrialState.WAITING]

    def count(self) -> tuple[int, int]:
        """Return how many trials are finished and how many are being made; those of dead processes are given up."""
        with self.lock:
            return self._count()

    def _count(self) -> tuple[int, int]:
        trials = [self._settled(trial) if trial.state == TrialState.RUNNING else trial for trial in self.trials()]
        return sum(map(is_finished, trials)), sum(trial.state == TrialState.RUNNING for trial in trials)

    def _settled(self, trial: FrozenTrial) -> FrozenTrial:
        """A running trial as it is now; given up where nobody makes it any more.

        The next trial then has its seed, and proposes its settings again.
        """
        holder = self._holder(trial.number)
        if not holder.take():
            return trial
        # Its maker has let go, after storing how it ended; or else is dead.
        now = self.storage.get_trial(trial._trial_id)
        if now.state == TrialState.RUNNING:
            now = self.study.tell(trial.number, state=TrialState.FAIL)
            if trial.user_attrs.get(OWN):
                self.study.enqueue_trial(self.attributes[FIRST], user_attrs={OWN: True})
        holder.release()
        holder.path.unlink(missing_ok=True)
        return now

    def _holder(self, number: int) -> Lock:
        """The lock that a process holds while it makes a trial."""
        return Lock(self.folder / ".locks" / f"trial-{number}")

    @contextmanager
    def claim(self, search: Search, own: Settings, wanted: int, seed: int) -> Iterator[Claim | None]:
        """Give the next trial to make, until the block ends; ``None`` where all that are wanted are made or begun.

        The sampler's seed counts trials that are made or begun, and those alone: a tuning that was stopped goes on as
        if it had not been.

        Args:
            search: The search space.
            own: The recipe's own settings.
            wanted: How many trials there are to be.
            seed: Of the tuning.
        """
        with self.lock:
            taken = sum(self._count())
            claim = None
            if taken < wanted and OPENED not in self.attributes:
                self.study.sampler = optuna.samplers.TPESampler(seed=_seed(seed, taken))
                trial = self.study.ask()
                holder = self._holder(trial.number)
                holder.take()
                first = bool(trial.user_attrs.get(OWN))
                settings = own
                # The recipe's own settings may lie outside the space: then there is nothing for Optuna to learn from.
                if not first or self.attributes[FIRST]:
                    suggested = suggest(trial, search)
                    settings = own if first else suggested
                trial.set_user_attr(SETTINGS, settings)
                claim = Claim(trial, settings, first)
        try:
            yield claim
        finally:
            if claim:
                holder.release()
                if self.study.trials[claim.trial.number].state.is_finished():
                    holder.path.unlink(missing_ok=True)

    def open_test_part(self, chosen: int, finished: int) -> None:
        """Record which trial was chosen, before the test part is looked at: from here on there are no more trials."""
        self.study.set_user_attr(OPENED, {"chosen": chosen, "finished": finished})


def is_finished(trial: FrozenTrial) -> bool:
    """Whether a trial counts: complete, pruned, or failed for a reason that its settings are to blame for."""
    return trial.state.is_finished() and not (trial.state == TrialState.FAIL and REASON not in trial.user_attrs)


def _seed(seed: int, number: int) -> int:
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
