"""Parts from outside: what they raise, and what they return, is one line with their name and how to check them."""

from __future__ import annotations

import errno
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import FunctionType
from typing import Any

from evenvoice.errors import EvenvoiceError

_PACKAGE = __name__.partition(".")[0]
# The name by which a class was asked for, where that is another than its path.
_NAMES: dict[type, str] = {}
_left_alone: ContextVar[bool] = ContextVar("left alone", default=False)
# Nothing that a part could help.
_FULL = (errno.ENOSPC, errno.EDQUOT)


def is_outside(part: object) -> bool:
    """Return whether a part, or a class, is none of evenvoice's own, and is not being checked (`left_alone`).

    Examples:
        >>> from fractions import Fraction
        >>> is_outside(Fraction), is_outside(EvenvoiceError("x"))
        (True, False)
    """
    return not _left_alone.get() and _is_foreign(part)


def _is_foreign(part: object) -> bool:
    return str(_home(part).__module__).partition(".")[0] != _PACKAGE


@contextmanager
def left_alone() -> Iterator[None]:
    """Let what parts raise and return through: `evenvoice.testing` says itself what is wrong with it.

    Examples:
        >>> from fractions import Fraction
        >>> with left_alone():
        ...     is_outside(Fraction)
        False
    """
    token = _left_alone.set(True)
    try:
        yield
    finally:
        _left_alone.reset(token)


def named(kind: type, name: str) -> None:
    """Keep by what name a class from outside was asked for: messages use it."""
    if _is_foreign(kind):
        _NAMES[kind] = name


def name_of(part: object) -> str:
    """Return the name by which a part was asked for; its path where it was not asked for by name.

    Examples:
        >>> from fractions import Fraction
        >>> name_of(Fraction(1, 2))
        'fractions:Fraction'
    """
    kind = _home(part)
    return (isinstance(kind, type) and _NAMES.get(kind)) or f"{kind.__module__}:{kind.__qualname__}"


@contextmanager
def calling(kind: str, part: object, name: str | None = None) -> Iterator[None]:
    """Call a part: what one from outside raises becomes one line.

    Args:
        kind: What it is: ``extractor``.
        part: The part, or its class. One of evenvoice's own raises what it raises.
        name: As messages call it; `name_of` if not given.

    Raises:
        EvenvoiceError: The part raised something else; the line has its name, the reason and how to check it.

    Examples:
        >>> from fractions import Fraction
        >>> with calling("shape", Fraction):
        ...     1 / 0
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: shape 'fractions:Fraction': ZeroDivisionError: division by zero \
(<doctest evenvoice.outside.calling[1]>, line 2); check it with evenvoice.testing.check_shape
    """
    try:
        yield
    except (EvenvoiceError, MemoryError):
        raise
    except (Exception, SystemExit) as error:
        full = isinstance(error, OSError) and error.errno in _FULL
        if not is_outside(part) or full or type(error).__name__ == "OutOfMemoryError":  # torch's, of a GPU
            raise
        raise refused(kind, part, in_words(error, part), name) from error


def refused(kind: str, part: object, wrong: str, name: str | None = None) -> EvenvoiceError:
    """Return the error for a part that returned what it must not.

    Args:
        kind: What it is: ``extractor``.
        part: The part, or its class.
        wrong: What was found, and what was expected.
        name: As messages call it; `name_of` if not given.
    """
    return EvenvoiceError(f"{kind} {name or name_of(part)!r}: {wrong}; check it with evenvoice.testing.check_{kind}")


def in_words(error: BaseException, part: object = None) -> str:
    r"""Return an error and where it was raised, in one line: in the module of a part, where that had a hand in it.

    Examples:
        >>> in_words(ValueError("two\n  lines"))
        'ValueError: two lines'
    """
    text = " ".join(str(error).split())[:200]
    said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    places = traceback.extract_tb(error.__traceback__)
    if not places:
        return said
    file = getattr(sys.modules.get(str(_home(part).__module__)), "__file__", None)
    place = next((each for each in reversed(places) if each.filename == file), places[-1])
    return f"{said} ({Path(place.filename).name}, line {place.lineno})"


def _home(part: Any) -> Any:
    """Return what says where a part is from: its class, or itself where it is a class or a function."""
    return part if isinstance(part, type | FunctionType) else type(part)
