"""A small file read whole, or what a person can do about it."""

from __future__ import annotations

from pathlib import Path

from evenvoice.audio import one_line
from evenvoice.errors import EvenvoiceError


def read_whole(path: Path, what: str, suffix: str, remedy: str, largest: int, source: str = "") -> bytes:
    """Return the bytes of a file.

    Args:
        path: The file.
        what: What it should be, in words: ``model file``.
        suffix: How its name ends.
        remedy: What to do about an empty one.
        largest: The most bytes that it may have.
        source: What writes such a file, in words, for an error where there is none.

    Raises:
        EvenvoiceError: It is missing, no regular file, empty, too large or unreadable.

    Examples:
        >>> read_whole(Path("missing.onnx"), "model file", ".onnx", "export it again", 100)
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: missing.onnx: no such file; check the path
    """
    name = one_line(str(path))
    try:
        if path.is_dir():
            raise EvenvoiceError(f"{name}: a folder, not a {what}; name the {suffix} file in it")
        size = path.stat().st_size
        # A pipe or a device would be waited for, or never end.
        if not path.is_file() or size > largest:
            raise EvenvoiceError(f"{name}: not a {what} of evenvoice ({size} bytes); name a {suffix} file")
        if size == 0:
            raise EvenvoiceError(f"{name}: empty (0 bytes); {remedy}")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise EvenvoiceError(f"{name}: no such file; check the path{source and f'; {source}'}") from error
    except OSError as error:
        raise EvenvoiceError(f"{name}: cannot be read ({error.strerror}); check its permissions") from error
    except ValueError as error:
        if isinstance(error, EvenvoiceError):
            raise
        raise EvenvoiceError(f"{name}: not a path ({error}); check it") from error  # a NUL in it
