"""What the options of a part may be: types for constructors' parameters, in words and as one check.

The options of an extractor, a shape or a model are its constructor's keywords. Their annotations are checked when a
recipe is read, long before anything is fitted; each type says in words what is expected. A class whose options depend
on one another gives a pydantic class of its own as ``Settings``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from inspect import Parameter, signature
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from evenvoice.errors import EvenvoiceError, nearest, shown

Count = Annotated[int, Field(ge=1, le=10**6, description="a whole number of 1 or more, up to a million")]
Counts = Annotated[Sequence[Count], Field(min_length=1, description="a list of whole numbers of 1 or more: [128, 64]")]
Pair = Annotated[
    Sequence[Count], Field(min_length=2, max_length=2, description="two whole numbers of 1 or more: [2, 2]")
]
Pairs = Annotated[Sequence[Pair], Field(min_length=1, description="a list of pairs of whole numbers: [[3, 3], [5, 5]]")]
Share = Annotated[float, Field(ge=0, lt=1, description="a number from 0 to below 1")]
UpToOne = Annotated[float, Field(gt=0, le=1, description="a number above 0 and up to 1")]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False, description="a number above 0")]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False, description="a number of 0 or more")]

_LARGEST = 2**31 - 1

# What the program gives to a constructor, not the user.
_GIVEN = ("self", "settings", "extractor", "input_shape", "n_classes", "class_counts", "n_epochs")


def not_a_number(annotation: Any, value: Any) -> str | None:
    """Return what is wrong with a value for a number, in words: pydantic takes ``true`` for 1, and text for its digits.

    Args:
        annotation: The type of the field: anything but ``int``, ``float`` or either with ``None`` takes any value here.
        value: What stands there.

    Examples:
        >>> not_a_number(int, True), not_a_number(float | None, "0.1"), not_a_number(int, 2**40)
        ('a number, and not true or false', 'a number, and not a text', 'a number of 2147483647 or less')
        >>> not_a_number(int, 3), not_a_number(bool, True), not_a_number(str, "a")
        (None, None, None)
    """
    kinds = set(get_args(annotation)) or {annotation}
    if not kinds <= {int, float, type(None)}:
        return None
    if isinstance(value, bool):
        return "a number, and not true or false"
    if isinstance(value, str):
        return "a number, and not a text"
    return f"a number of {_LARGEST} or less" if isinstance(value, int) and value > _LARGEST else None


class Settings(BaseModel):
    """Settings that are made by hand too: what is wrong with them is one line then, and no `ValidationError`.

    Where they are part of others, or read by ``model_validate``, pydantic's own error says where in the whole it is.

    Raises:
        EvenvoiceError: An unknown key, or an impossible value.

    Examples:
        >>> class Toy(Settings):
        ...     epochs: int = 1
        >>> Toy(epochs="many")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: Toy: epochs: Input should be a valid integer, unable to parse string as an \
integer (found 'many')
    """

    def __init__(self, /, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise EvenvoiceError(_first(error, type(self))) from error

    # Else pydantic would call this for settings within others as well.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]


def _first(error: ValidationError, kind: type[BaseModel]) -> str:
    """Return the first thing that is wrong, in one line."""
    found = error.errors()[0]
    place = ".".join(map(str, found["loc"]))
    if isinstance(found.get("ctx", {}).get("error"), EvenvoiceError):
        return f"{place}: {found['ctx']['error']}" if place else str(found["ctx"]["error"])
    if found["type"] == "extra_forbidden":
        known = list(kind.model_fields)
        return f"{kind.__name__}: unknown key {place!r}{nearest(place, known)}; known are {', '.join(known)}"
    said = found["msg"].removeprefix("Value error, ")
    return f"{kind.__name__}: {place}: {said} (found {shown(found['input'])})" if place else f"{kind.__name__}: {said}"


def check_options(kind: str, name: str, constructor: type, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with defaults filled in, once each is known and has a value of its type.

    Args:
        kind: What the constructor makes: ``model``, ``extractor``, ``shape``.
        name: What a recipe calls it.
        constructor: The class.
        options: Keyword → value.

    Raises:
        EvenvoiceError: An unknown option, or an impossible value.

    Examples:
        >>> class Toy:
        ...     def __init__(self, input_shape, n_classes, *, dropout: Share = 0.5): ...
        >>> check_options("model", "toy", Toy, {})
        {'dropout': 0.5}
        >>> check_options("model", "toy", Toy, {"dropout": 1.5})
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: model 'toy': dropout is 1.5; give a number from 0 to below 1
    """
    schema = options_of(constructor)
    known = list(schema.model_fields)
    for option in options:
        if option not in known:
            takes = f"it takes {', '.join(known)}" if known else "it takes no options"
            raise EvenvoiceError(
                f"{kind} {shown(name)}: unknown option {shown(option)}{nearest(option, known)}; {takes}"
            )
    plain = {key: value.item() if isinstance(value, np.generic) else value for key, value in options.items()}
    for option, value in plain.items():
        if wrong := not_a_number(schema.model_fields[option].annotation, value):
            wrong = _in_words(schema.model_fields[option]) or wrong
            raise EvenvoiceError(f"{kind} {shown(name)}: {option} is {shown(value)}; give {wrong}")
    try:
        return schema.model_validate(plain).model_dump()
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:  # options that contradict one another: the class says which
            raise EvenvoiceError(f"{kind} {shown(name)}: {first['msg'].removeprefix('Value error, ')}") from error
        option = str(first["loc"][0])
        if first["type"] == "missing":
            raise EvenvoiceError(
                f"{kind} {shown(name)}: needs the option {option!r}; give it a value, or a default in the constructor"
            ) from error
        wanted = _in_words(schema.model_fields[option]) or first["msg"].removeprefix("Value error, ")
        raise EvenvoiceError(
            f"{kind} {shown(name)}: {option} is {shown(options.get(option))}; give {wanted}"
        ) from error


@cache
def options_of(constructor: type) -> type[BaseModel]:
    """Return the schema of a class' options: its ``Settings``, or one made from its constructor."""
    own = getattr(constructor, "Settings", None)
    # A subclass that has a constructor of its own has options of its own.
    nearest_first = next((kind for kind in constructor.__mro__ if {"Settings", "__init__"} & vars(kind).keys()), object)
    if isinstance(own, type) and issubclass(own, BaseModel) and "Settings" in vars(nearest_first):
        return own
    hints = get_type_hints(constructor.__init__, include_extras=True)  # type: ignore[misc]
    fields: dict[str, Any] = {
        name: (hints.get(name, Any), ... if parameter.default is Parameter.empty else parameter.default)
        for name, parameter in signature(constructor).parameters.items()
        if name not in _GIVEN and parameter.kind not in (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL)
    }
    return create_model(f"Options of {constructor.__name__}", __config__=ConfigDict(strict=True), **fields)


def _in_words(field: FieldInfo) -> str | None:
    """What a value of this field has to be; ``None`` where the field does not say."""
    if field.description:
        return field.description
    if get_origin(field.annotation) is Literal:
        return f"one of {', '.join(map(str, get_args(field.annotation)))}"
    return None
