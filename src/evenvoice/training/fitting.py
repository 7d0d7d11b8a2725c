"""Fit a recipe: normalise, balance, train. Never given a test row."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.features.threads import one_thread
from evenvoice.imbalance import SAMPLERS, Plan, draw_plan, groups_of, make_chain, make_loss, perturbed_plan
from evenvoice.metrics import fit_temperature, with_temperature
from evenvoice.models import Estimator, is_network, make_model
from evenvoice.recipes import Recipe
from evenvoice.training.dataset import Dataset
from evenvoice.training.guards import read_only
from evenvoice.training.loop import NO_VARIANTS, Images, OnEpoch, PlannedRows, WholeRows, train_network
from evenvoice.training.normalise import Normaliser, shrinkage
from evenvoice.training.prepare import fit_normaliser, to_images, to_training_images

Network = torch.nn.Module | Estimator
Labels = npt.NDArray[np.int64]

# Columns of the history that every fit has.
HISTORY = ("epoch", "train_loss", "train_accuracy", "train_ua")


@dataclass(frozen=True)
class TrainedModel:
    """A fitted recipe, and the record of what each of its steps was fitted on.

    Attributes:
        recipe: What was fitted.
        labels: Emotions, in the order of the probabilities.
        network: In evaluation mode; or the fitted classical classifier.
        normaliser: ``None`` where each speaker's own audio normalises.
        plan: What the balancer did; its row numbers count the training part's examples.
        history: One row an epoch; none for a classical classifier, which has no epochs.
        epoch: Whose weights were kept; 0 where there are none.
        fitted_on: Utterance ids that each step saw: ``normaliser``, ``balancer``, ``network``, ``selection``,
            ``calibration``.
        seconds: How long the fit took.
        temperature: What the logits are divided by; 1 unless the recipe calibrates.
        later_plans: Of the second epoch and on, where a sampler is drawn anew each epoch.
    """

    recipe: Recipe
    labels: tuple[str, ...]
    network: Network
    normaliser: Normaliser | None
    plan: Plan
    history: pd.DataFrame
    epoch: int
    fitted_on: dict[str, tuple[str, ...]]
    seconds: float
    temperature: float = 1.0
    later_plans: tuple[Plan, ...] = ()

    def probabilities(
        self, examples: Dataset, offsets: npt.NDArray[np.float32] | None = None
    ) -> npt.NDArray[np.float32]:
        """Return float32 ``[n, emotions]``; nothing of the examples but features (and speakers) is looked at.

        Args:
            examples: What to predict.
            offsets: Of the speakers, float32 ``[1, r]`` or ``[n, r]``: see `offset`.
        """
        return self.image_probabilities(to_images(self.recipe, examples, self.normaliser, offsets))

    def offset(self, enrolled: Dataset, weight: float | None = None) -> npt.NDArray[np.float32]:
        """Return where a speaker lies, normalised, float32 ``[1, r]``: the mean of some utterances, shrunk; no labels.

        Args:
            enrolled: Utterances of one speaker, one at least.
            weight: How much their mean counts; k / (k + kappa) if not given.

        Raises:
            EvenvoiceError: The recipe does not say ``normalise: enrolled``.
        """
        if not self.recipe.adaptive or self.normaliser is None:
            raise EvenvoiceError(
                f"recipe {self.recipe.name!r} cannot be adapted to a speaker; use normalise: enrolled, as "
                "voice-adaptive does"
            )
        rows = self.normaliser.apply(enrolled.rows(self.recipe.made_shape))
        weight = shrinkage(len(rows), self.recipe.kappa) if weight is None else weight
        mean: npt.NDArray[np.float64] = np.stack(rows)[:, :, 0].mean(axis=0, dtype=np.float64)
        return (weight * mean).astype(np.float32)[None]

    def image_probabilities(self, images: Images) -> npt.NDArray[np.float32]:
        """Return float32 ``[n, emotions]`` for normalised features ``[n, c, h, w]`` (softmax: equation 9)."""
        return _probabilities(self.network, images, self.temperature)


@dataclass(frozen=True)
class Watched:
    """Rows that the network is measured on after each epoch: normalised features ``[n, c, h, w]``, labels and ids."""

    images: Images
    emotions: npt.NDArray[np.str_]
    ids: Sequence[str]


def fit(
    recipe: Recipe,
    train: Dataset,
    validation: Dataset | None = None,
    seed: int = 0,
    *,
    labels: tuple[str, ...] | None = None,
    device: str = "cpu",
    on_epoch: OnEpoch | None = None,
) -> TrainedModel:
    """Normalise on the training part, balance the training part, train. Validation is never balanced.

    Args:
        recipe: What to fit.
        train: The training part, with emotions.
        validation: Watched and, with ``select: best-on-validation``, selected on. Other speakers than ``train``'s.
        seed: Of the initial weights, the shuffling, the dropout and the balancer.
        labels: Emotions in the order wanted; those of ``train``, sorted, if not given.
        device: ``cpu`` or ``cuda``. On the CPU a fit takes one thread: the same seed gives the same weights.
        on_epoch: Called after each epoch.

    Raises:
        EvenvoiceError: No emotions, one class only, an emotion without training examples, a class too small to
            balance, or a selection without a validation part.
    """
    emotions = _checked(train)
    normaliser = fit_normaliser(recipe, train)
    images = to_training_images(recipe, train, normaliser)
    variants = {name: to_training_images(recipe, train.variant(name), normaliser) for name in recipe.perturbations}
    plan = make_plan(recipe, images, emotions, train.speakers, seed, variants)
    ids = tuple(train.ids)
    saw = {"normaliser": ids, "balancer": ids, "network": ids, "selection": (), "calibration": ()}
    watched = None
    if validation is not None:
        assert validation.emotions is not None
        watched = Watched(to_images(recipe, validation, normaliser), validation.emotions, validation.ids)
    later: list[Plan] = []

    def redraw(epoch: int) -> Plan:
        later.append(make_plan(recipe, images, emotions, train.speakers, seed, variants, epoch))
        return later[-1]

    model = fit_images(
        recipe, images, emotions, plan, np.arange(len(plan)), watched, normaliser, seed,
        labels=labels, fitted_on=saw, variants=variants, redraw=redraw if _redrawn(recipe) else None,
        device=device, on_epoch=on_epoch,
    )  # fmt: skip
    return replace(model, later_plans=tuple(later))


def _redrawn(recipe: Recipe) -> bool:
    """Whether a sampler of the recipe is drawn anew each epoch."""
    return any(getattr(SAMPLERS[sampler.name], "per_epoch", False) for sampler in recipe.samplers)


def make_plan(
    recipe: Recipe,
    images: Images,
    emotions: npt.NDArray[np.str_],
    speakers: npt.NDArray[np.str_] | None,
    seed: int,
    variants: Mapping[str, Images] = NO_VARIANTS,
    epoch: int = 0,
) -> Plan:
    """Add the perturbed rows, then let the recipe's samplers plan on all of them, one after the other.

    Without variants (features that were made elsewhere) there are no waveforms to perturb, and no such rows.
    """
    sampler = make_chain([step.model_dump() for step in recipe.samplers])
    augment = [name for name in recipe.augment if name in variants]
    if not augment:
        return draw_plan(sampler, images, emotions, groups=speakers, seed=seed, epoch=epoch)
    perturbed = perturbed_plan(emotions, augment)
    rows = perturbed.take(images, np.arange(len(perturbed)), variants=variants)
    groups = None if speakers is None else groups_of(perturbed, speakers)
    following = draw_plan(sampler, rows, perturbed.y(emotions), groups=groups, seed=seed, epoch=epoch)
    return perturbed.then(following, rows)


def fit_images(
    recipe: Recipe,
    images: Images,
    emotions: npt.NDArray[np.str_],
    plan: Plan,
    rows: npt.NDArray[np.int64],
    watched: Watched | None,
    normaliser: Normaliser | None,
    seed: int,
    *,
    labels: tuple[str, ...] | None,
    fitted_on: dict[str, tuple[str, ...]],
    variants: Mapping[str, Images] = NO_VARIANTS,
    redraw: Callable[[int], Plan] | None = None,
    device: str = "cpu",
    on_epoch: OnEpoch | None = None,
) -> TrainedModel:
    """Train on some rows of a plan over normalised features; `fit` for those who normalise and balance themselves.

    Args:
        recipe: What to fit.
        images: Normalised features, float32 ``[n, c, h, w]``.
        emotions: Their labels ``[n]``.
        plan: Over ``images``.
        rows: Which rows of the plan to learn from.
        watched: What is measured after each epoch, and, where the recipe says so, selected and calibrated on.
        normaliser: The one that made ``images``, kept for prediction.
        seed: See `fit`.
        labels: See `fit`.
        fitted_on: The record of what normaliser, balancer and network saw.
        variants: The features of perturbed waveforms that the plan refers to, by the perturbation.
        redraw: Returns the plan of a later epoch, from 1; the same plan serves all epochs if not given.
        device: See `fit`.
        on_epoch: See `fit`.
    """
    started = time.perf_counter()
    check_device(device)
    labels = labels or tuple(str(label) for label in np.unique(emotions))
    missing = [label for label in labels if label not in set(emotions)]
    if missing:
        raise EvenvoiceError(
            f"emotion {missing[0]!r} has no utterance in the training part; leave it out with --emotions, "
            "or use a protocol whose training part holds every emotion"
        )
    number = {label: position for position, label in enumerate(labels)}
    targets = _targets(plan, emotions, number)
    weights = None
    if plan.class_weights is not None:
        weights = np.array([plan.class_weights[label] for label in labels], np.float32)
    part: tuple[Images, Labels] | None = None
    if watched is None or not len(watched.emotions):
        _check_needs_no_validation(recipe)
    else:
        unknown = sorted(set(map(str, watched.emotions)) - set(labels))
        if unknown:
            raise EvenvoiceError(
                f"emotion {unknown[0]!r} is in the validation part and not in the training part; leave it out, or "
                "divide so that the training part holds every emotion"
            )
        part = watched.images, np.array([number[emotion] for emotion in watched.emotions], np.int64)
        if recipe.training.select == "best-on-validation":
            fitted_on = {**fitted_on, "selection": tuple(watched.ids)}
    network: Network
    if is_network(recipe.model.name):
        learnt = PlannedRows(images, targets, plan, rows, variants)
        if redraw is not None:
            learnt.redraw = lambda epoch: (again := redraw(epoch), _targets(again, emotions, number))
        network, history, epoch = _fit_network(recipe, learnt, part, len(labels), weights, seed, device, on_epoch)
    else:
        network = _fit_estimator(recipe, plan.take(images, rows, variants), targets[rows], len(labels), weights, seed)
        history, epoch = pd.DataFrame(columns=list(HISTORY)), 0
    temperature = 1.0
    if recipe.training.calibrate == "temperature":
        assert watched is not None
        assert part is not None
        temperature = fit_temperature(_probabilities(network, part[0], 1.0), part[1])
        fitted_on = {**fitted_on, "calibration": tuple(watched.ids)}
    seconds = time.perf_counter() - started
    return TrainedModel(recipe, labels, network, normaliser, plan, history, epoch, fitted_on, seconds, temperature)


def _fit_network(
    recipe: Recipe,
    rows: PlannedRows,
    watched: tuple[Images, Labels] | None,
    n_classes: int,
    class_weights: npt.NDArray[np.float32] | None,
    seed: int,
    device: str,
    on_epoch: OnEpoch | None,
) -> tuple[torch.nn.Module, pd.DataFrame, int]:
    """Fit by gradient descent; return network, history and the epoch whose weights were kept."""
    with one_thread(), torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        network = make_model(recipe.model.name, rows.images.shape[1:], n_classes, **recipe.model.options)
        assert isinstance(network, torch.nn.Module)
        history, epoch = train_network(
            network, rows, WholeRows(*watched) if watched else None,
            recipe.training, class_weights=class_weights, loss=_loss(recipe, rows, n_classes), device=device,
            on_epoch=on_epoch,
        )  # fmt: skip
    return network, history, epoch


def _targets(plan: Plan, emotions: npt.NDArray[np.str_], number: Mapping[str, int]) -> Labels:
    """The class number of each row of a plan."""
    return np.array([number[emotion] for emotion in plan.y(emotions)], np.int64)


def _loss(recipe: Recipe, rows: PlannedRows, n_classes: int) -> Any:
    """The recipe's loss over the class counts of the rows learnt from; ``None`` for plain cross entropy."""
    if recipe.loss.plain:
        return None
    counts = np.bincount(rows.labels.numpy()[rows.rows], minlength=n_classes)
    return make_loss(recipe.loss.name, counts.tolist(), recipe.training.epochs, **recipe.loss.options)


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


def _probabilities(network: Network, images: Images, temperature: float) -> npt.NDArray[np.float32]:
    """Softmax of the logits over the temperature, float32 ``[n, emotions]`` (equation 9 of the paper at 1)."""
    if isinstance(network, Estimator):
        with read_only(images, f"model {type(network).__name__}") as X:
            found = network.probabilities(X)
        return found if temperature == 1 else with_temperature(found, temperature).astype(np.float32)
    device = next(network.parameters()).device
    with torch.inference_mode(), one_thread():
        parts = [
            (network(torch.from_numpy(images[start : start + 256]).to(device)) / temperature).softmax(dim=1).cpu()
            for start in range(0, len(images), 256)
        ]
    return torch.cat(parts).numpy()


def check_device(device: str) -> None:
    """Raise an `EvenvoiceError` unless torch can compute on a device: ``cpu``, ``cuda``, ``cuda:1``."""
    name = re.fullmatch(r"cpu|cuda(?::(\d+))?", device)
    if name is None:
        raise EvenvoiceError(f"device {device!r}: unknown; use cpu or cuda")
    there = torch.cuda.device_count()
    if device != "cpu" and int(name[1] or 0) >= there:
        raise EvenvoiceError(
            f"device {device!r}: torch sees {there or 'no'} GPU; use --device cpu, or install a CUDA build of torch"
        )


def _checked(train: Dataset) -> npt.NDArray[Any]:
    """The training part's emotions, after the checks that every fit needs."""
    if train.emotions is None:
        raise EvenvoiceError("the training part has no emotions; fit needs a label for every utterance")
    counts = Counter(train.emotions.tolist())
    if len(counts) < 2:
        raise EvenvoiceError(
            f"the training part holds one emotion only ({next(iter(counts), 'none')}, {len(train)} utterances); "
            "a classifier needs two at least"
        )
    return train.emotions


def _check_needs_no_validation(recipe: Recipe) -> None:
    """Raise if the recipe selects or calibrates on a validation part, where there is none."""
    for asked, what, otherwise in (
        (recipe.training.select == "best-on-validation", "selects the best epoch", "select: last"),
        (recipe.training.calibrate == "temperature", "fits its temperature", "calibrate: none"),
    ):
        if asked:
            raise EvenvoiceError(
                f"recipe {recipe.name!r} {what} on a validation part, and none was given; "
                f"set training.validation_share, or {otherwise}"
            )
