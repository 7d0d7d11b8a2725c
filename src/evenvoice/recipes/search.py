"""What tuning may change, as data: for the path of a key a range, or a list of choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, ValidationError, model_validator

from evenvoice.errors import EvenvoiceError, shown
from evenvoice.options import Settings


class Range(Settings):
    """Numbers from ``low`` to ``high``, both included; whole ones where both ends are whole and ``step`` is too.

    Attributes:
        low: The smallest.
        high: The largest.
        log: Equal ratios are equally likely, not equal differences.
        step: Only ``low``, ``low + step``, ….

    Examples:
        >>> Range(low=1, high=10).whole, Range(low=1e-4, high=1e-2, log=True).whole
        (True, False)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: int | float
    high: int | float
    log: bool = False
    step: int | float | None = None

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are meant."""
        return all(isinstance(value, int) for value in (self.low, self.high, self.step or 1))

    @model_validator(mode="after")
    def _possible(self) -> Range:
        if not self.low < self.high:
            raise EvenvoiceError(f"a range goes from low to high; found low {self.low}, high {self.high}")
        if self.log and self.low <= 0:
            raise EvenvoiceError(f"a range with log: true starts above 0; found low {self.low}")
        if self.step is not None and (self.step <= 0 or self.log):
            raise EvenvoiceError("a step is above 0, and a range with log: true has none")
        return self


Choice = bool | int | float | str | None
Search = dict[str, Range | list[Choice]]
"""Path of a key (``training.learning_rate``) → where to search."""

SEARCHABLE = ("features", "shape", "normalise", "clip", "augment", "balance", "loss", "model", "training")
"""Parts of a recipe that a fit depends on."""


def read_search(values: Any) -> Search:
    """Return a search space as it stands in a file; a path that says ``null`` is left out.

    Raises:
        EvenvoiceError: No mapping, a path to what changes no fit, or neither a range nor choices.

    Examples:
        >>> read_search({"training.epochs": [50, 100], "shape.name": None})
        {'training.epochs': [50, 100]}
        >>> read_search({"training.learning_rate": {"low": 0.01, "high": 0.001}})
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: training.learning_rate: a range goes from low to high; found low 0.01, \
high 0.001
    """
    if not isinstance(values, Mapping):
        raise EvenvoiceError("expected paths of keys, each with a range or a list of choices")
    return {str(path): _read(str(path), where) for path, where in values.items() if where is not None}


def nested(path: str, value: Any) -> dict[str, Any]:
    """Return a key's value nested as a recipe's file is.

    Examples:
        >>> nested("training.epochs", 5)
        {'training': {'epochs': 5}}
    """
    first, _, rest = path.partition(".")
    return {first: nested(rest, value) if rest else value}


def extremes(where: Range | list[Choice]) -> list[Any]:
    """Return both ends of a range, or all choices: what has to be possible."""
    return [where.low, where.high] if isinstance(where, Range) else list(where)


def _read(path: str, where: Any) -> Range | list[Choice]:
    """One entry of a search space."""
    if path.partition(".")[0] not in SEARCHABLE:
        raise EvenvoiceError(f"{path}: changes no fit; a path begins with {', '.join(SEARCHABLE)}")
    if isinstance(where, Range):
        return where
    if isinstance(where, Mapping):
        try:
            return Range.model_validate(dict(where))
        except ValidationError as error:
            first = error.errors()[0]
            key = "".join(f"{part}: " for part in first["loc"][:1])
            raise EvenvoiceError(f"{path}: {key}{first['msg'].removeprefix('Value error, ')}") from error
    plain = isinstance(where, list) and where and all(isinstance(choice, Choice) for choice in where)
    if not plain:
        raise EvenvoiceError(
            f"{path}: expected a list of numbers or words to choose from, or low: and high: of a range (null searches "
            f"it no more); found {shown(where)}"
        )
    return list(where)
