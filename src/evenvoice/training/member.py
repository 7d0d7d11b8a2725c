"""One model of a fit: a network by gradient descent, or a classical classifier, over the rows of a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from evenvoice.allocator import MOST_READ, release, return_freed_memory
from evenvoice.imbalance import Plan, make_loss
from evenvoice.models import Estimator, is_network, make_model
from evenvoice.recipes import Recipe
from evenvoice.training.asking import Fitting, NetworkFit, RandomState
from evenvoice.training.disturb import Scale
from evenvoice.training.guards import read_only
from evenvoice.training.images import Images, gather
from evenvoice.training.loop import Labels, OnEpoch, PlannedRows, WholeRows
from evenvoice.training.plans import is_redrawn, targets_of
from evenvoice.training.retrain import last_layer, retrain

# Columns of the history that every fit has.
HISTORY = ("epoch", "train_loss", "train_accuracy", "train_ua")


@dataclass(frozen=True)
class Source:
    """What a plan is over.

    Attributes:
        images: Normalised features, float32 ``[n, c, h, w]``.
        emotions: Their labels ``[n]``.
        labels: All emotions, in the order of the classes.
        variants: The features of perturbed waveforms, by the perturbation.
        rows: Which rows of the plan to learn from; all if ``None``.
        scale: How log-mel bands were normalised, where the recipe disturbs them.
    """

    images: Images
    emotions: npt.NDArray[np.str_]
    labels: tuple[str, ...]
    variants: Mapping[str, Images]
    rows: npt.NDArray[np.int64] | None
    scale: Scale | None = None


@dataclass(frozen=True)
class Member:
    """One fitted model, of an ensemble or alone.

    Attributes:
        network: In evaluation mode; or the fitted classical classifier.
        plans: One for each epoch, where the plan is drawn anew, else one; then that of the embeddings on which the last
            layer was learnt again.
        history: One row an epoch.
        epoch: Whose weights were kept; 0 where there are none.
        class_counts: What each class counts in the loss: its rows times its weight ``[k]``.
    """

    network: torch.nn.Module | Estimator
    plans: tuple[Plan, ...]
    history: pd.DataFrame
    epoch: int
    class_counts: npt.NDArray[Any]


def member_seeds(seed: int, members: int) -> list[int]:
    """Return a seed for each member of an ensemble, the first of which is the seed itself.

    Examples:
        >>> seeds = member_seeds(3, 2)
        >>> seeds[0], seeds[1] == member_seeds(3, 5)[1] != member_seeds(1, 2)[1]
        (3, True)
    """
    return [seed, *(int(np.random.SeedSequence([seed, number]).generate_state(1)[0]) for number in range(1, members))]


def fit_member(
    recipe: Recipe,
    source: Source,
    draw: Callable[[int], Plan],
    watched: tuple[Images, Labels] | None,
    seed: int,
    on_epoch: OnEpoch | None,
) -> Fitting[Member]:
    """Fit the recipe's model to the plan that ``draw`` returns for an epoch, from 0."""
    number = {label: position for position, label in enumerate(source.labels)}
    plans = [draw(0)]
    plan, k = plans[0], len(source.labels)
    targets = targets_of(plan, source.emotions, number)
    rows = np.arange(len(plan)) if source.rows is None else source.rows
    weights = None
    if plan.class_weights is not None:
        weights = np.array([plan.class_weights[label] for label in source.labels], np.float32)
    counts = class_counts(plan, source.emotions, source.labels, rows)
    if not is_network(recipe.model.name):
        estimator = _fit_estimator(recipe, _taken(plan, source, rows), targets[rows], k, weights, seed)
        return_freed_memory()  # of the rows and of what the fit made of them
        return Member(estimator, tuple(plans), pd.DataFrame(columns=list(HISTORY)), 0, counts)
    learnt = PlannedRows(source.images, targets, plan, rows, source.variants, source.scale)
    if is_redrawn(recipe):

        def redraw(epoch: int) -> tuple[Plan, Labels]:
            plans.append(draw(epoch))
            return plans[-1], targets_of(plans[-1], source.emotions, number)

        learnt.redraw = redraw
    recorded, classes = learnt.recorded()
    network, history, epoch, again = yield from _fit_network(recipe, learnt, watched, k, weights, seed, on_epoch)
    if again:
        counts = np.bincount(again[0].y(classes), minlength=k).astype(np.float64)
    plans += [plan.renumbered(recorded) for plan in again]
    return Member(network, tuple(plans), history, epoch, counts)


def class_counts(
    plan: Plan, emotions: npt.NDArray[np.str_], labels: Sequence[str], rows: npt.NDArray[np.int64] | None = None
) -> npt.NDArray[Any]:
    """Return what each class counts in the loss, float64 ``[k]``: its rows of the plan, times its weight.

    Examples:
        >>> class_counts(Plan.keep([0, 1, 2]), np.array(["a", "b", "b"]), ("a", "b")).tolist()
        [1.0, 2.0]
    """
    given = plan.y(emotions) if rows is None else plan.y(emotions)[rows]
    of = plan.class_weights or {}
    return np.array([float((given == label).sum()) * of.get(label, 1.0) for label in labels])


def mean_history(histories: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the mean of the members' histories, epoch by epoch; that of one as it is."""
    if len(histories) == 1:
        return histories[0]
    together: pd.DataFrame = pd.concat(histories).groupby("epoch", as_index=False).mean()
    return together


def _fit_network(
    recipe: Recipe,
    rows: PlannedRows,
    watched: tuple[Images, Labels] | None,
    n_classes: int,
    class_weights: npt.NDArray[np.float32] | None,
    seed: int,
    on_epoch: OnEpoch | None,
) -> Fitting[tuple[torch.nn.Module, pd.DataFrame, int, list[Plan]]]:
    """Fit by gradient descent; return network, history, the epoch whose weights were kept, and plans of re-training."""
    settings, (recorded, classes) = recipe.training.retrain, rows.recorded()
    random = RandomState(seed)
    with random.in_use():
        network = make_model(recipe.model.name, rows.images.shape[1:], n_classes, **recipe.model.options)
        assert isinstance(network, torch.nn.Module)
        layer = None if settings is None else last_layer(network, rows.images, recipe.model.name)
    validation = WholeRows(*watched) if watched else None
    loss = _loss(recipe, rows, n_classes)
    trained = yield NetworkFit(
        recipe, network, rows, validation, n_classes, class_weights, loss, random, on_epoch
    )  # fmt: skip
    if settings is None or layer is None:
        return network, trained.history, trained.epoch, []
    with random.in_use():
        images, batch_size = rows.images[recorded], recipe.training.batch_size
        again = retrain(network, layer, images, classes, settings, batch_size, seed)
    return network, trained.history, trained.epoch, again


def _loss(recipe: Recipe, rows: PlannedRows, n_classes: int) -> Any:
    """The recipe's loss over the class counts of the rows learnt from; ``None`` for plain cross entropy."""
    if recipe.loss.plain:
        return None
    counts = np.bincount(rows.labels.numpy()[rows.rows], minlength=n_classes)
    return make_loss(recipe.loss.name, counts.tolist(), recipe.training.epochs, **recipe.loss.options)


def _taken(plan: Plan, source: Source, rows: npt.NDArray[np.int64]) -> Images:
    """Make all rows of a plan, float32 ``[r, c, h, w]``: of many, in a file."""
    step = max(1, MOST_READ // max(1, source.images[:1].nbytes))

    def blocks() -> Iterator[Images]:
        for start in range(0, len(rows), step):
            yield plan.take(source.images, rows[start : start + step], source.variants)
            for read in (source.images, *source.variants.values()):
                release(read)

    return gather(blocks(), len(rows), source.images.shape[1:])


def _fit_estimator(
    recipe: Recipe,
    images: Images,
    targets: Labels,
    n_classes: int,
    class_weights: npt.NDArray[np.float32] | None,
    seed: int,
) -> Estimator:
    """Fit a classical classifier."""
    estimator = make_model(recipe.model.name, images.shape[1:], n_classes, **recipe.model.options)
    assert isinstance(estimator, Estimator)
    with read_only(images, f"model {recipe.model.name}") as X:
        estimator.fit(X, targets, class_weights=class_weights, seed=seed)
    return estimator
