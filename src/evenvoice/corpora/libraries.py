"""Corpora that other libraries hold: which objects, which names, and the file that reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from evenvoice.corpora.corpus import Corpus

    Reader = Callable[[Any, Mapping[str, str] | str | None], Corpus]


class _Object(NamedTuple):
    """The classes of a library that are corpora, and what reads them."""

    classes: tuple[str, ...]
    module: str
    function: str


_OBJECTS = {
    "audformat": _Object(("Database", "Table"), "audformat_read", "open_audformat"),
    "datasets": _Object(
        ("Dataset", "DatasetDict", "IterableDataset", "IterableDatasetDict"), "hugging_face", "open_datasets"
    ),
}
_NAMES = {
    "audformat": ("audformat_read", "open_audformat_path"),
    "audb": ("audformat_read", "open_audb"),
    "datasets": ("hugging_face", "open_datasets_path"),
}
LIBRARIES = tuple(_NAMES)
"""The names of ``NAME:PATH``."""


def reader_of(argument: Any) -> Reader | None:
    """Return what reads an object of another library; ``None`` for any other. Nothing is imported to find out.

    Examples:
        >>> reader_of([]) is None
        True
    """
    for kind in type(argument).__mro__:
        library = _OBJECTS.get(kind.__module__.partition(".")[0])
        if library is not None and kind.__name__ in library.classes:
            return _function(library.module, library.function)
    return None


def open_by_library(name: str, path: str, columns: Mapping[str, str] | str | None) -> Corpus:
    """Open ``NAME:PATH`` with one of the `LIBRARIES`."""
    return _function(*_NAMES[name])(path, columns)


def _function(module: str, name: str) -> Reader:
    function: Reader = getattr(import_module(f"evenvoice.corpora.{module}"), name)
    return function
