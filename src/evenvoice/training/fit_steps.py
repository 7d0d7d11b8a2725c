"""The steps of a fit: normalise, balance, ask for networks to be trained. Never given a test row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import Plan, Shift
from evenvoice.metrics import log_probabilities
from evenvoice.models import soft_vote
from evenvoice.recipes import Recipe
from evenvoice.training.asking import Fitting, timed
from evenvoice.training.dataset import Dataset
from evenvoice.training.images import Images
from evenvoice.training.loop import NO_VARIANTS, Labels, OnEpoch
from evenvoice.training.member import Source, fit_member, mean_history, member_seeds
from evenvoice.training.normalise import Normaliser
from evenvoice.training.partners import decide, join_partners
from evenvoice.training.plans import make_plan
from evenvoice.training.prepare import prepare, scale_of, to_images
from evenvoice.training.trained import TrainedModel, Watched, partner_part, probabilities_of


def fit_steps(
    recipe: Recipe,
    train: Dataset,
    validation: Dataset | None = None,
    seed: int = 0,
    *,
    labels: tuple[str, ...] | None = None,
    on_epoch: OnEpoch | None = None,
) -> Fitting[TrainedModel]:
    """Return the steps of `fit`, for a trainer to run; see there for the arguments and what is raised."""
    emotions = _checked(train)
    alone = recipe.model_copy(update={"partners": ()})
    prepared = prepare(alone, train)
    normaliser, images, variants = prepared.normaliser, prepared.images, prepared.variants
    ids = tuple(train.ids)
    saw = {"normaliser": ids, "balancer": ids, "network": ids, "selection": (), "calibration": ()}
    watched = None
    if validation is not None:
        assert validation.emotions is not None
        watched = Watched(to_images(recipe, validation, normaliser), validation.emotions, validation.ids)

    def draw(seed: int, epoch: int) -> Plan:
        return make_plan(recipe, images, emotions, train.speakers, seed, variants, epoch)

    model = yield from fit_images_steps(
        alone, images, emotions, draw, watched, normaliser, seed,
        labels=labels, fitted_on=saw, variants=variants, on_epoch=on_epoch,
    )  # fmt: skip
    if not recipe.partners:
        return model
    partners = []
    for partner in recipe.partners:
        theirs = partner_part(recipe, partner.recipe, train)
        watched_by_them = None if validation is None else partner_part(recipe, partner.recipe, validation)
        fitted = yield from fit_steps(partner.recipe, theirs, watched_by_them, seed, labels=labels, on_epoch=on_epoch)
        partners.append(fitted)
    return join_partners(recipe, model, partners, train, validation)


def fit_images_steps(
    recipe: Recipe,
    images: Images,
    emotions: npt.NDArray[np.str_],
    draw: Callable[[int, int], Plan],
    watched: Watched | None,
    normaliser: Normaliser | None,
    seed: int,
    *,
    rows: npt.NDArray[np.int64] | None = None,
    labels: tuple[str, ...] | None,
    fitted_on: dict[str, tuple[str, ...]],
    variants: Mapping[str, Images] = NO_VARIANTS,
    on_epoch: OnEpoch | None = None,
) -> Fitting[TrainedModel]:
    """Train on a plan over normalised features; `fit_steps` for those who normalise and balance themselves.

    Args:
        recipe: What to fit.
        images: Normalised features, float32 ``[n, c, h, w]``.
        emotions: Their labels ``[n]``.
        draw: Returns the plan over ``images`` for a seed and an epoch from 0.
        watched: What is measured after each epoch, and, where the recipe says so, selected and calibrated on.
        normaliser: The one that made ``images``, kept for prediction.
        seed: See `fit`.
        rows: Which rows of the plan to learn from; all of them if not given.
        labels: See `fit`.
        fitted_on: The record of what normaliser, samplers (``balancer``) and network saw.
        variants: The features of perturbed waveforms that the plan refers to, by the perturbation.
        on_epoch: See `fit`.
    """
    if recipe.partners:
        raise EvenvoiceError(
            f"recipe {recipe.name!r} has partners, which need more than one array; fit it on waveforms under a "
            "protocol that does not balance first, or leave partners out"
        )
    labels = labels or tuple(str(label) for label in np.unique(emotions))
    there = set(emotions)
    missing = [label for label in labels if label not in there]
    if missing:
        raise EvenvoiceError(
            f"emotion {missing[0]!r} has no utterance in the training part; leave it out with --emotions, "
            "or use a protocol whose training part holds every emotion"
        )
    number = {label: position for position, label in enumerate(labels)}
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
    source = Source(images, emotions, labels, variants, rows, scale_of(recipe, normaliser))
    members, seconds = [], 0.0
    for own in member_seeds(seed, recipe.ensemble.members):
        member, times = yield from timed(fit_member(recipe, source, partial(draw, own), part, own, on_epoch))
        members.append(member)
        seconds += times.seconds
    network = soft_vote([member.network for member in members])
    counts = np.mean([member.class_counts for member in members], axis=0)
    logits = None
    if part is not None and recipe.decision.needs_validation:
        logits = log_probabilities(probabilities_of(network, part[0], Shift()))
    decision = decide(recipe, logits, None if part is None else part[1], counts.tolist())
    if recipe.decision.needs_validation:
        assert watched is not None
        fitted_on = {**fitted_on, "calibration": tuple(watched.ids)}
    plans = {
        (epoch, place): plan
        for place, member in enumerate(members, start=1)
        for epoch, plan in enumerate(member.plans, start=1)
    }
    history = mean_history([member.history for member in members])
    return TrainedModel(
        recipe, labels, network, normaliser, plans, history, members[0].epoch, fitted_on, seconds, decision
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
        (recipe.decision.needs_validation, f"fits its decision ({recipe.decision.name})", "decision: none"),
    ):
        if asked:
            raise EvenvoiceError(
                f"recipe {recipe.name!r} {what} on a validation part, and none was given; "
                f"set training.validation_share, or {otherwise}"
            )
