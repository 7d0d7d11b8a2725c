"""Open registries: shipped names, ``package.module:Class``, or entry points of installed packages.

What a colon means is one rule. Where the text before the first colon is the name of a class that takes an argument (its
``argument`` is the option that gets it), the rest is that argument: ``encoder:microsoft/wavlm-base``. Everywhere else
it is ``package.module:Class``.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from types import FunctionType
from typing import Any

from evenvoice.errors import EvenvoiceError, nearest, shown
from evenvoice.outside import in_words, named

# A class of another package; a text that merely holds a colon is none.
_CLASS = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


class Registry(Mapping[str, Any]):
    """Classes by name, each imported when it is first asked for, in whichever process asks.

    Args:
        kind: What is registered, in the singular: ``sampler``. Error messages use it, and the entry points' group is
            ``evenvoice.`` + its plural.
        shipped: Name → ``package.module:Class``.
        check: Raises an `EvenvoiceError` if a class breaks the contract of its kind. Called for classes from outside.
        plural: Of ``kind``, where it is not ``kind`` + ``s``.

    Examples:
        >>> shapes = Registry("shape", {"fraction": "fractions:Fraction"})
        >>> shapes["fraction"].__name__, shapes["decimal:Decimal"].__name__
        ('Fraction', 'Decimal')
        >>> shapes["fractoin"]
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: shape 'fractoin' is unknown (did you mean 'fraction'?); known are fraction; \
name a class of your own as package.module:Class
    """

    def __init__(
        self,
        kind: str,
        shipped: Mapping[str, str],
        check: Callable[[str, Any], None] = lambda name, found: None,
        *,
        plural: str | None = None,
    ) -> None:
        self.kind, self.plural = kind, plural or f"{kind}s"
        self.shipped = dict(shipped)
        self._check = check
        self._resolved: dict[str, Any] = {}

    @cached_property
    def installed(self) -> dict[str, EntryPoint]:
        """Entry points of other packages, by name; a shipped name is never replaced."""
        return {name: points[0] for name, points in self._points.items()}

    @cached_property
    def _points(self) -> dict[str, list[EntryPoint]]:
        """All entry points of a name; those of two packages that name one class count once."""
        found: dict[str, list[EntryPoint]] = {}
        for point in entry_points(group=f"evenvoice.{self.plural}"):
            if point.name in self.shipped:
                continue
            same = found.setdefault(point.name, [])
            if all(other.value != point.value for other in same):
                same.append(point)
        return found

    def __getitem__(self, name: str) -> Any:
        # A class of one's own is looked up each time: a notebook's cell may have defined it anew.
        if name not in self._resolved or (name not in self.shipped and name not in self.installed):
            known, option = self._with_argument(name)
            self._resolved[name] = self._resolve(name) if option is None else self[known]
        return self._resolved[name]

    def code(self, name: object) -> str | None:
        """Return a digest of the code of a class from outside, once it was asked for; ``None`` for anything else.

        What was computed with it holds for this code alone. Functions that it calls, and libraries, are not part of it.

        Examples:
            >>> shapes = Registry("shape", {"fraction": "fractions:Fraction"})
            >>> shapes.code("fraction"), shapes.code("decimal:Decimal"), shapes.code(3)
            (None, None, None)
            >>> len(shapes["decimal:Decimal"] and shapes.code("decimal:Decimal"))
            64
        """
        if not isinstance(name, str) or name in self.shipped or name not in self._resolved:
            return None
        found = self[name]
        return code_of(found) if isinstance(found, type) else None

    def __contains__(self, name: object) -> bool:
        return name in self.shipped or name in self.installed

    def __iter__(self) -> Iterator[str]:
        yield from self.shipped
        yield from self.installed

    def __len__(self) -> int:
        return len(self.shipped) + len(self.installed)

    def check_known(self, name: object) -> None:
        """Raise an `EvenvoiceError` unless a name is known, or has the form ``package.module:Class``."""
        if not isinstance(name, str):
            raise EvenvoiceError(f"{self.kind} {shown(name)}: expected a name; known are {', '.join(self)}")
        if name not in self and not _CLASS.fullmatch(name) and self._with_argument(name)[1] is None:
            raise EvenvoiceError(
                f"{self.kind} {shown(name)} is unknown{nearest(name, list(self))}; known are {', '.join(self)}; "
                "name a class of your own as package.module:Class"
            )

    def with_argument(self, name: str, options: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return a name without its argument, and the options with it.

        Args:
            name: ``voice``, ``encoder:microsoft/wavlm-base``, ``my_features:Loudness``.
            options: The other options.

        Raises:
            EvenvoiceError: The option is there already, with another value.

        Examples:
            >>> Registry("extractor", {"deque": "collections:deque"}).with_argument("deque:3", {})
            ('deque:3', {})
        """
        known, option = self._with_argument(name)
        if option is None:
            return name, dict(options)
        argument = name.removeprefix(f"{known}:")
        if options.get(option, argument) != argument:
            raise EvenvoiceError(
                f"{self.kind} {name!r}: {option} is {options[option]!r} as well; write it once, after the colon or as "
                "an option"
            )
        return known, {**options, option: argument}

    def _with_argument(self, name: str) -> tuple[str, str | None]:
        """Return what stands before the first colon, and the option that gets what follows; ``None`` if none does."""
        known, colon, _ = name.partition(":")
        return known, getattr(self[known], "argument", None) if colon and known in self else None

    def _resolve(self, name: str) -> Any:
        """Import the class of a name."""
        self.check_known(name)
        if len(points := self._points.get(name, [])) > 1:
            packages = " and ".join(f"{point.dist.name if point.dist else '?'} ({point.value})" for point in points)
            raise EvenvoiceError(
                f"{self.kind} {shown(name)} is in several packages: {packages}; uninstall all but one, or name the "
                f"class: {points[0].value}"
            )
        target = self.shipped.get(name) or (self.installed[name].value if name in self.installed else name)
        module, _, attribute = target.partition(":")
        at = "" if target == name else f" ({target})"
        try:
            found: Any = importlib.import_module(module)
        except MemoryError:
            raise
        except (Exception, SystemExit) as error:  # whatever a module does while it is imported
            if name in self.shipped:
                raise
            raise EvenvoiceError(
                f"{self.kind} {shown(name)}{at}: cannot be imported ({_why(error)}); check it with "
                f'python -c "import {module}", or take one of {", ".join(self)}'
            ) from error
        for part in attribute.split(".") if attribute else ():
            if not hasattr(found, part):
                there = [own for own in vars(found) if not own.startswith("_")] if hasattr(found, "__dict__") else []
                raise EvenvoiceError(
                    f"{self.kind} {shown(name)}{at}: cannot be imported ({module} has no {part!r}"
                    f"{nearest(part, there)}); correct the name, or take one of {', '.join(self)}"
                )
            found = getattr(found, part)
        if name not in self.shipped:
            self._check(name, found)
            if isinstance(found, type):
                named(found, name)
        return found


def _why(error: BaseException) -> str:
    """Return why a module could not be imported; of what its own code raised, where."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if isinstance(error, ImportError | SyntaxError) else in_words(error)


def code_of(kind: type) -> str | None:
    """Return a digest of a class' own methods and values, and of its bases' of the same package; ``None`` for ours."""
    package = kind.__module__.partition(".")[0]
    if package == __name__.partition(".")[0]:
        return None
    digest = sha256()
    for base in kind.__mro__:
        for name, value in sorted(vars(base).items()) if base.__module__.partition(".")[0] == package else ():
            function = getattr(value, "fget", None) or getattr(value, "__func__", None) or value
            if isinstance(function, FunctionType):
                digest.update(f"{name}: {_text(function)}\n".encode())
            elif isinstance(value, bool | int | float | str | tuple | None) and not name.startswith("__"):
                digest.update(f"{name} = {value!r}\n".encode())
    return digest.hexdigest()


def _text(function: FunctionType) -> str:
    """Return the source of a function; its instructions where none is kept."""
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        code = function.__code__
        constants = [value for value in code.co_consts if isinstance(value, bool | int | float | str | None)]
        return f"{code.co_code.hex()} {code.co_names} {constants}"
