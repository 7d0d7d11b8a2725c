"""What comes after the fits: the decision, and partners of other recipes put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from evenvoice.imbalance import Decision, Shift, make_decision
from evenvoice.metrics import log_probabilities
from evenvoice.outside import calling, is_outside, refused
from evenvoice.recipes import Recipe
from evenvoice.training.dataset import Dataset
from evenvoice.training.loop import Labels
from evenvoice.training.member import class_counts
from evenvoice.training.trained import TrainedModel


def decide(
    recipe: Recipe, logits: npt.NDArray[np.float64] | None, truth: Labels | None, counts: Sequence[float]
) -> Shift:
    """Fit the recipe's decision to the validation part, where it needs one, and to what the classes count in the loss.

    Args:
        recipe: Whose decision.
        logits: Of the validation part ``[n, k]``.
        truth: Its class numbers ``[n]``.
        counts: ``[k]``.
    """
    decision = make_decision(recipe.decision.name, **recipe.decision.options)
    if not decision.needs_validation:
        logits, truth = np.empty((0, len(counts))), np.empty(0, np.int64)
    assert logits is not None
    assert truth is not None
    with calling("decision", decision):
        fitted = decision.fit(logits, truth, counts)
    if is_outside(decision):
        _check_fitted(decision, fitted, len(counts))
    return fitted


def _check_fitted(decision: Decision, fitted: Any, n_classes: int) -> None:
    """Raise unless a decision from outside was fitted to a `Shift` of so many classes."""
    if not isinstance(fitted, Shift):
        found = f"fit returned a {type(fitted).__name__}; expected an evenvoice.imbalance.Shift"
        raise refused("decision", decision, found)
    bias = np.asarray(fitted.bias)
    if not (np.isfinite(fitted.temperature) and fitted.temperature > 0):
        raise refused("decision", decision, f"gives the temperature {fitted.temperature}; expected a number above 0")
    if bias.shape not in ((0,), (n_classes,)) or not bool(np.isfinite(bias).all()):
        expected = f"a finite number for each of {n_classes} classes, or none"
        raise refused("decision", decision, f"gives a bias of {bias.shape} numbers; expected {expected}")


def join_partners(
    recipe: Recipe,
    model: TrainedModel,
    partners: Sequence[TrainedModel],
    train: Dataset,
    validation: Dataset | None,
) -> TrainedModel:
    """Return the recipe's own model with its fitted partners; the decision is fitted to what they say together."""
    plans = dict(model.plans)
    for partner in partners:
        # Further members, as far as the record is concerned.
        last = max(member for _, member in plans)
        plans |= {(epoch, last + member): plan for (epoch, member), plan in partner.plans.items()}
    saw = {
        step: tuple(dict.fromkeys([*ids, *(one for partner in partners for one in partner.fitted_on[step])]))
        for step, ids in model.fitted_on.items()
    }
    seconds = model.seconds + sum(partner.seconds for partner in partners)
    joined = replace(
        model, recipe=recipe, partners=tuple(partners), plans=plans, fitted_on=saw, seconds=seconds, decision=Shift()
    )  # fmt: skip
    logits = truth = None
    if recipe.decision.needs_validation:
        assert validation is not None
        assert validation.emotions is not None
        logits = log_probabilities(joined.probabilities(validation))
        truth = np.array([model.labels.index(str(emotion)) for emotion in validation.emotions], np.int64)
    assert train.emotions is not None
    counts = class_counts(model.plan, train.emotions, model.labels)
    return replace(joined, decision=decide(recipe, logits, truth, counts.tolist()))
