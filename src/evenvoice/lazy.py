"""A package's public names, each imported when it is first used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def lazy_names(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return a ``__getattr__`` and a ``__dir__`` for a package (PEP 562).

    Type checkers do not see these names: import them under ``if TYPE_CHECKING:`` as well. No name may be that of a
    module in the package: once that module is imported, the package's attribute is the module.

    Args:
        package: Its ``__name__``.
        homes: Public name → the module of the package that has it.

    Examples:
        >>> get, names = lazy_names("evenvoice", {"EvenvoiceError": "errors"})
        >>> get("EvenvoiceError").__module__, "EvenvoiceError" in names()
        ('evenvoice.errors', True)
    """

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{homes[name]}"), name)

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes})

    return get, names
