"""Values of options that need no pydantic: what is not given, plain text, numbers and paths."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, get_args, get_origin

_WHOLE = re.compile(r"-?[0-9]{1,9}")
_DECIMAL = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")
_NO_VALUE = object()


def spare_pydantic(params: Iterable[Any]) -> None:
    """Let Typer's parameters take plain values as they are, and ask Typer about all others.

    From 0.29 on, Typer makes a pydantic adapter for every parameter that is asked for its value, given or not. Together
    with importing pydantic that is a fifth of the instructions of ``evenvoice predict``. What is no plain value, an
    error among them, is left to Typer as before; so is everything in versions without these adapters.

    Args:
        params: Of a command or a group.
    """
    for param in params:
        usual = getattr(param, "get_runtime_param", None)
        if usual is not None and not isinstance(usual, _Coercion):
            param.get_runtime_param = _Coercion(usual)


class _Coercion:
    """What Typer asks for a value instead of its own."""

    def __init__(self, usual: Callable[[], Any]) -> None:
        self._usual = usual

    def __call__(self) -> _Coercion:
        return self

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value in the parameter's type."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        described = param.type_descriptor
        found = plain(value, described.annotation, described.parameter_info)
        return self._usual().coerce(value, param=param, ctx=ctx) if found is _NO_VALUE else found


def plain(value: Any, kind: Any, info: Any) -> Any:
    """Return a value in its type, or ``_NO_VALUE`` where there is more to it.

    Args:
        value: As it was typed, or a default.
        kind: The type that the command wants.
        info: Typer's ``ParameterInfo``: limits, and what a path has to be.

    Examples:
        >>> import typer
        >>> plain("3", int, typer.Option(min=1)), plain(["a", "b"], list[str], typer.Argument())
        (3, ['a', 'b'])
        >>> plain("0", int, typer.Option(min=1)) is plain("three", int, typer.Option()) is _NO_VALUE
        True
    """
    if info.parser is not None:
        return _NO_VALUE
    if get_origin(kind) is list and isinstance(value, list | tuple):
        found = [plain(each, get_args(kind)[0], info) for each in value]
        return _NO_VALUE if any(each is _NO_VALUE for each in found) else found
    take = _TAKEN.get(kind)
    return _NO_VALUE if take is None else take(value, info)


def _text(value: Any, _info: Any) -> Any:
    return value if isinstance(value, str) else _NO_VALUE


def _whole(value: Any, info: Any) -> Any:
    return _number(int(value) if isinstance(value, str) and _WHOLE.fullmatch(value) else value, int, info)


def _decimal(value: Any, info: Any) -> Any:
    return _number(float(value) if isinstance(value, str) and _DECIMAL.fullmatch(value) else value, float, info)


def _number(value: Any, kind: type[Any], info: Any) -> Any:
    """Return a number of exactly this type, within its limits."""
    if type(value) is not kind:  # true is no number
        return _NO_VALUE
    beyond = (info.min is not None and value < info.min) or (info.max is not None and value > info.max)
    return _NO_VALUE if beyond else value


def _path(value: Any, info: Any) -> Any:
    """Return a path of which nothing is asked but that it can be read where it is there."""
    asked = info.exists or info.writable or info.resolve_path or info.allow_dash or info.path_type is not None
    if asked or not (info.file_okay and info.dir_okay) or not isinstance(value, str | Path):
        return _NO_VALUE
    try:
        refused = info.readable and os.access(value, os.F_OK) and not os.access(value, os.R_OK)
    except ValueError:  # it holds a zero byte
        return _NO_VALUE
    return _NO_VALUE if refused else Path(value)


_TAKEN: dict[Any, Callable[[Any, Any], Any]] = {str: _text, int: _whole, float: _decimal, Path: _path}
