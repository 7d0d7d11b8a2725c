"""Arguments of any kind, checked: paths, whole numbers, flags, lists."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from operator import index
from pathlib import Path
from typing import Any

from evenvoice.errors import EvenvoiceError, shown


def as_path(path: Any, name: str) -> Path:
    """Return a path.

    Raises:
        EvenvoiceError: It is none.

    Examples:
        >>> as_path(3, "folder")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: folder: found 3; expected a path
    """
    return Path(path_text(path, name))


def as_paths(paths: Any, name: str) -> list[Path]:
    """Return one path or many as a list."""
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    return [as_path(path, name) for path in several(paths, name, "a path")]


def as_whole(value: Any, name: str, least: int) -> int:
    """Return a whole number from ``least``.

    Raises:
        EvenvoiceError: It is none.

    Examples:
        >>> as_whole("3", "trials", 1)
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: trials: found '3'; expected a whole number from 1
    """
    try:
        found = None if isinstance(value, bool) else index(value)
    except TypeError:
        found = None
    if found is None or found < least:
        raise EvenvoiceError(f"{name}: found {shown(value)}; expected a whole number from {least}")
    return found


def as_flag(value: Any, name: str) -> bool:
    """Return a flag.

    Raises:
        EvenvoiceError: It is neither true nor false.
    """
    if not isinstance(value, bool):
        raise EvenvoiceError(f"{name}: found {shown(value)}; expected True or False")
    return value


def as_command(command: Any) -> str | None:
    """Return what the user typed; ``None`` where nothing was.

    Raises:
        EvenvoiceError: It is not text.
    """
    if command is not None and not isinstance(command, str):
        raise EvenvoiceError(f"command: found {shown(command)}; expected the command as text, or None")
    return command


def several(values: Any, name: str, expected: str) -> Sequence[Any]:
    """Return a list or another iterable of at least one value as a list.

    Raises:
        EvenvoiceError: It is none, or empty.

    Examples:
        >>> several([], "recipes", "a recipe's name")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: recipes: found none; expected a recipe's name, or a list of these
    """
    if not isinstance(values, Iterable) or isinstance(values, bytes | dict):
        raise EvenvoiceError(f"{name}: found {shown(values)}; expected {expected}, or a list of these")
    found = list(values)
    if not found:
        raise EvenvoiceError(f"{name}: found none; expected {expected}, or a list of these")
    return found


def path_text(path: Any, name: str) -> str:
    """Return a path or an argument as text."""
    if not isinstance(path, str | os.PathLike):
        raise EvenvoiceError(f"{name}: found {shown(path)}; expected a path")
    text = os.fspath(path)
    if not isinstance(text, str) or not text or "\0" in text:
        raise EvenvoiceError(f"{name}: found {shown(path)}; expected a path, as text")
    return text
