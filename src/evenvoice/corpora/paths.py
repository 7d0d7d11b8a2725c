"""Paths that users write: with ``~``, too long, or in another Unicode form than the disk has."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path


def at_home(path: Path | str) -> Path:
    """Return the path with ``~`` as the home folder; as it is where there is no such home."""
    try:
        return Path(path).expanduser()
    except RuntimeError:  # what pathlib raises for ~nobody
        return Path(path)


def exists(path: Path | str) -> bool:
    r"""Return whether there is such a file or folder; a path that no file can have is absent (pathlib would raise).

    Examples:
        >>> exists("/"), exists("a" * 5000), exists("a\0b")
        (True, False, False)
    """
    return os.path.exists(path)  # noqa: PTH110


def is_file(path: Path | str) -> bool:
    """Return whether there is such a file; see `exists`."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: Path | str) -> bool:
    """Return whether there is such a folder; see `exists`."""
    return os.path.isdir(path)  # noqa: PTH112


def finder() -> Callable[[Path], Path]:
    r"""Return a function that finds a file under another Unicode form of its name, or with ``\\`` for ``/``.

    A table written on macOS holds decomposed letters (NFD), the disk of a Linux machine composed ones, or the reverse.
    """
    listed: dict[Path, dict[str, str]] = {}

    def names(folder: Path) -> dict[str, str]:
        """Return the names in a folder by their composed form."""
        if folder not in listed:
            found = os.listdir(folder) if is_folder(folder) else []  # noqa: PTH208  # names are enough
            listed[folder] = {unicodedata.normalize("NFC", name): name for name in found}
        return listed[folder]

    def find(path: Path) -> Path:
        """Return the path that is there, or the path as it is."""
        if exists(path):
            return path
        for form in (path, Path(str(path).replace("\\", "/"))):
            there = Path(form.anchor)
            for part in form.parts[1:]:
                if exists(there / part):
                    there /= part
                elif not part.isascii():
                    there /= names(there).get(unicodedata.normalize("NFC", part), part)
                else:
                    break
            else:
                return there
        return path

    return find
