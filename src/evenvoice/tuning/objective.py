"""What a trial is judged by: UA on parts of the training part that the fit did not see."""

from __future__ import annotations

import contextlib
import io
import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd

from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.features import keeps_rows
from evenvoice.metrics import unweighted_accuracy
from evenvoice.models import is_network
from evenvoice.parallel import Executor
from evenvoice.protocols import Fold, SplitProtocol, cut_validation
from evenvoice.recipes import Recipe, needs_of
from evenvoice.training import Dataset, OnEpoch, fit, load_for

MOST_BYTES = 1 << 30
"""Of features that a process keeps in memory between trials; what is beyond comes from the disk's cache again."""


class Watch(Protocol):
    """Follows a trial, and may raise to end it."""

    def after_epoch(self, epoch: int, ua: float) -> None:
        """Take the UA on the first part after an epoch."""
        ...

    def after_part(self, number: int, ua: float) -> None:
        """Take the UA over the parts that were predicted so far, part ``number`` the last of them."""
        ...


@dataclass
class Kept:
    """Features of a corpus by extractor, and rows by shape: the latest, as many as there is room for.

    Attributes:
        room: Bytes.
        executor: What computes features: see `load_for`.
    """

    room: int = MOST_BYTES
    executor: Executor | None = None
    _found: OrderedDict[str, tuple[Corpus, Dataset]] = field(default_factory=OrderedDict)

    def of(self, corpus: Corpus, recipe: Recipe, skip_bad: bool) -> tuple[Corpus, Dataset]:
        """Return what `load_for` returns, without its words on stderr: they are said once, before the trials."""
        key = _key(recipe)
        if key not in self._found:
            with contextlib.redirect_stderr(io.StringIO()):
                self._found[key] = load_for(corpus, [recipe], skip_bad=skip_bad, executor=self.executor)
        self._found.move_to_end(key)
        while len(self._found) > 1 and sum(examples.nbytes for _, examples in self._found.values()) > self.room:
            self._found.popitem(last=False)
        return self._found[key]


def _key(recipe: Recipe) -> str:
    """What recipes that can share features have in common: where frames are kept, their shapes may differ."""
    return repr(
        [
            (need.features, need.shapes if all(map(keeps_rows, need.shapes)) else (), need.perturbations)
            for need in needs_of([recipe])
        ]
    )


def validation_ua(
    recipe: Recipe,
    protocol: SplitProtocol,
    folds: Sequence[Fold],
    utterances: pd.DataFrame,
    examples: Dataset,
    labels: tuple[str, ...],
    seed: int,
    watch: Watch,
    *,
    device: str = "cpu",
) -> float:
    """Fit on each fold's training part, predict its held-out part, and return the UA over all these predictions.

    A recipe with a validation part of its own has it cut from what it is fitted on: never from what judges it.

    Args:
        recipe: With the trial's settings.
        protocol: Whose folds.
        folds: The "test" rows of a fold are the part that judges.
        utterances: The training part's table.
        examples: Its features, in the same order.
        labels: All emotions.
        seed: The same for all trials, so that none gains by its split or weights.
        watch: Follows the trial.
        device: ``cpu`` or ``cuda``.

    Raises:
        EvenvoiceError: The recipe cannot be fitted so, or its network gives NaN.
    """
    truth, answers = [], []
    for number, fold in enumerate(folds):
        held_out = examples.take(fold.test)
        own = recipe.training.validation_share > 0
        if own:
            fold = cut_validation(fold, utterances, recipe.training.validation_share, seed, protocol)
        # Without a validation part of its own a fit selects nothing: it may watch what judges it, and is the same fit.
        watches = number == 0 and not own and is_network(recipe.model.name)
        seen = examples.take(fold.validation) if own else held_out if watches else None
        model = fit(
            recipe, examples.take(fold.train), seen, seed, labels=labels, device=device,
            on_epoch=_telling(watch if watches else None),
        )  # fmt: skip
        probabilities = model.probabilities(examples.take(fold.test, with_emotions=False))
        if np.isnan(probabilities).any():
            raise EvenvoiceError(f"NaN for utterances of {fold.about}; a lower learning rate may help")
        truth.append(utterances["emotion"].to_numpy(str)[fold.test])
        answers.append(np.array(labels)[probabilities.argmax(axis=1)])
        ua = unweighted_accuracy(np.concatenate(truth), np.concatenate(answers))
        watch.after_part(number, ua)
    return ua


def _telling(watch: Watch | None) -> OnEpoch:
    """End a fit whose loss is NaN, from which no later epoch recovers; pass every other epoch to the watch."""

    def on_epoch(record: dict[str, float]) -> None:
        if math.isnan(record["train_loss"]):
            raise EvenvoiceError(f"the loss is NaN in epoch {record['epoch']:.0f}; a lower learning rate may help")
        if watch is not None:
            watch.after_epoch(int(record["epoch"]), record["validation_ua"])

    return on_epoch
