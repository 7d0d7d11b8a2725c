"""Text of unknown origin as Markdown and YAML, in which nothing of it can act."""

from __future__ import annotations

import json
import re
from typing import Any


def markdown_table(head: list[str], rows: list[list[Any]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        f"| {' | '.join('not stated' if cell is None else one_line(str(cell)) for cell in cells)} |" for cells in lines
    )


def one_line(text: Any) -> str:
    """Text of unknown origin for one line of Markdown: no control characters, HTML, borders of cells, links, images."""
    plain = " ".join(printable(str(text)).split()).replace("\\", "\\\\")
    # Brackets around numbers alone are our intervals.
    special = r"\[[\d., +-]+\](?![(\[:])|[|\[\]]"
    plain = plain.replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(special, lambda found: found[0] if len(found[0]) > 1 else f"\\{found[0]}", plain)


def code_span(text: str) -> str:
    """A code span that no backtick in the text can end."""
    plain = " ".join(printable(text).split())
    fence = "`" * (max(map(len, re.findall("`+", plain)), default=0) + 1)
    return f"{fence} {plain} {fence}" if "`" in plain else f"`{plain}`"


def printable(text: str) -> str:
    """The text with a space for whatever cannot be printed or encoded, but a new line."""
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)


def code_block(text: str) -> str:
    """A code block that no line of the text can end."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}json\n{text}\n{fence}"


def yaml_block(value: dict[str, Any] | list[Any], indent: str = "") -> str:
    """Nested mappings and lists as YAML blocks; scalars as JSON, which YAML reads.

    Examples:
        >>> print(yaml_block({"license": "mit", "tags": ["audio"], "index": [{"name": "a: b", "value": 0.5}]}), end="")
        license: "mit"
        tags:
          - "audio"
        index:
          - name: "a: b"
            value: 0.5
    """
    items = value.items() if isinstance(value, dict) else ((None, entry) for entry in value)
    text = ""
    for key, entry in items:
        lead = "- " if key is None else f"{key}:"
        if not isinstance(entry, dict | list):
            text += f"{indent}{lead}{'' if key is None else ' '}{_scalar(entry)}\n"
        elif key is None:
            text += f"{indent}- {yaml_block(entry, indent + '  ').lstrip()}"
        else:
            text += f"{indent}{lead}\n{yaml_block(entry, indent + '  ')}"
    return text


def _scalar(value: Any) -> str:
    """A string, number or null as JSON; YAML reads its escapes, too, so what cannot be printed is escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in text)
