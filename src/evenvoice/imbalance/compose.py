"""One plan after another, written as one plan over the first one's source."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.makers import VALUES
from evenvoice.imbalance.plan import Plan

_LINEAR = ("line", "affine")


def compose(first: Plan, second: Plan, features: NDArray[Any] | None) -> Plan:
    """Return what the second plan makes of the rows of the first, over the first one's source; see `Plan.then`.

    Where both make rows by weights, weights multiply: with a row r = Σ_i a_i x_i of the first plan, Σ_r w_r r is
    Σ_r Σ_i w_r a_i x_i.
    """
    if second.source_rows > len(first):
        raise EvenvoiceError(
            f"plan.then: the second plan refers to row {second.source_rows - 1}, the first has {len(first)} rows; "
            "plan on the rows that the first plan makes"
        )
    real = second.kept < len(first.kept)
    made_before = _selected(first, second.kept[~real] - len(first.kept))
    made_now = _resolved(first, second, features)
    parents, weights = _side_by_side([made_before, made_now])
    # An empty array of labels has lost its dtype's width; it must not widen the others.
    labels = [part.labels for part in (made_before, made_now) if len(part.labels)] or [first.labels[:0]]
    stored = [part.values.reshape(len(part.values), -1) for part in (made_before, made_now) if part.values is not None]
    return Plan(
        kept=first.kept[second.kept[real]],
        made_from=parents,
        weights=weights,
        labels=np.concatenate(labels),
        maker=np.concatenate([made_before.makers, made_now.makers]),
        values=np.concatenate(stored) if stored else None,
        class_weights=first.class_weights if second.class_weights is None else second.class_weights,
    )


def groups_of(plan: Plan, groups: NDArray[Any]) -> NDArray[Any]:
    """Return the group of each row of a plan: a made row has its first parent's, or ``None`` where that is not known.

    Args:
        plan: The plan.
        groups: Group of each row of its source; [n].

    Examples:
        >>> plan = Plan.pairs([0, 1], base=[1], neighbour=[0], gap=[0.5], labels=["sad"])
        >>> groups_of(plan, np.array(["03", "08"]))
        array(['03', '08', '08'], dtype='<U2')
    """
    first = plan.made_from[:, 0]
    if (first < 0).any():
        groups = groups.astype(object)
        made = groups[first]
        made[first < 0] = None
    else:
        made = groups[first]
    return np.concatenate([groups[plan.kept], made])


def copies_as_made(plan: Plan, y: NDArray[Any]) -> Plan:
    """Return a plan with each row kept once, its repeats made; see `Plan.copies_as_made`."""
    firsts = np.sort(np.unique(plan.kept, return_index=True)[1])
    again = np.delete(plan.kept, firsts)
    copies = Plan([], again[:, None], np.ones((len(again), 1)), y[again])  # type: ignore[arg-type]
    parents, weights = _side_by_side([copies, plan])
    labels = np.concatenate([copies.labels, plan.labels]) if len(plan.labels) else copies.labels
    makers = np.concatenate([copies.makers, plan.makers])
    return Plan(plan.kept[firsts], parents, weights, labels, makers, plan.values, plan.class_weights)


def _selected(plan: Plan, rows: NDArray[np.int64]) -> Plan:
    """Some of the made rows of a plan, and no kept ones."""
    makers = plan.makers[rows]
    values = None if plan.values is None else plan.values[plan.stored_at[rows[makers == VALUES]]]
    return Plan([], plan.made_from[rows], plan.weights[rows], plan.labels[rows], makers, values)  # type: ignore[arg-type]


def _resolved(first: Plan, second: Plan, features: NDArray[Any] | None) -> Plan:
    """The rows that the second plan makes, their parents in the first one's source."""
    width = first.made_from.shape[1]
    # For each row of the first plan its parents and weights, a kept row being its own only parent.
    own = np.full((len(first.kept), width), -1, dtype=np.int64)
    own[:, 0] = first.kept
    parents_of = np.concatenate([own, first.made_from])
    weights_of = np.concatenate([(own >= 0).astype(float), first.weights])
    is_linear = np.concatenate([np.ones(len(first.kept), dtype=bool), np.isin(first.makers, _LINEAR)])

    has = second.made_from >= 0
    rows = np.where(has, second.made_from, 0)
    shape = (len(rows), rows.shape[1] * width)
    grand = np.where(has[:, :, None], parents_of[rows], -1).reshape(shape)
    shares = np.where(has[:, :, None], second.weights[:, :, None] * weights_of[rows], 0.0).reshape(shape)
    makers = second.makers.copy()
    # A maker other than line and affine needs parents that are rows of the source.
    from_source = (~has | (rows < len(first.kept))).all(axis=1)
    all_linear = np.isin(makers, _LINEAR) & (~has | is_linear[rows]).all(axis=1)
    stored = (makers == VALUES) | ~(from_source | all_linear)
    # `line` promises weights of 0 to 1; a line of an affine row does not.
    makers[all_linear & ((shares < 0) | (shares > 1)).any(axis=1)] = "affine"
    makers[stored] = VALUES
    order = np.argsort(grand < 0, axis=1, kind="stable")
    grand, shares = np.take_along_axis(grand, order, axis=1), np.take_along_axis(shares, order, axis=1)
    return Plan([], grand, shares, second.labels, makers, _values(first, second, stored, features))  # type: ignore[arg-type]


def _values(
    first: Plan, second: Plan, stored: NDArray[np.bool_], features: NDArray[Any] | None
) -> NDArray[np.floating[Any]] | None:
    """The rows that are stored: those that the second plan stores, and those made of rows that weights cannot say."""
    if not stored.any():
        return None
    if features is None and (second.makers[stored] != VALUES).any():
        raise EvenvoiceError(
            "plan.then: the second plan makes rows of made rows that weights cannot say; pass the first plan's rows "
            "as features"
        )
    source = features
    if source is None:
        assert second.values is not None
        source = np.empty((len(first), *second.values.shape[1:]), dtype=second.values.dtype)
    made = second.take(source, len(second.kept) + np.flatnonzero(stored))
    return made.reshape(len(made), -1)


def _side_by_side(parts: list[Plan]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Parents and weights of several plans, one after another, as wide as the widest needs."""
    width = max(1, *(int((part.made_from >= 0).sum(axis=1).max(initial=0)) for part in parts))
    if not any(len(part.made_from) for part in parts):
        width = 2
    parents, weights = [], []
    for part in parts:
        lacking = ((0, 0), (0, max(0, width - part.made_from.shape[1])))
        parents.append(np.pad(part.made_from, lacking, constant_values=-1)[:, :width])
        weights.append(np.pad(part.weights, lacking)[:, :width])
    return np.concatenate(parents), np.concatenate(weights)
