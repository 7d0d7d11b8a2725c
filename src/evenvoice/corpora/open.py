"""The one way in: a corpus argument becomes a `Corpus`."""

from __future__ import annotations

from evenvoice.corpora.corpus import Corpus
from evenvoice.corpora.csv_table import open_csv
from evenvoice.corpora.folder import open_folder
from evenvoice.corpora.loader import at_home
from evenvoice.corpora.registry import LOADERS
from evenvoice.errors import EvenvoiceError, nearest

_FORMS = "NAME:PATH, demo, folder:PATH or a .csv"


def open_corpus(
    argument: str, *, emotions: str | None = None, style: str | None = None, speaker_from: str | None = None
) -> Corpus:
    """Open a corpus.

    Args:
        argument: ``NAME:PATH`` (``emodb:/data/emodb``; the names are those of `LOADERS`), ``demo``, ``folder:PATH`` (a
            sub-folder for each emotion) or the path of a ``.csv``.
        emotions: Which emotions, as `parse_selection` reads it (``angry,happy=happy+excited,sad`` or ``all``); ``None``
            takes the corpus' default, which is all but for IEMOCAP.
        style: Only this style of speaking, for example ``improvised``.
        speaker_from: With ``folder:`` only: the regular expression that finds the speaker in a path.

    Raises:
        EvenvoiceError: The argument, the path or what lies there cannot be used; the line says why.

    Examples:
        >>> open_corpus("emodbb:/data")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: corpus 'emodbb:/data': unknown name 'emodbb' (did you mean 'emodb'?); known \
are iemocap, emodb, ravdess, crema-d, tess, savee, nemo, esd, folder, demo
    """
    name, colon, path = argument.partition(":")
    name = name.strip().lower().replace("_", "-")
    if speaker_from is not None and not (colon and name == "folder"):
        raise EvenvoiceError(f"corpus {argument!r}: speaker-from reads folder:PATH only; leave it out")
    default = None
    if not colon and name == "demo":
        corpus = _demo()
    elif colon and name in (*LOADERS, "folder"):
        if not path.strip():
            raise EvenvoiceError(f"corpus {argument!r}: no path; write {name}:PATH")
        if name == "folder":
            corpus = open_folder(path, speaker_from)
        else:
            corpus = LOADERS[name].open(path)
            default = LOADERS[name].default_emotions
    elif argument.lower().endswith(".csv"):
        corpus = open_csv(argument)
    else:
        raise _unknown(argument, name if colon else None)
    return corpus.select(default if emotions is None else emotions, style)


def _demo() -> Corpus:
    """Return the demo corpus; making it needs a speech synthesiser, which nothing else here does."""
    from evenvoice.corpora.demo import demo_corpus

    return demo_corpus()


def _unknown(argument: str, name: str | None) -> EvenvoiceError:
    """Return the error for an argument that is none of the forms."""
    known = [*LOADERS, "folder", "demo"]
    bare = argument.strip().lower().replace("_", "-")
    if name is None and bare in (*LOADERS, "folder"):
        return EvenvoiceError(f"corpus {argument!r}: no path; write {bare}:PATH")
    if at_home(argument).exists():
        names = ", ".join(LOADERS)
        return EvenvoiceError(
            f"corpus {argument!r}: a path without a name; write folder:{argument} (a sub-folder for each emotion) "
            f"or NAME:{argument} with NAME one of {names}"
        )
    if name is not None:
        return EvenvoiceError(
            f"corpus {argument!r}: unknown name {name!r}{nearest(name, known)}; known are {', '.join(known)}"
        )
    return EvenvoiceError(
        f"corpus {argument!r}: neither a name nor a path that exists{nearest(bare, known)}; expected {_FORMS} "
        f"with NAME one of {', '.join(LOADERS)}"
    )
