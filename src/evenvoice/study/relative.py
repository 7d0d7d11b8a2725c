"""Paths in a file are relative to the file, so that it means the same wherever it is read."""

from __future__ import annotations

import os
from pathlib import Path


def from_file(file: Path | str, path: str) -> str:
    """Return a path that stands in a file, as it is from the working directory.

    Examples:
        >>> from_file("studies/mine.yaml", "../data/emodb"), from_file("studies/mine.yaml", "/data/emodb")
        ('data/emodb', '/data/emodb')
    """
    return path if _is_whole(path) else relative(Path(os.path.realpath(file)).parent / path)


def for_file(file: Path | str, path: str) -> str:
    """Return a path of the working directory as it has to stand in a file.

    Examples:
        >>> for_file("studies/mine.yaml", "data/emodb"), for_file("studies/mine.yaml", "~/emodb")
        ('../data/emodb', '~/emodb')
    """
    return path if _is_whole(path) else Path(relative(path, os.path.realpath(Path(file).parent))).as_posix()


def relative(path: Path | str, start: Path | str = os.curdir) -> str:
    """Return a path relative to a folder; as it is where it lies on another drive of Windows."""
    try:
        return os.path.relpath(path, start)
    except ValueError:
        return str(path)


def _is_whole(path: str) -> bool:
    return path.startswith("~") or Path(path).is_absolute()
