"""Arguments as people write them become corpora, recipes, protocols and folders."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Sequence
from operator import index
from pathlib import Path
from typing import Any

import pandas as pd

from evenvoice.corpora import Corpus, open_corpus, reader_of
from evenvoice.errors import EvenvoiceError, shown
from evenvoice.protocols import SplitProtocol, open_protocol, protocol_text
from evenvoice.recipes import Recipe, open_recipe

CorpusLike = Corpus | pd.DataFrame | str | os.PathLike[str]
RecipeLike = Recipe | str | os.PathLike[str]
ProtocolLike = SplitProtocol | type[SplitProtocol] | str


def as_corpus(corpus: Any) -> Corpus:
    """Return a corpus, opening what is none yet; a list of one is that one.

    Args:
        corpus: A `Corpus`, or what `open_corpus` takes: ``"emodb:PATH"``, ``"demo"``, ``"folder:PATH"``, a path, a
            pandas table, an audformat database or table, a Hugging Face dataset.

    Raises:
        EvenvoiceError: Several corpora, another type, or a corpus that cannot be opened.

    Examples:
        >>> as_corpus(None)
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: corpus: found None; expected a Corpus or NAME:PATH, demo, folder:PATH, a .csv
    """
    if isinstance(corpus, Corpus):
        return corpus
    if isinstance(corpus, str | os.PathLike):
        _path_text(corpus, "corpus")
        return open_corpus(corpus)
    if isinstance(corpus, pd.DataFrame) or reader_of(corpus) is not None:
        return open_corpus(corpus)
    if isinstance(corpus, list | tuple) and len(corpus) == 1:
        return as_corpus(corpus[0])
    if isinstance(corpus, list | tuple) and len(corpus) > 1:
        raise EvenvoiceError(
            f"corpus: found {len(corpus)}; a study is of one corpus: make one study for each, or join two with "
            "join_for_cross"
        )
    raise EvenvoiceError(f"corpus: found {shown(corpus)}; expected a Corpus or NAME:PATH, demo, folder:PATH, a .csv")


def as_recipe(recipe: Any) -> Recipe:
    """Return a recipe, opening a name or a ``.yaml`` file.

    Examples:
        >>> as_recipe("smote-2dcnn").name
        'smote-2dcnn'
    """
    if isinstance(recipe, Recipe):
        return recipe
    if isinstance(recipe, str | os.PathLike):
        return open_recipe(_path_text(recipe, "recipe"))
    hint = ": open_recipe(name, changes) makes one of a dict" if isinstance(recipe, dict) else ""
    raise EvenvoiceError(f"recipe: found {shown(recipe)}; expected a name, a .yaml file or a Recipe{hint}")


def as_recipes(recipes: Any) -> list[Recipe]:
    """Return one recipe or many as a list."""
    if isinstance(recipes, Recipe | str | os.PathLike | dict):
        return [as_recipe(recipes)]
    return [as_recipe(recipe) for recipe in _several(recipes, "recipes", "a name, a .yaml file, a Recipe")]


def as_protocols(protocols: Any, corpus: Corpus) -> list[str]:
    """Return one protocol or many as a list of what `open_protocol` opens; the default for a corpus where none is.

    Raises:
        EvenvoiceError: One is unknown, or two have one name.

    Examples:
        >>> as_protocols(3, None)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: protocols: found 3; expected a protocol's name, or a list of these
    """
    if protocols is None:
        return [default_protocol(corpus)]
    if isinstance(protocols, str) or _is_protocol(protocols):
        protocols = [protocols]
    texts = dict.fromkeys(as_protocol(each) for each in _several(protocols, "protocols", "a protocol's name"))
    named: dict[str, str] = {}
    for text in texts:
        name = open_protocol(text).name
        if name in named:
            raise EvenvoiceError(f"protocols {named[name]!r} and {text!r} have one name, {name!r}; give one another")
        named[name] = text
    return list(texts)


def as_protocol(protocol: Any) -> str:
    """Return what `open_protocol` opens: the name of a protocol, or ``package.module:Class``.

    Raises:
        EvenvoiceError: It is unknown, or no protocol.
    """
    if not isinstance(protocol, str) and not _is_protocol(protocol):
        raise EvenvoiceError(f"protocol: found {shown(protocol)}; expected a protocol's name, such as speaker-folds")
    return protocol_text(protocol)


def _is_protocol(value: Any) -> bool:
    """Return whether something is a protocol, or a class of them."""
    return hasattr(value, "folds") and hasattr(value, "promise")


def default_protocol(corpus: Corpus) -> str:
    """Return ``speaker-folds``, or ``kfold`` where speakers are not known."""
    return "speaker-folds" if corpus.has("speaker") else "kfold"


def as_folder(out: Any, corpus: Corpus | None = None, *, name: str = "study") -> Path:
    """Return a folder to write to; one with a new name in the working directory where none is given.

    Args:
        out: A path; ``None`` for ``evenvoice-<name>-<corpus>-<date>-<time>``.
        corpus: Whose name the folder has.
        name: What it will hold.

    Raises:
        EvenvoiceError: ``out`` is not a path.
    """
    if out is None:
        whose = re.sub(r"[^\w.-]+", "-", corpus.name).strip("-.") if corpus is not None else ""
        stem = "-".join(part for part in ("evenvoice", name, whose, time.strftime("%Y%m%d-%H%M%S")) if part)
        numbers = iter(range(2, 1000))
        folder = Path(stem)
        while os.path.lexists(folder):
            folder = Path(f"{stem}-{next(numbers)}")
        return folder
    return as_path(out, "out")


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
    return Path(_path_text(path, name))


def as_paths(paths: Any, name: str) -> list[Path]:
    """Return one path or many as a list."""
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    return [as_path(path, name) for path in _several(paths, name, "a path")]


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


def _several(values: Any, name: str, expected: str) -> Sequence[Any]:
    if not isinstance(values, Iterable) or isinstance(values, bytes | dict):
        raise EvenvoiceError(f"{name}: found {shown(values)}; expected {expected}, or a list of these")
    found = list(values)
    if not found:
        raise EvenvoiceError(f"{name}: found none; expected {expected}, or a list of these")
    return found


def _path_text(path: Any, name: str) -> str:
    """Return a path or an argument as text."""
    if not isinstance(path, str | os.PathLike):
        raise EvenvoiceError(f"{name}: found {shown(path)}; expected a path")
    text = os.fspath(path)
    if not isinstance(text, str) or not text or "\0" in text:
        raise EvenvoiceError(f"{name}: found {shown(path)}; expected a path, as text")
    return text
