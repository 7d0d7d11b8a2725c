"""What a worker process gets, and what it does with it: one run."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evenvoice.allocator import keep_freed_memory
from evenvoice.errors import EvenvoiceError, StorageError
from evenvoice.metrics import PROBABILITY
from evenvoice.protocols import Enrol, Fold, SplitProtocol, promise_of
from evenvoice.recipes import Recipe
from evenvoice.study.fold import FoldResult, fold_steps
from evenvoice.study.guards import marked
from evenvoice.study.memory import peak_memory
from evenvoice.study.records import RunKey, is_made, versions, write_run
from evenvoice.training import (
    Dataset,
    Fitting,
    LoopTrainer,
    StackedTrainer,
    Times,
    can_be_kept,
    timed,
    unsettled_shares,
)


@dataclasses.dataclass(frozen=True)
class Task:
    """One run to make: what `fold_steps` needs, and where the result goes."""

    key: RunKey
    recipe: Recipe
    protocol: SplitProtocol
    fold: Fold
    fingerprint: str


def make_run(
    task: Task,
    corpus: str,
    labels: tuple[str, ...],
    utterances: pd.DataFrame,
    dataset: Dataset,
    study: Path,
    device: str,
    keep_model: bool,
    test_curves: bool,
    own_process: bool,
) -> None:
    """Make one run and write it; in a worker process where there are several jobs (``own_process``)."""
    if own_process:
        keep_freed_memory()
    if is_made(task.key.folder(study), task.fingerprint):
        return  # by another process that works on the same study
    with peak_memory() as peak:
        steps = _steps(task, utterances, dataset, labels, test_curves)
        [(result, times)] = LoopTrainer(device).run([steps])
    _write(task, corpus, labels, utterances, study, device, keep_model, result, times, peak.bytes)


def make_runs(
    tasks: Iterable[Task],
    corpus: str,
    labels: tuple[str, ...],
    utterances: pd.DataFrame,
    dataset: Dataset,
    study: Path,
    keep_models: bool,
    test_curves: bool,
    *,
    trainer: StackedTrainer,
    failures: bool,
) -> Iterator[tuple[RunKey, str] | None]:
    """Make many runs with one trainer, and write each; yield ``None`` after one that is there, in their order.

    Where ``failures``, which it was and why it could not be made, if it could not; else that raises.
    """

    def steps(task: Task) -> Fitting[tuple[RunKey, str] | None]:
        if is_made(task.key.folder(study), task.fingerprint):
            return None
        try:
            result, times = yield from _steps(task, utterances, dataset, labels, test_curves)
            _write(task, corpus, labels, utterances, study, trainer.device, keep_models, result, times, None)
        except EvenvoiceError as error:
            if not failures or isinstance(error, StorageError):
                raise  # on a full disk the other runs would fail too
            return task.key, str(error)
        return None

    return trainer.run(map(steps, tasks))


def _steps(
    task: Task, utterances: pd.DataFrame, dataset: Dataset, labels: tuple[str, ...], test_curves: bool
) -> Fitting[tuple[FoldResult, Times]]:
    """The steps of a run, and the time that they take."""
    key = task.key
    return timed(
        fold_steps(
            task.recipe, task.protocol, task.fold, utterances, dataset, labels, key.fit_seed,
            split_seed=key.split_seed, test_curves=test_curves,
        )
    )  # fmt: skip


def _write(
    task: Task,
    corpus: str,
    labels: tuple[str, ...],
    utterances: pd.DataFrame,
    study: Path,
    device: str,
    keep_model: bool,
    result: FoldResult,
    times: Times,
    memory: int | None,
) -> None:
    """Write what a run leaves behind."""
    key = task.key
    _check_converged(key, result.predictions)
    promise = marked(promise_of(task.protocol, task.fold, utterances), result.leaks)
    enrolled = task.protocol.utterances if isinstance(task.protocol, Enrol) else 0
    info = {
        "fingerprint": task.fingerprint,
        "corpus": corpus,
        "recipe_name": key.recipe,
        "protocol": key.protocol,
        "split_seed": key.split_seed,
        "fit_seed": key.fit_seed,
        "fold": key.fold,
        "about": task.fold.about,
        "promise": {"words": promise.words, "disjoint": list(promise.disjoint), "leaky": promise.leaky},
        "transductive": task.recipe.transductive or enrolled == "all",
        "enrolled": enrolled,
        "recipe": task.recipe.model_dump(mode="json"),
        "labels": list(labels),
        "counts": result.counts,
        "parts": result.split["part"].value_counts().to_dict(),
        "leaks": result.leaks,
        "epoch": result.model.epoch,
        "unsettled": unsettled_shares(result.model),
        "temperature": result.model.decision.temperature,
        "bias": result.model.decision.bias.tolist(),
        "seconds": round(times.seconds, 3),
        "cpu_seconds": round(times.cpu_seconds, 3),
        "memory": memory,
        "device": device,
        "versions": versions(),
    }
    write_run(key.folder(study), info, result, keep_model=keep_model and can_be_kept(task.recipe))


def try_run(task: Task, *what: Any) -> tuple[RunKey, str] | None:
    """Make one run as `make_run` does; return which it was and why it could not be made, ``None`` if it is there."""
    try:
        make_run(task, *what)
    except StorageError:
        raise
    except EvenvoiceError as error:
        return task.key, str(error)
    return None


def _check_converged(key: RunKey, predictions: pd.DataFrame) -> None:
    """Raise if a probability is NaN: such a run could be written, but never be read."""
    found = [predictions[name].isna().to_numpy() for name in predictions if str(name).startswith(PROBABILITY)]
    unknown = int(np.any(found, axis=0).sum())
    if unknown:
        raise EvenvoiceError(
            f"{key.recipe}, {key.protocol}, seed {key.seed}, fold {key.fold}: the network gives NaN for {unknown} of "
            f"{len(predictions)} test utterances; train with a lower learning rate"
        )
