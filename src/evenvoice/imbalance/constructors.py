"""The usual ways to make a plan: rows kept, pairs of parents, stored values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from evenvoice.imbalance.makers import VALUES
from evenvoice.imbalance.rows import equal_weights, paired, parent_numbers, row_numbers


class PlanConstructors:
    """Constructors of `Plan`, beside the one that takes its fields."""

    if TYPE_CHECKING:

        def __init__(self, *fields: Any, **named: Any) -> None: ...

    @classmethod
    def keep(cls, rows: ArrayLike, *, labels: ArrayLike = (), class_weights: dict[Any, float] | None = None) -> Self:
        """Return a plan that keeps rows and makes none.

        Args:
            rows: Row numbers of the source; one may be repeated, or left out; int [m].
            labels: An empty array of the labels' dtype.
            class_weights: See `Plan`.

        Examples:
            >>> from evenvoice.imbalance import Plan
            >>> Plan.keep([0, 2, 2]).times(3)
            array([1, 0, 2])
        """
        none = np.empty((0, 2), dtype=np.int64)
        kept = row_numbers("plan.kept", rows)
        return cls(kept, none, none.astype(float), np.array(labels), class_weights=class_weights)

    @classmethod
    def pairs(
        cls,
        kept: ArrayLike,
        base: ArrayLike,
        neighbour: ArrayLike,
        gap: ArrayLike,
        labels: ArrayLike,
        *,
        rule: str = "line",
        class_weights: dict[Any, float] | None = None,
    ) -> Self:
        """Return a plan whose made rows have two parents each, as SMOTE's.

        Args:
            kept: See `Plan`.
            base: Row number of x for each made row; int [s].
            neighbour: Row number of x_k; int [s].
            gap: λ, from 0 to 1; float [s].
            labels: See `Plan`.
            rule: The maker: ``line``, ``absolute``, ``norm`` or ``box``.
            class_weights: See `Plan`.

        Raises:
            EvenvoiceError: Lengths differ, a row number is negative, a λ lies outside 0 to 1.
        """
        parents, weights = paired(base, neighbour, gap)
        return cls(
            row_numbers("plan.kept", kept), parents, weights, np.array(labels), rule, class_weights=class_weights
        )

    @classmethod
    def stored(
        cls, kept: ArrayLike, values: ArrayLike, labels: ArrayLike, *, made_from: ArrayLike | None = None
    ) -> Self:
        """Return a plan whose made rows are stored as values.

        Args:
            kept: See `Plan`.
            values: The made rows; floating point [s, …].
            labels: See `Plan`.
            made_from: Their parents; int [s, p]. Left out where no parent is known.

        Examples:
            >>> from evenvoice.imbalance import Plan
            >>> Plan.stored([0], [[0.5], [2.5]], ["sad", "sad"]).take(np.array([[7.0]]), [2, 0]).tolist()
            [[2.5], [7.0]]
        """
        rows = np.asarray(values)
        parents = parent_numbers("plan.made_from", np.full((len(rows), 1), -1) if made_from is None else made_from)
        return cls(row_numbers("plan.kept", kept), parents, equal_weights(parents), np.array(labels), VALUES, rows)
