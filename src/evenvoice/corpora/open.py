"""The one way in: a corpus argument becomes a `Corpus`."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

import pandas as pd

from evenvoice.corpora.corpus import Corpus
from evenvoice.corpora.folder import open_folder
from evenvoice.corpora.libraries import LIBRARIES, open_by_library, reader_of
from evenvoice.corpora.paths import at_home, exists, is_folder
from evenvoice.corpora.registry import LOADERS
from evenvoice.corpora.selection import Selection, parse_selection
from evenvoice.corpora.table_file import SUFFIXES, open_table
from evenvoice.errors import EvenvoiceError, nearest, shown

_FORMS = "NAME:PATH, demo, folder:PATH or a table (.csv)"
# A loader of the user's own: package.module:LOADER:PATH.
_OWN = re.compile(r"(?P<loader>(?P<module>[A-Za-z_][\w.]*):[A-Za-z_]\w*):(?P<path>.+)", re.DOTALL)


def open_corpus(
    argument: str | os.PathLike[str] | pd.DataFrame | Corpus | Any,
    *,
    emotions: Selection | None = None,
    style: str | None = None,
    speaker_from: str | None = None,
    emotion_from: str | None = None,
    columns: Mapping[str, str] | str | None = None,
) -> Corpus:
    """Open a corpus.

    Args:
        argument: ``NAME:PATH`` (``emodb:/data/emodb``; the names are those of `LOADERS`, or ``package.module:LOADER``),
            ``demo``, ``folder:PATH`` (a sub-folder for each emotion), or the path of a table (``.csv``, ``.tsv``,
            ``.xlsx``, ``.parquet``), ``audformat:FOLDER`` (where its db.yaml is), ``audb:NAME@VERSION`` or
            ``datasets:FOLDER`` (written by ``save_to_disk``). In Python also a `Path` of a table or a folder, a pandas
            table (see `Corpus.from_frame`), an audformat database or table, a Hugging Face dataset, or a corpus.
        emotions: Which emotions, as `parse_selection` reads it (``angry,happy=happy+excited,sad`` or ``all``); ``None``
            takes the corpus' default, which is all but for IEMOCAP.
        style: Only this style of speaking, for example ``improvised``.
        speaker_from: With a folder only: the regular expression that finds the speaker in a path.
        emotion_from: With a folder only: the regular expression that finds the emotion in a path.
        columns: With a table, a database or a dataset only: which column is which, ``emotion=label,file=path``.

    Raises:
        EvenvoiceError: The argument, the path or what lies there cannot be used; the line says why.

    Examples:
        >>> open_corpus("emodbb:/data")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: corpus 'emodbb:/data': unknown name 'emodbb' (did you mean 'emodb'?); known \
are iemocap, emodb, ravdess, crema-d, tess, savee, nemo, esd, folder, demo, audformat, audb, datasets
    """
    for name, value in (("style", style), ("speaker_from", speaker_from), ("emotion_from", emotion_from)):
        if value is not None and not isinstance(value, str):
            raise EvenvoiceError(f"open_corpus: {name} is a {type(value).__name__}, {shown(value)}; expected text")
    if isinstance(argument, os.PathLike):
        argument = _of_path(argument)
    folder, table, default = False, False, None
    if isinstance(argument, Corpus):
        corpus = argument
    elif isinstance(argument, pd.DataFrame):
        corpus, table = Corpus.from_frame(argument, columns=columns), True
    elif (reader := reader_of(argument)) is not None:
        corpus, table = reader(argument, columns), True
    elif not isinstance(argument, str):
        raise EvenvoiceError(
            f"corpus {shown(argument)}: a {type(argument).__name__}; expected {_FORMS}, a Path, a DataFrame, an "
            "audformat database or a Hugging Face dataset"
        )
    else:
        kind, path = _kind(argument)
        folder, table = kind == "folder", kind in ("table", *LIBRARIES)
        _check_options(argument, folder, table, speaker_from, emotion_from, columns)
        if folder:
            corpus = open_folder(path, speaker_from, emotion_from, wanted=_words(emotions))
        elif kind in LIBRARIES:
            corpus = open_by_library(kind, path, columns)
        elif table:
            corpus = open_table(path, columns)
        elif kind == "demo":
            corpus = _demo()
        else:
            loader = LOADERS[kind]
            corpus, default = loader.open(path), loader.default_emotions
        return corpus.select(default if emotions is None else emotions, style)
    _check_options(f"of a {type(argument).__name__}", folder, table, speaker_from, emotion_from, columns)
    return corpus.select(emotions, style)


def options_taken(argument: str) -> tuple[str, ...]:
    """Return which of ``speaker_from``, ``emotion_from`` and ``columns`` a corpus takes.

    Raises:
        EvenvoiceError: The argument names no corpus.

    Examples:
        >>> options_taken("folder:data/mine"), options_taken("mine.csv"), options_taken("emodb:data/emodb")
        (('speaker_from', 'emotion_from'), ('columns',), ())
    """
    kind, _ = _kind(argument)
    return ("speaker_from", "emotion_from") if kind == "folder" else ("columns",) * (kind in ("table", *LIBRARIES))


def with_path(argument: str, change: Callable[[str], str]) -> str:
    """Return what names a corpus with another path; as it is where it has none, or names nothing.

    Args:
        argument: As `open_corpus` takes it.
        change: Returns the path for the one that stands there.

    Examples:
        >>> [with_path(text, "data/{}".format) for text in ("emodb:emodb", "mine.csv", "demo", "audb:emodb@1.4.1")]
        ['emodb:data/emodb', 'data/mine.csv', 'demo', 'audb:emodb@1.4.1']
    """
    try:
        kind, path = _kind(argument)
    except EvenvoiceError:  # opening it says what is wrong
        return argument
    return argument if kind in ("demo", "audb") else argument.removesuffix(path) + change(path)


def _words(emotions: Selection | None) -> list[str]:
    """Return the words of a selection; none where it cannot be read before the labels are known."""
    try:
        asked = {} if emotions is None else parse_selection(emotions)
    except EvenvoiceError:
        return []
    return [word for words in asked.values() for word in words]


def _of_path(path: os.PathLike[str]) -> str:
    """Return the argument for a path: that of a table, or of a folder of recordings."""
    text = os.fspath(path)
    if isinstance(text, str) and is_folder(at_home(text)):
        return f"folder:{text}"
    return str(text)


def _kind(argument: str) -> tuple[str, str]:
    """Return what an argument names (``folder``, ``table``, ``demo``, a library or a loader) and the path."""
    name, colon, path = argument.partition(":")
    if not (colon and name in LOADERS):  # one of another package may be written in any way
        name = name.strip().lower().replace("_", "-")
    if not colon and name == "demo":
        return "demo", ""
    if name == "demo":
        raise EvenvoiceError(f"corpus {argument!r}: the demo takes no path; write demo")
    if colon and name in (*LOADERS, *LIBRARIES, "folder"):
        if not path.strip():
            raise EvenvoiceError(f"corpus {argument!r}: no path; write {name}:PATH")
        return name, path
    if argument.lower().endswith(SUFFIXES):
        return "table", argument
    own = _OWN.fullmatch(argument)
    if own and not exists(argument) and ("." in own["module"] or _is_module(own["module"])):
        return own["loader"], own["path"]
    raise _unknown(argument, name if colon else None)


def _is_module(name: str) -> bool:
    """Return whether Python finds a module of this name, which is not imported: a name may merely be misspelt."""
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):  # one that was made and has no spec
        return name in sys.modules


def _check_options(what: str, folder: bool, table: bool, speaker: Any, emotion: Any, columns: Any) -> None:
    """Raise for an option that this kind of corpus does not take."""
    for option, value, fits, takes in (
        ("speaker-from", speaker, folder, "folder:PATH"),
        ("emotion-from", emotion, folder, "folder:PATH"),
        ("columns", columns, table, "a table, a database or a dataset"),
    ):
        if value is not None and not fits:
            raise EvenvoiceError(f"corpus {what!r}: {option} reads {takes} only; leave it out")


def _demo() -> Corpus:
    """Return the demo corpus; making it needs a speech synthesiser, which nothing else here does."""
    from evenvoice.corpora.demo import demo_corpus

    return demo_corpus()


def _unknown(argument: str, name: str | None) -> EvenvoiceError:
    """Return the error for an argument that is none of the forms."""
    known = [*LOADERS, "folder", "demo", *LIBRARIES]
    given = argument if len(argument) <= 300 else f"{argument[:100]}…{argument[-100:]}"
    bare = argument[:100].strip().lower().replace("_", "-")
    if name is None and bare in (*LOADERS, *LIBRARIES, "folder"):
        return EvenvoiceError(f"corpus {given!r}: no path; write {bare}:PATH")
    path = at_home(argument)
    if exists(path):
        if not path.is_dir():
            return EvenvoiceError(f"corpus {given!r}: a file, not a table; expected {', '.join(SUFFIXES)}")
        return EvenvoiceError(
            f"corpus {given!r}: a path without a name; write folder:{given} (a sub-folder for each emotion) "
            f"or NAME:{given} with NAME one of {', '.join(LOADERS)}"
        )
    if name is not None:
        return EvenvoiceError(
            f"corpus {given!r}: unknown name {name[:100]!r}{nearest(name[:100], known)}; known are {', '.join(known)}"
        )
    return EvenvoiceError(
        f"corpus {given!r}: neither a name nor a path that exists{nearest(bare, known)}; expected {_FORMS} "
        f"with NAME one of {', '.join(LOADERS)}"
    )
