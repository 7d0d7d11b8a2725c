"""How a made row follows from its parents, by the name of its maker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from evenvoice.errors import EvenvoiceError

if TYPE_CHECKING:
    from evenvoice.imbalance.plan import Plan

Rule = Literal["line", "absolute", "norm", "box"]
"""The makers that SMOTE may use."""

RULES: tuple[str, ...] = get_args(Rule)
VALUES = "values"
WAVEFORM = "waveform:"
MAKERS = (*RULES, "affine", VALUES, f"{WAVEFORM}NAME")

# Weights of a row that add up to 1 within this are taken for complete: they are sums of rounded numbers.
_ROUNDING = 1e-9


def checked_maker(
    maker: str | NDArray[Any] | Sequence[str], parents: NDArray[np.int64], weights: NDArray[np.float64]
) -> str | NDArray[Any]:
    """Return the maker, one name where all rows have the same, else one a row: str objects [s].

    Args:
        maker: One name, or one for each made row.
        parents: Row numbers, −1 for none; int64 [s, p].
        weights: Weight of each parent; float64 [s, p].

    Raises:
        EvenvoiceError: A name is unknown, or a row has parents or weights that its maker cannot use.
    """
    if not np.isfinite(weights).all():
        raise EvenvoiceError("plan.weights: NaN or infinity; give a number for each parent")
    if (weights[parents < 0] != 0).any():
        raise EvenvoiceError("plan.weights: a weight without a parent; give 0 where made_from is -1")
    if isinstance(maker, str):
        _check_rows(maker, parents, weights)
        return maker
    names = np.array(maker, dtype=object)
    if names.shape != parents.shape[:1]:
        raise EvenvoiceError(
            f"plan.maker: shape {names.shape}, but {len(parents)} made rows; give one name for all, or one for each"
        )
    different = list(dict.fromkeys(names.tolist()))
    for name in different:
        _check_rows(name, parents[names == name], weights[names == name])
    if len(different) < 2:
        return str(different[0]) if different else "line"
    names.flags.writeable = False
    return names


def checked_values(values: NDArray[Any] | None, rows: int) -> NDArray[np.floating[Any]] | None:
    """Return the stored rows, or ``None`` where none is: a copy, unless nobody can write to them already.

    Raises:
        EvenvoiceError: They are not one floating point row for each of the ``rows`` of maker ``values``.
    """
    array = np.asarray([] if values is None else values)
    if array.flags.writeable or array.base is not None:
        array = array.copy()
    if len(array) != rows or not np.issubdtype(array.dtype, np.floating):
        raise EvenvoiceError(
            f"plan.values: {array.dtype} of shape {array.shape}, but {rows} rows of maker 'values'; "
            "give each its row of floating point numbers"
        )
    array.flags.writeable = False
    return array if rows else None


def fill(
    plan: Plan, X: NDArray[Any], variants: Mapping[str, NDArray[Any]], numbers: NDArray[np.int64], out: NDArray[Any]
) -> None:
    """Write some rows of a plan into ``out``.

    Args:
        plan: The plan.
        X: Its source; [n, …].
        variants: The same rows from perturbed waveforms; each [n, …].
        numbers: Which rows of the plan; int64 [r].
        out: Where to write; [r, …].

    Raises:
        EvenvoiceError: A perturbation is missing from ``variants``.
    """
    is_made = numbers >= len(plan.kept)
    out[~is_made] = X[plan.kept[numbers[~is_made]]]
    if not is_made.any():
        return
    places, which = np.flatnonzero(is_made), numbers[is_made] - len(plan.kept)
    makers = plan.makers[which]
    for maker in [plan.maker] if isinstance(plan.maker, str) else dict.fromkeys(makers.tolist()):
        of = makers == maker
        rows = which[of]
        if maker == VALUES:
            assert plan.values is not None
            out[places[of]] = plan.values[plan.stored_at[rows]].reshape(-1, *X.shape[1:])
        elif maker.startswith(WAVEFORM):
            out[places[of]] = _perturbed(variants, maker.removeprefix(WAVEFORM))[plan.made_from[rows, 0]]
        else:
            out[places[of]] = _between(maker, X, plan.made_from[rows], plan.weights[rows])


def _check_rows(maker: str, parents: NDArray[np.int64], weights: NDArray[np.float64]) -> None:
    """Make sure that rows of one maker have the parents and weights that it needs."""
    if maker not in MAKERS[:-1] and not (maker.startswith(WAVEFORM) and len(maker) > len(WAVEFORM)):
        raise EvenvoiceError(f"plan.maker: {maker!r} is unknown; use one of {', '.join(MAKERS)}")
    if maker == VALUES or not len(parents):
        return
    has = np.sum(parents >= 0, axis=1)
    exactly = {"absolute": 2, "norm": 2, "box": 2}.get(maker, 1 if maker.startswith(WAVEFORM) else None)
    odd = (has < 1) if exactly is None else (has != exactly)
    if odd.any():
        raise EvenvoiceError(
            f"plan.made_from: a row of maker {maker!r} has {has[odd][0]} parents; give {exactly or '1 or more'}"
        )
    if (parents[:, 0] < 0).any() or (exactly == 2 and (parents[:, 1] < 0).any()):
        raise EvenvoiceError("plan.made_from: -1 before a parent; put the parents first")
    if maker != "affine" and not np.all((weights >= 0) & (weights <= 1)):
        raise EvenvoiceError("plan.weights: a weight lies outside 0 to 1; give each parent's share, or use 'affine'")
    if np.any(np.abs(weights.sum(axis=1) - 1) > _ROUNDING):
        raise EvenvoiceError("plan.weights: the weights of a row do not add up to 1; give each parent's share")


def _between(
    maker: str, X: NDArray[Any], parents: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.floating[Any]]:
    """Make rows of maker ``line``, ``affine``, ``absolute``, ``norm`` or ``box``; [r, …]."""
    first = X[parents[:, 0]]
    total: NDArray[Any] | None = None
    for column in range(1, parents.shape[1]):
        others = parents[:, column]
        if (others < 0).all():
            continue
        # A parent that is none adds the first one with weight 0: nothing.
        towards = X[np.where(others < 0, parents[:, 0], others)]
        towards -= first
        if maker == "absolute":
            np.abs(towards, out=towards)
        elif maker == "norm":
            towards = _lengths(towards)
        share = _shares(maker, weights[:, column], X.shape[1:])
        # λ is float64: the sum is rounded to the dtype of X once, at the end.
        if total is None:
            total = share * towards
        else:
            total += share * towards
    return first if total is None else first + total


def _lengths(rows: NDArray[Any]) -> NDArray[np.float64]:
    """Return the Euclidean norm of each row, in a shape that adds to it: float64 [r, 1, …]."""
    squared = [np.square(row, dtype=np.float64).sum() for row in rows]  # row by row: the same sum in every batch
    return np.sqrt(squared).reshape(-1, *(1 for _ in rows.shape[1:]))


def _shares(maker: str, weights: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return λ for some rows, in a shape that multiplies rows of the shape given."""
    if maker != "box":
        return weights.reshape(-1, *(1 for _ in shape))
    return np.stack([np.asarray(_generator_of(gap).random_sample(shape)) for gap in weights.tolist()])


def _generator_of(gap: float) -> np.random.RandomState:
    """Return the generator that a gap stands for; NumPy promises that RandomState's numbers stay the same for good."""
    high, low = divmod(int(gap * 2**53), 2**32)
    return np.random.RandomState([high, low])


def _perturbed(variants: Mapping[str, NDArray[Any]], name: str) -> NDArray[Any]:
    """Return the features of the waveforms after a perturbation."""
    if name not in variants:
        raise EvenvoiceError(
            f"variants: no {name!r}, which the plan asks for; give the features of the perturbed waveforms"
        )
    return variants[name]
