"""What the options of a model may be: types for the constructors' parameters, in words and as one check.

A model's options are its constructor's keywords. Their annotations are what is checked when a recipe is read, long
before anything is fitted; each type says in words what is expected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from inspect import signature
from typing import Annotated, Any, get_type_hints

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from evenvoice.errors import EvenvoiceError, nearest

Count = Annotated[int, Field(ge=1, description="a whole number of 1 or more")]
Counts = Annotated[Sequence[Count], Field(min_length=1, description="a list of whole numbers of 1 or more: [128, 64]")]
Pair = Annotated[
    Sequence[Count], Field(min_length=2, max_length=2, description="two whole numbers of 1 or more: [2, 2]")
]
Pairs = Annotated[Sequence[Pair], Field(min_length=1, description="a list of pairs of whole numbers: [[3, 3], [5, 5]]")]
Share = Annotated[float, Field(ge=0, lt=1, description="a number from 0 to below 1")]
UpToOne = Annotated[float, Field(gt=0, le=1, description="a number above 0 and up to 1")]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False, description="a number above 0")]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False, description="a number of 0 or more")]


def check_options(model: str, constructor: type, options: Mapping[str, Any]) -> None:
    """Raise an `EvenvoiceError` unless the constructor takes these options, each with a value of its type.

    Examples:
        >>> class Toy:
        ...     def __init__(self, input_shape, n_classes, *, dropout: Share = 0.5): ...
        >>> check_options("toy", Toy, {"dropout": 1.5})
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: model 'toy': dropout is 1.5; give a number from 0 to below 1
    """
    schema = options_of(constructor)
    known = list(schema.model_fields)
    for option in options:
        if option not in known:
            takes = f"it takes {', '.join(known)}" if known else "it takes no options"
            raise EvenvoiceError(f"model {model!r}: unknown option {option!r}{nearest(option, known)}; {takes}")
    plain = {name: value.item() if isinstance(value, np.generic) else value for name, value in options.items()}
    try:
        schema(**plain)
    except ValidationError as error:
        option = str(error.errors()[0]["loc"][0])
        raise EvenvoiceError(
            f"model {model!r}: {option} is {options[option]!r}; give {schema.model_fields[option].description}"
        ) from error


@cache
def options_of(constructor: type) -> type[BaseModel]:
    """Return the schema of a model's options, made from its constructor."""
    hints = get_type_hints(constructor.__init__, include_extras=True)  # type: ignore[misc]
    fields: dict[str, Any] = {
        name: (hints[name], parameter.default)
        for name, parameter in signature(constructor).parameters.items()
        if name not in ("input_shape", "n_classes")
    }
    return create_model(f"Options of {constructor.__name__}", __config__=ConfigDict(strict=True), **fields)
