"""A tuning read back from its folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import optuna
import pandas as pd
from optuna.trial import FrozenTrial, TrialState

from evenvoice.arguments import as_path
from evenvoice.errors import EvenvoiceError
from evenvoice.files import writing
from evenvoice.recipes import Recipe
from evenvoice.tuning.space import Settings, changed
from evenvoice.tuning.store import ABOUT, BOUND, FILE, OPENED, OWN, REASON, SETTINGS, Store, is_finished

State = Literal["complete", "pruned", "failed", "interrupted", "running"]

ENOUGH_TRIALS = 10
"""Complete trials from which on it is said which settings matter."""


@dataclass(frozen=True)
class Trial:
    """One trial.

    Attributes:
        number: From 0, in the order in which they were begun.
        state: ``pruned``: ended early. ``failed``: its settings were impossible, and ``reason`` says how.
            ``interrupted``: its process ended; its settings were tried again.
        ua: On the validation parts, a fraction; ``None`` unless complete.
        settings: Path of a key → value.
        seconds: How long it took; ``None`` while it runs.
        reason: Why it failed, or where it was pruned.
        own: True for the recipe as it is.
    """

    number: int
    state: State
    ua: float | None
    settings: Settings
    seconds: float | None
    reason: str
    own: bool


@dataclass(frozen=True)
class Tuning:
    """All that is known of a tuning.

    Attributes:
        folder: Where it lies.
        bound: What it was begun with: corpus, recipe, protocol, fold, seed, inner folds.
        about: In words and numbers: who is held out, how many utterances.
        trials: In their order.
        chosen: Number of the trial with the highest UA, the first of equals; ``None`` while none is complete.
        opened: Whether the test part was opened.
        importances: Share of the variance of UA that is due to each setting (fANOVA); empty with fewer than
            `ENOUGH_TRIALS` complete trials, or where UA does not vary.
    """

    folder: Path
    bound: dict[str, Any]
    about: dict[str, Any]
    trials: tuple[Trial, ...]
    chosen: int | None
    opened: bool
    importances: dict[str, float] = field(default_factory=dict)

    @property
    def recipe(self) -> Recipe:
        """What was tuned."""
        return Recipe(**self.bound["recipe"])

    @property
    def best(self) -> Trial | None:
        """The chosen trial."""
        return next((trial for trial in self.trials if trial.number == self.chosen), None)

    @property
    def first(self) -> Trial | None:
        """The trial of the recipe as it is, the one that was made to its end where several were begun."""
        own = [trial for trial in self.trials if trial.own]
        return own[-1] if own else None

    @property
    def changed(self) -> Settings:
        """The chosen settings that are not the recipe's own."""
        return changed(self.recipe, self.best.settings) if self.best else {}

    @property
    def finished(self) -> int:
        """How many trials count: all but those that were interrupted or are running."""
        return sum(trial.state not in ("interrupted", "running") for trial in self.trials)

    def of_state(self, state: State) -> list[Trial]:
        """Return the trials of a state."""
        return [trial for trial in self.trials if trial.state == state]

    def table(self) -> pd.DataFrame:
        """Return one row a trial: number, state, ua, seconds, reason, and a column for each setting."""
        rows = [
            {"trial": trial.number, "state": trial.state, "ua": trial.ua, "seconds": trial.seconds,
             "reason": trial.reason, **trial.settings}
            for trial in self.trials
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["trial", "state", "ua", "seconds", "reason", *self.recipe.search])


def load_tuning(folder: Path | str) -> Tuning:
    """Read a tuning's folder.

    Raises:
        EvenvoiceError: It holds none.

    Examples:
        >>> load_tuning("nowhere")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: nowhere: holds no tuning.db; expected a folder that `evenvoice tune --out` \
wrote
    """
    folder = as_path(folder, "folder")
    if not (folder / FILE).is_file():
        raise EvenvoiceError(f"{folder}: holds no {FILE}; expected a folder that `evenvoice tune --out` wrote")
    store = Store(folder)
    try:
        if BOUND not in store.attributes:
            raise EvenvoiceError(f"{folder}: no tuning has begun there; `evenvoice tune` with the same --out begins it")
        return read_tuning(store)
    finally:
        store.close()


def read_tuning(store: Store) -> Tuning:
    """Return what a store holds."""
    found = dict(store.attributes)
    trials = tuple(_trial(trial) for trial in store.trials())
    opened = found.get(OPENED)
    chosen = opened["chosen"] if opened else best_of(trials)
    bound = found[BOUND]
    importances = _importances(store.study, list(bound["recipe"]["search"]), bound["seed"])
    return Tuning(store.folder, bound, found[ABOUT], trials, chosen, opened is not None, importances)


def best_of(trials: tuple[Trial, ...]) -> int | None:
    """Return the number of the complete trial with the highest UA, the first of equals."""
    complete = [trial for trial in trials if trial.ua is not None]
    return max(complete, key=lambda trial: (trial.ua or 0.0, -trial.number)).number if complete else None


def write_trials(tuning: Tuning) -> Path:
    """Write ``trials.csv``."""
    path = tuning.folder / "trials.csv"
    with writing(path) as aside:
        tuning.table().to_csv(aside, index=False, float_format="%.9g")
    return path


def _trial(trial: FrozenTrial) -> Trial:
    attributes = trial.user_attrs
    states: dict[TrialState, State] = {
        TrialState.COMPLETE: "complete",
        TrialState.PRUNED: "pruned",
        TrialState.RUNNING: "running",
        TrialState.FAIL: "failed" if is_finished(trial) else "interrupted",
    }
    state = states[trial.state]
    return Trial(
        trial.number,
        state,
        trial.value if state == "complete" else None,
        attributes.get(SETTINGS, {}),
        trial.duration.total_seconds() if trial.duration else None,
        str(attributes.get(REASON, "")),
        bool(attributes.get(OWN)),
    )


def _importances(study: optuna.Study, paths: list[str], seed: int) -> dict[str, float]:
    """Source: Hutter, Hoos & Leyton-Brown 2014, "An efficient approach for assessing hyperparameter importance"."""
    complete = [
        trial
        for trial in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        if set(trial.params) == set(paths)  # all but the recipe as it is, where its settings lie outside the space
    ]
    if len(complete) < ENOUGH_TRIALS or len({trial.value for trial in complete}) == 1:
        return {}
    apart = optuna.create_study(direction="maximize")
    apart.add_trials(complete)
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=seed)
    return optuna.importance.get_param_importances(apart, evaluator=evaluator)
