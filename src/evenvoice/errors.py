"""The exceptions that evenvoice raises for every error that a user can fix.

A message names the file, key or class, what was found, what was expected and the remedy, in one line. The command
line prints that line and exits with 2; anything else that escapes is a bug of ours and keeps its traceback.
"""

from __future__ import annotations


class EvenvoiceError(ValueError):
    r"""Something the caller can fix: bad input, an impossible setting, a missing file.

    Examples:
        >>> raise EvenvoiceError("recipe 'x': unknown; known are 2dcnn, smote-2dcnn")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: recipe 'x': unknown; known are 2dcnn, smote-2dcnn

        What other libraries say may have lines; a message has one.

        >>> str(EvenvoiceError("a.xlsx: cannot be read (line 1,\n  column 2); save it as CSV"))
        'a.xlsx: cannot be read (line 1, column 2); save it as CSV'
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(" ".join(filter(None, map(str.strip, message.split("\n")))) if "\n" in message else message)


class AudioError(EvenvoiceError):
    """One recording that cannot be used; ``--skip-bad`` passes over exactly these."""


class StorageError(EvenvoiceError):
    """No more can be written. What goes on without a piece of work that is impossible stops here: others would fail."""


class MissingExtraError(EvenvoiceError):
    """A part of evenvoice whose libraries are not installed; the message says what to install."""


def nearest(word: str, known: list[str], cutoff: float = 0.6) -> str:
    """Return ``" (did you mean 'x'?)"`` for the closest known word, or an empty string.

    Args:
        word: What was written.
        known: What could have been meant.
        cutoff: How alike they must be, from 0 to 1 (`difflib.get_close_matches`).

    Examples:
        >>> nearest("smote-2dcn", ["smote-2dcnn", "2dcnn"])
        " (did you mean 'smote-2dcnn'?)"
        >>> nearest("xyz", ["smote-2dcnn"])
        ''
    """
    import difflib

    close = difflib.get_close_matches(word, known, n=1, cutoff=cutoff)
    return f" (did you mean {close[0]!r}?)" if close else ""


def shown(value: object, most: int = 100) -> str:
    """Return a value for an error's line: as Python writes it, in one line, and cut where it is long.

    Examples:
        >>> shown("x" * 1000, 5), shown(["a", 1])
        ("'xxxx…", "['a', 1]")
    """
    text = " ".join(repr(value[: 2 * most] if isinstance(value, str) else value).split())
    return text if len(text) <= most else f"{text[:most]}…"
