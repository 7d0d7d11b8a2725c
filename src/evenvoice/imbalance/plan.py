"""A plan: the rows of a resampled training set, each made only when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.constructors import PlanConstructors
from evenvoice.imbalance.makers import VALUES, checked_maker, checked_values, fill
from evenvoice.imbalance.rows import parent_numbers, row_numbers, source_array

# ``take`` works through the rows in blocks of about this many bytes, so that its temporary arrays stay small.
_BLOCK_BYTES = 2**21


@dataclass(frozen=True, eq=False)
class Plan(PlanConstructors):
    """Which rows of a source are kept, and how each made row follows from its parents.

    The rows of a plan are numbered 0 … ``len(plan)`` - 1: first the m kept rows, then the s made (synthetic) ones. A
    source row may be kept several times (over-sampling) or not at all (under-sampling). With parents x_0 … x_p and
    weights w, a made row is, by its maker,

    - ``line``: x_0 + Σ w_j (x_j − x_0) with weights of 0 to 1 that add up to 1. With two parents and λ = w_1 it is a
      point on the segment between them (Chawla et al. 2002, the text of 4.2); with one parent it is a copy;
    - ``affine``: the same with weights of any size that add up to 1: a point on the line beyond its parents;
    - ``absolute``: x + λ|x − x_k|, equation 1 of the SMOTE-2DCNN paper as printed, |·| taken attribute by attribute; it
      never lies below its base;
    - ``norm``: the same with |·| read as a norm: the one number λ‖x − x_k‖ is added to every attribute;
    - ``box``: x + λ_a(x_k − x) with a λ_a for each attribute, the pseudo-code of Chawla et al. 2002 as printed. The λ_a
      are drawn from the row's λ, used as a seed, so that a row is the same whenever and wherever it is made;
    - ``values``: stored, as a decoder or a cluster centre gave it. Its parents are recorded where they are known;
    - ``waveform:NAME``: the features of its one parent's waveform after perturbation NAME.

    Attributes:
        kept: Row numbers of the source, in order; int64 [m].
        made_from: Row numbers of the parents of each made row, −1 where there are fewer; int64 [s, p].
        weights: Weight of each parent; float64 [s, p].
        labels: Class of each made row; [s], of the same dtype as the source's labels.
        maker: How made rows follow from their parents: one name, or one for each made row.
        values: The rows of maker ``values``, in order; floating point [v, …].
        class_weights: Weight of each class in the loss, or ``None`` where all weigh the same.

    Raises:
        EvenvoiceError: The fields contradict one another: a length, a row number, a weight, an unknown maker.

    Examples:
        >>> import numpy as np
        >>> X = np.array([[0.0, 0.0], [4.0, 8.0], [9.0, 9.0]])
        >>> plan = Plan(kept=[0, 1, 2], made_from=[[1, 0]], weights=[[0.75, 0.25]], labels=["sad"])
        >>> len(plan)
        4
        >>> plan.take(X, [3, 0])
        array([[3., 6.],
               [0., 0.]])
    """

    kept: NDArray[np.int64]
    made_from: NDArray[np.int64]
    weights: NDArray[np.float64]
    labels: NDArray[Any]
    maker: str | NDArray[Any] | Sequence[str] = "line"
    values: NDArray[np.floating[Any]] | None = None
    class_weights: dict[Any, float] | None = None

    def __post_init__(self) -> None:
        self._freeze("kept", row_numbers("plan.kept", self.kept))
        self._freeze("made_from", parent_numbers("plan.made_from", self.made_from))
        weights = np.array(self.weights, dtype=np.float64)
        self._freeze("weights", weights.reshape(self.made_from.shape) if weights.size == 0 else weights)
        self._freeze("labels", np.array(self.labels))
        if self.weights.shape != self.made_from.shape:
            raise EvenvoiceError(
                f"plan.weights: shape {self.weights.shape}, but plan.made_from has {self.made_from.shape}; "
                "give each parent its weight"
            )
        if self.labels.shape != self.made_from.shape[:1]:
            made = len(self.made_from)
            raise EvenvoiceError(f"plan.labels: shape {self.labels.shape}, but {made} made rows; give each its label")
        object.__setattr__(self, "maker", checked_maker(self.maker, self.made_from, self.weights))
        object.__setattr__(self, "values", checked_values(self.values, int(np.sum(self.makers == VALUES))))

    def __len__(self) -> int:
        return len(self.kept) + len(self.made_from)

    @property
    def synthetic(self) -> NDArray[np.bool_]:
        """Which rows are made; bool [len(plan)]."""
        return np.arange(len(self)) >= len(self.kept)

    @property
    def base(self) -> NDArray[np.int64]:
        """First parent of each made row of a two-parent plan; int64 [s]."""
        return self._of_pairs(self.made_from, 0)

    @property
    def neighbour(self) -> NDArray[np.int64]:
        """Second parent of each made row of a two-parent plan; int64 [s]."""
        return self._of_pairs(self.made_from, 1)

    @property
    def gap(self) -> NDArray[np.float64]:
        """λ of each made row of a two-parent plan: the weight of its second parent; float64 [s]."""
        return self._of_pairs(self.weights, 1)

    @cached_property
    def makers(self) -> NDArray[Any]:
        """Maker of each made row; str objects [s]."""
        return np.broadcast_to(np.asarray(self.maker, dtype=object), (len(self.made_from),))

    @cached_property
    def source_rows(self) -> int:
        """The smallest number of rows that the source can have: one more than the largest row number in the plan."""
        return 1 + max((int(rows.max()) for rows in (self.kept, self.made_from) if rows.size), default=-1)

    def times(self, n: int) -> NDArray[np.int64]:
        """Return how often each of the source's n rows is kept: 0 where it is removed; int64 [n]."""
        return np.bincount(self.kept, minlength=n).astype(np.int64)

    def y(self, y: ArrayLike) -> NDArray[Any]:
        """Return the labels of all rows of the plan.

        Args:
            y: Labels of the source; [n].

        Returns:
            Labels, those of the kept rows first; [len(plan)].
        """
        labels = source_array("y", y, self.source_rows)[self.kept]
        return np.concatenate([labels, self.labels]) if self.labels.size else labels

    def take(self, X: ArrayLike, rows: ArrayLike, variants: Mapping[str, ArrayLike] | None = None) -> NDArray[Any]:
        """Make the rows asked for, and no others.

        Args:
            X: The source's features; [n, …], floating point where rows are interpolated or stored.
            rows: Row numbers of the plan, in any order, repeated or not; int [r].
            variants: Features of the same n rows from perturbed waveforms, by the perturbation; each [n, …].

        Returns:
            The rows; [r, …], of the dtype of ``X``.

        Raises:
            EvenvoiceError: A row number is out of range; ``X`` has fewer rows than the plan refers to, or is not
                floating point; a perturbation is missing from ``variants``.
        """
        numbers = self._numbers(rows)
        X = source_array("X", X, self.source_rows)
        if not self._copies_only and not np.issubdtype(X.dtype, np.floating):
            raise EvenvoiceError(f"X: {X.dtype}; a synthetic row lies between two rows: give float32 or float64")
        perturbed = {
            name: source_array(f"variants[{name!r}]", array, self.source_rows)
            for name, array in (variants or {}).items()
        }
        taken = np.empty((len(numbers), *X.shape[1:]), dtype=X.dtype)
        block = max(1, _BLOCK_BYTES // max(1, X[:1].nbytes))
        for start in range(0, len(numbers), block):
            fill(self, X, perturbed, numbers[start : start + block], taken[start : start + block])
        return taken

    def parents(self, rows: ArrayLike) -> NDArray[np.int64]:
        """Return the source rows that each row comes from.

        Args:
            rows: Row numbers of the plan; int [r].

        Returns:
            Parents, −1 for none; int64 [r, p]. A kept row is all parents of itself.

        Raises:
            EvenvoiceError: A row number is out of range.
        """
        kept = np.repeat(self.kept[:, None], self.made_from.shape[1], axis=1)
        return np.concatenate([kept, self.made_from])[self._numbers(rows)]

    def check_parents(self, allowed_rows: ArrayLike) -> None:
        """Make sure that every made row comes from the rows allowed.

        Args:
            allowed_rows: Row numbers of the source, such as a fold's training part; int [a].

        Raises:
            EvenvoiceError: A made row has a parent elsewhere; the message counts them and shows the first three.
        """
        allowed = row_numbers("allowed_rows", allowed_rows)
        outside = np.flatnonzero(((self.made_from >= 0) & ~np.isin(self.made_from, allowed)).any(axis=1))
        if not outside.size:
            return
        shown = []
        for i in outside[:3].tolist():
            parents = " and ".join(str(parent) for parent in self.made_from[i].tolist() if parent >= 0)
            shown.append(f"row {len(self.kept) + i} (from {parents})")
        raise EvenvoiceError(
            f"plan: {outside.size} of {len(self.made_from)} synthetic rows have a parent outside the {allowed.size} "
            f"rows allowed, first {', '.join(shown)}; balance the training part alone, after the split"
        )

    def renumbered(self, rows: ArrayLike) -> Plan:
        """Return the same plan over another source, in which today's row i stands at ``rows[i]``.

        Examples:
            >>> Plan.keep([0, 1, 1]).renumbered([7, 3]).kept
            array([7, 3, 3])
        """
        new = source_array("rows", row_numbers("rows", rows), self.source_rows)
        parents = np.where(self.made_from < 0, -1, new[self.made_from]) if self.made_from.size else self.made_from
        return replace(self, kept=new[self.kept], made_from=parents)

    def then(self, other: Plan, features: NDArray[Any] | None = None) -> Plan:
        """Return the plan over the source of ``self`` of what ``other`` planned on the rows of ``self``.

        Args:
            other: A plan whose source is the rows of ``self``.
            features: The rows of ``self``, as `take` makes them; [len(self), …]. Needed where ``other`` makes a row of
                rows that cannot be written as weights of the source's rows (a box of a line, a line of stored values):
                it is then stored as values.

        Returns:
            Rows of ``self`` that ``other`` keeps, the source's first; then the rows that ``other`` makes.

        Raises:
            EvenvoiceError: ``other`` refers to more rows than ``self`` has, or needs features and has none.
        """
        from evenvoice.imbalance.compose import compose

        return compose(self, other, features)

    @cached_property
    def _copies_only(self) -> bool:
        """Whether every made row is a copy of its one parent, so that no number is computed."""
        return bool((self.makers == "line").all() and (self.made_from[:, 1:] < 0).all())

    @cached_property
    def stored_at(self) -> NDArray[np.int64]:
        """Position of each made row among the stored values, where its maker is ``values``; int64 [s]."""
        return np.cumsum(self.makers == VALUES) - 1

    def copies_as_made(self, y: ArrayLike) -> Plan:
        """Return the plan with each row kept once: what is kept again becomes a made row with one parent.

        Examples:
            >>> plan = Plan.keep([0, 2, 2]).copies_as_made(["sad", "sad", "happy"])
            >>> plan.kept, plan.made_from, plan.labels
            (array([0, 2]), array([[2]]), array(['happy'], dtype='<U5'))
        """
        from evenvoice.imbalance.compose import copies_as_made

        return copies_as_made(self, np.asarray(y))

    def _of_pairs(self, table: NDArray[Any], column: int) -> NDArray[Any]:
        """Return a column of a table of two-parent rows."""
        if table.shape[1] != 2 or (self.made_from < 0).any():
            raise EvenvoiceError("plan: made rows do not have two parents each; use plan.made_from and plan.weights")
        return table[:, column]

    def _numbers(self, rows: ArrayLike) -> NDArray[np.int64]:
        """Return row numbers of the plan, once they are known to be in range."""
        numbers = row_numbers("rows", rows)
        if numbers.size and numbers.max() >= len(self):
            raise EvenvoiceError(f"rows: {numbers.max()} is out of range; the plan has rows 0 to {len(self) - 1}")
        return numbers

    def _freeze(self, name: str, array: NDArray[Any]) -> None:
        """Store an array of our own that nobody can write to."""
        array.flags.writeable = False
        object.__setattr__(self, name, array)
