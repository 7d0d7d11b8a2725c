"""Arguments as people write them become corpora, recipes, protocols and folders."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Any

from evenvoice.arguments import as_path, path_text, several
from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError, shown
from evenvoice.protocols import SplitProtocol, open_protocol, protocol_text
from evenvoice.recipes import Recipe, open_recipe

RecipeLike = Recipe | str | os.PathLike[str]
ProtocolLike = SplitProtocol | type[SplitProtocol] | str


def as_recipe(recipe: Any) -> Recipe:
    """Return a recipe, opening a name or a ``.yaml`` file.

    Examples:
        >>> as_recipe("smote-2dcnn").name
        'smote-2dcnn'
    """
    if isinstance(recipe, Recipe):
        return recipe
    if isinstance(recipe, str | os.PathLike):
        return open_recipe(path_text(recipe, "recipe"))
    hint = ": open_recipe(name, changes) makes one of a dict" if isinstance(recipe, dict) else ""
    raise EvenvoiceError(f"recipe: found {shown(recipe)}; expected a name, a .yaml file or a Recipe{hint}")


def as_recipes(recipes: Any) -> list[Recipe]:
    """Return one recipe or many as a list."""
    if isinstance(recipes, Recipe | str | os.PathLike | dict):
        return [as_recipe(recipes)]
    return [as_recipe(recipe) for recipe in several(recipes, "recipes", "a name, a .yaml file, a Recipe")]


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
    texts = dict.fromkeys(as_protocol(each) for each in several(protocols, "protocols", "a protocol's name"))
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
