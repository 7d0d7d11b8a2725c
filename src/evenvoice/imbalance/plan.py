"""A plan: the rows of a balanced training set, each made only when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenvoice.errors import EvenvoiceError

Rule = Literal["line", "absolute", "box"]

RULES: tuple[str, ...] = get_args(Rule)

# ``take`` works through the rows in blocks of about this many bytes, so that its temporary arrays stay small.
_BLOCK_BYTES = 2**21


@dataclass(frozen=True, eq=False)
class Plan:
    """Which rows of a source are kept, and the two parents and the λ of each synthetic row.

    The rows of a plan are numbered 0 … ``len(plan)`` - 1: first the m kept rows, then the s synthetic ones. With x the
    base, x_k the neighbour and λ the gap, a synthetic row is, by rule,

    - ``line``: x + λ(x_k − x), a point on the segment between its parents (Chawla et al. 2002, the text of 4.2);
    - ``absolute``: x + λ|x − x_k|, equation 1 of the SMOTE-2DCNN paper as printed; it never lies below its base;
    - ``box``: x + λ_a(x_k − x) with a λ_a for each attribute, the pseudo-code of Chawla et al. 2002 as printed. The λ_a
      are drawn from the row's gap, used as a seed, so that a row is the same whenever and wherever it is made.

    Attributes:
        kept: Row numbers of the source, in order; int64 [m].
        base: Row number of x for each synthetic row; int64 [s].
        neighbour: Row number of x_k for each synthetic row; int64 [s].
        gap: λ, from 0 to 1, for each synthetic row; float64 [s].
        labels: Class of each synthetic row; [s], of the same dtype as the source's labels.
        rule: How a synthetic row follows from its parents.
        class_weights: Weight of each class in the loss, or ``None`` where all weigh the same.

    Raises:
        EvenvoiceError: The fields contradict one another: a length, a negative row number, a λ outside 0 to 1.

    Examples:
        >>> import numpy as np
        >>> X = np.array([[0.0, 0.0], [4.0, 8.0], [9.0, 9.0]])
        >>> plan = Plan(kept=[0, 1, 2], base=[1], neighbour=[0], gap=[0.25], labels=["sad"])
        >>> len(plan)
        4
        >>> plan.take(X, [3, 0])
        array([[3., 6.],
               [0., 0.]])
    """

    kept: NDArray[np.int64]
    base: NDArray[np.int64]
    neighbour: NDArray[np.int64]
    gap: NDArray[np.float64]
    labels: NDArray[Any]
    rule: Rule = "line"
    class_weights: dict[Any, float] | None = None

    def __post_init__(self) -> None:
        for name in ("kept", "base", "neighbour"):
            self._freeze(name, _row_numbers(f"plan.{name}", getattr(self, name)))
        self._freeze("gap", np.array(self.gap, dtype=np.float64))
        self._freeze("labels", np.array(self.labels))
        for name in ("neighbour", "gap", "labels"):
            if getattr(self, name).shape != self.base.shape:
                shape = getattr(self, name).shape
                raise EvenvoiceError(
                    f"plan.{name}: shape {shape}, but plan.base has {self.base.shape}; give one entry a synthetic row"
                )
        if not np.all((self.gap >= 0) & (self.gap <= 1)):
            raise EvenvoiceError("plan.gap: a λ lies outside 0 to 1; give the fraction of the way to the neighbour")
        if self.rule not in RULES:
            raise EvenvoiceError(f"plan.rule: {self.rule!r} is unknown; use one of {', '.join(RULES)}")

    def __len__(self) -> int:
        return len(self.kept) + len(self.base)

    @property
    def synthetic(self) -> NDArray[np.bool_]:
        """Which rows are synthetic; bool [len(plan)]."""
        return np.arange(len(self)) >= len(self.kept)

    @cached_property
    def source_rows(self) -> int:
        """The smallest number of rows that the source can have: one more than the largest row number in the plan."""
        return 1 + max((int(rows.max()) for rows in (self.kept, self.base, self.neighbour) if rows.size), default=-1)

    def y(self, y: ArrayLike) -> NDArray[Any]:
        """Return the labels of all rows of the plan.

        Args:
            y: Labels of the source; [n].

        Returns:
            Labels, those of the kept rows first; [len(plan)].

        Raises:
            EvenvoiceError: ``y`` has fewer rows than the plan refers to.
        """
        labels = self._source("y", y)[self.kept]
        return np.concatenate([labels, self.labels]) if self.labels.size else labels

    def take(self, X: ArrayLike, rows: ArrayLike) -> NDArray[Any]:
        """Make the rows asked for, and no others.

        Args:
            X: The source's features; [n, …], floating point where the plan has synthetic rows.
            rows: Row numbers of the plan, in any order, repeated or not; int [r].

        Returns:
            The rows; [r, …], of the dtype of ``X``.

        Raises:
            EvenvoiceError: A row number is out of range, or ``X`` has fewer rows than the plan refers to, or synthetic
                rows are to be made of features that are not floating point.
        """
        X = self._source("X", X)
        numbers = self._numbers(rows)
        if self.base.size and not np.issubdtype(X.dtype, np.floating):
            raise EvenvoiceError(f"X: {X.dtype}; a synthetic row lies between two rows: give float32 or float64")
        made = np.empty((len(numbers), *X.shape[1:]), dtype=X.dtype)
        block = max(1, _BLOCK_BYTES // max(1, X[:1].nbytes))
        for start in range(0, len(numbers), block):
            self._make(X, numbers[start : start + block], made[start : start + block])
        return made

    def parents(self, rows: ArrayLike) -> NDArray[np.int64]:
        """Return the source rows that each row comes from.

        Args:
            rows: Row numbers of the plan; int [r].

        Returns:
            Base and neighbour; int64 [r, 2]. A kept row is both parents of itself.

        Raises:
            EvenvoiceError: A row number is out of range.
        """
        both = np.stack([np.concatenate([self.kept, self.base]), np.concatenate([self.kept, self.neighbour])], axis=1)
        return both[self._numbers(rows)]

    def check_parents(self, allowed_rows: ArrayLike) -> None:
        """Make sure that every synthetic row comes from the rows allowed.

        Args:
            allowed_rows: Row numbers of the source, such as a fold's training part; int [a].

        Raises:
            EvenvoiceError: A synthetic row has a parent elsewhere; the message counts them and shows the first three.
        """
        allowed = _row_numbers("allowed_rows", allowed_rows)
        outside = np.flatnonzero(~(np.isin(self.base, allowed) & np.isin(self.neighbour, allowed)))
        if not outside.size:
            return
        first = ", ".join(
            f"row {len(self.kept) + i} (from {self.base[i]} and {self.neighbour[i]})" for i in outside[:3].tolist()
        )
        raise EvenvoiceError(
            f"plan: {outside.size} of {self.base.size} synthetic rows have a parent outside the {allowed.size} rows "
            f"allowed, first {first}; balance the training part alone, after the split"
        )

    def _make(self, X: NDArray[Any], numbers: NDArray[np.int64], out: NDArray[Any]) -> None:
        """Write the rows ``numbers`` into ``out``."""
        is_made = numbers >= len(self.kept)
        out[~is_made] = X[self.kept[numbers[~is_made]]]
        if not is_made.any():
            return
        which = numbers[is_made] - len(self.kept)
        base = X[self.base[which]]
        towards = X[self.neighbour[which]] - base
        if self.rule == "absolute":
            np.abs(towards, out=towards)
        # λ is float64: the sum is rounded to the dtype of X once, at the end.
        out[is_made] = base + self._lambdas(which, X.shape[1:]) * towards

    def _lambdas(self, which: NDArray[np.int64], shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Return λ for some synthetic rows, in a shape that multiplies rows of the shape given."""
        gaps = self.gap[which]
        if self.rule != "box":
            return gaps.reshape(-1, *(1 for _ in shape))
        return np.stack([np.asarray(_generator_of(gap).random_sample(shape)) for gap in gaps.tolist()])

    def _source(self, name: str, values: ArrayLike) -> NDArray[Any]:
        """Return the source's array, once it is known to hold every row the plan refers to."""
        array = np.asarray(values)
        if array.ndim == 0 or len(array) < self.source_rows:
            found = "no rows" if array.ndim == 0 else f"{len(array)} rows"
            last = self.source_rows - 1
            raise EvenvoiceError(f"{name}: {found}, but the plan refers to row {last}; give what the plan was made for")
        return array

    def _numbers(self, rows: ArrayLike) -> NDArray[np.int64]:
        """Return row numbers of the plan, once they are known to be in range."""
        numbers = _row_numbers("rows", rows)
        if numbers.size and numbers.max() >= len(self):
            raise EvenvoiceError(f"rows: {numbers.max()} is out of range; the plan has rows 0 to {len(self) - 1}")
        return numbers

    def _freeze(self, name: str, array: NDArray[Any]) -> None:
        """Store an array of our own that nobody can write to."""
        array.flags.writeable = False
        object.__setattr__(self, name, array)


def _row_numbers(name: str, values: ArrayLike) -> NDArray[np.int64]:
    """Return a copy as int64 [n], once the values are known to be row numbers."""
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise EvenvoiceError(f"{name}: {array.dtype} of shape {array.shape}; give a list of row numbers")
    if array.size and array.min() < 0:
        raise EvenvoiceError(f"{name}: {array.min()} is negative; row numbers start at 0")
    return array.astype(np.int64)


def _generator_of(gap: float) -> np.random.RandomState:
    """Return the generator that a gap stands for; NumPy promises that RandomState's numbers stay the same for good."""
    high, low = divmod(int(gap * 2**53), 2**32)
    return np.random.RandomState([high, low])
