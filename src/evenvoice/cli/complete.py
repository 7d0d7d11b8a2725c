"""What a shell offers after the Tab key: names of recipes, corpora, protocols and loggers; else it offers files."""

from __future__ import annotations

from collections.abc import Iterable


def recipes(incomplete: str) -> list[tuple[str, str]]:
    """Return the shipped recipes whose names begin so, with what they are.

    Examples:
        >>> [name for name, _ in recipes("smote-2")]
        ['smote-2dcnn']
    """
    try:
        from evenvoice.recipes import recipe_summaries
    except ImportError:  # no recipes without the extra
        return []
    return [(found.name, found.about) for found in recipe_summaries() if found.name.startswith(incomplete)]


def corpora(incomplete: str) -> list[str]:
    """Return the ways to name a corpus that begin so.

    Examples:
        >>> corpora("emo")
        ['emodb:']
    """
    try:
        from evenvoice.corpora import LIBRARIES, LOADERS
    except ImportError:
        return []
    return _beginning((*(f"{name}:" for name in (*LOADERS, *LIBRARIES)), "demo", "folder:"), incomplete)


def protocols(incomplete: str) -> list[str]:
    """Return the protocols whose names begin so.

    Examples:
        >>> protocols("speaker")
        ['speaker', 'speaker-folds']
    """
    try:
        from evenvoice.protocols import PROTOCOLS
    except ImportError:
        return []
    return _beginning(PROTOCOLS, incomplete)


def loggers(incomplete: str) -> list[str]:
    """Return the loggers whose names begin so.

    Examples:
        >>> loggers("tensor")
        ['tensorboard']
    """
    from evenvoice.loggers import LOGGERS

    return _beginning(LOGGERS, incomplete)


def models(incomplete: str) -> list[str]:
    """Return the beginning of a model's name on the hub, where that is being written; files are the shell's.

    Examples:
        >>> models("h"), models("")
        (['hf:'], [])
    """
    return _beginning(("hf:",), incomplete) if incomplete else []


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return sorted(name for name in names if name.startswith(incomplete))
