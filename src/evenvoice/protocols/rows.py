"""Arrays as scikit-learn hands them over become the table that protocols divide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evenvoice.errors import EvenvoiceError

if TYPE_CHECKING:
    from evenvoice.protocols.protocol import SplitProtocol


def table_of_rows(protocol: SplitProtocol, X: Any, y: Any, groups: Any, *, stratify: bool = True) -> pd.DataFrame:
    """Return a table with a row for each of X, and the columns that a protocol needs.

    Args:
        protocol: Which protocol.
        X: What is divided; its length counts.
        y: The labels.
        groups: The values of the first column that the protocol needs, or a table with all of them. The speakers of
            `Session`, where only the sessions are given, are taken to be other ones in each session.
        stratify: Whether the labels are needed.

    Raises:
        EvenvoiceError: Labels or groups that are missing or of another length.
    """
    name, size = type(protocol).__name__, row_count(X)
    columns: dict[str, Any] = {"emotion": np.full(size, "any", object), "speaker": np.full(size, None, object)}
    if y is not None:
        columns["emotion"] = np.array([str(value) for value in _column(y, size, name, "y")], object)
    elif stratify and protocol.validation_by is None:
        raise EvenvoiceError(f"{name}: keeps the shares of the labels, and y is missing; hand the labels over")
    needs = protocol.needs
    if needs and groups is None:
        raise EvenvoiceError(f"{name}: divides by {needs[0]}, and groups are missing; hand over groups={needs[0]}s")
    for column in needs:
        if isinstance(groups, pd.DataFrame | Mapping):
            if column not in groups:
                raise EvenvoiceError(f"{name}: groups have no column {column!r}; found {', '.join(map(str, groups))}")
            columns[column] = _column(groups[column], size, name, f"groups[{column!r}]")
        else:
            columns[column] = _column(groups, size, name, "groups")
    return pd.DataFrame(columns, index=[f"row {number}" for number in range(size)])


def row_count(X: Any) -> int:
    """Return the number of rows of anything that has some.

    Examples:
        >>> row_count(np.zeros((5, 2))), row_count(["a", "b"])
        (5, 2)
    """
    try:
        return int(X.shape[0]) if hasattr(X, "shape") else len(X)
    except (TypeError, IndexError) as error:
        raise EvenvoiceError(f"a {type(X).__name__} has no rows to divide; expected an array or a list") from error


def _column(values: Any, size: int, name: str, what: str) -> np.ndarray:
    """Return values as one column, checked."""
    column = np.empty(row_count(values), object)
    flat = list(values)
    if any(isinstance(value, list | tuple | dict | np.ndarray) for value in flat):
        raise EvenvoiceError(f"{name}: {what} has more than one value for a row; expected one dimension")
    column[:] = flat
    if len(column) != size:
        raise EvenvoiceError(f"{name}: {what} has {len(column)} values for {size} rows; they go together")
    if pd.isna(column).any():
        raise EvenvoiceError(f"{name}: {what} is missing for row {int(pd.isna(column).argmax())}; fill it in")
    try:
        sorted(set(flat))
    except TypeError as error:
        kinds = " and ".join(sorted({type(value).__name__ for value in flat}))
        raise EvenvoiceError(f"{name}: {what} holds {kinds}; write all values as text") from error
    return column
