"""Text of unknown origin on its way to a terminal or a spreadsheet: nothing in it is obeyed.

Names of files, labels, speakers and what a model file says of itself come from strangers. A terminal obeys escape
sequences in them, reads them backwards after a right-to-left mark, and breaks their lines; a spreadsheet computes a
cell that begins with ``=``.

Source:
    Unicode Technical Report 36, section 2.5 (bidirectional text); https://owasp.org/www-community/attacks/CSV_Injection.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Any, TextIO

# They join letters in Persian and Indic names, and emoji.
_JOINERS = "\u200c\u200d"


def printable(text: object, keep: str = "") -> str:
    r"""Return text in which every character that is not plainly shown is escaped, as in JSON.

    These are control characters (line breaks and tabs among them), marks that change the direction of writing, other
    invisible ones, and halves of surrogate pairs. What is escaped already stays as it is.

    Args:
        text: Anything; ``str`` is taken of it.
        keep: Characters that are not escaped.

    Examples:
        >>> print(printable("a\x1b[2Jb\n"), printable("\u202egnp.exe"), printable("Zoë 声 a\\b"))
        a\u001b[2Jb\n \u202egnp.exe Zoë 声 a\b
    """
    text = str(text)
    if text.isprintable():
        return text
    return "".join(sign if sign in keep or _is_shown(sign) else json.dumps(sign)[1:-1] for sign in text)


def cell(text: object) -> str:
    """Return text for a cell of a table that people open in a spreadsheet, none of which is a formula.

    A cell that begins with ``= + - @`` or a control character gets an apostrophe before it, unless it is a number or
    that one character.

    Examples:
        >>> [cell(text) for text in ("=1+1", "@sum", "-1.5", "+x", "-", "a.wav")]
        ["'=1+1", "'@sum", '-1.5', "'+x", '-', 'a.wav']
    """
    text = str(text)
    if len(text) < 2 or text[0] not in "=+-@\t\r\n＝＋－＠" or _is_number(text):
        return text
    return f"'{text}"


class PrintableStream:
    r"""A text stream on which `printable` text arrives, whatever is printed; lines and tabs stay.

    Rich, which draws with escape sequences of its own, goes round it to the stream beneath.

    Args:
        stream: What to write to.

    Examples:
        >>> import sys
        >>> print("bell \a", file=PrintableStream(sys.stdout))
        bell \u0007
    """

    def __init__(self, stream: TextIO) -> None:
        self.rich_proxied_file = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rich_proxied_file, name)

    def write(self, text: str) -> int:
        """Write text; return how many characters were given."""
        if not isinstance(text, str):  # this error is how callers recognise a text stream
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.rich_proxied_file.write(printable(text, keep="\n\t"))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write several."""
        for line in lines:
            self.write(line)


def _is_shown(sign: str) -> bool:
    return sign.isprintable() or sign in _JOINERS or unicodedata.category(sign) == "Zs"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
