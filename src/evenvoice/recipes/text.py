"""YAML as people write it: what a recipe's file and ``--set`` hold.

A file may come from anywhere, so its size, its depth and what its aliases unfold to are bounded. Scalars are those of
YAML 1.2's core schema; what 1.1 and 1.2 read as two different numbers is refused.

Source:
    YAML 1.2.2, section 10.3 (https://yaml.org/spec/1.2.2/#103-core-schema).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from evenvoice.errors import EvenvoiceError

# A shipped recipe has some 50 values at a depth of 4, in 2 kB.
_MOST_CHARACTERS = 100_000
_MOST_VALUES = 10_000
_MOST_DEPTH = 20
_LONGEST_CHAIN = 10

_TAG = "tag:yaml.org,2002:"
_SCALARS = [
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
     "-+0123456789."),
]  # fmt: skip

# What YAML 1.1 has for an octal number, and 1.2 for a decimal one.
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+$")


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader with YAML 1.2's scalars, nothing else beside lists and mappings, and no key twice."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  # PyYAML's way
    yaml_constructors = {}  # noqa: RUF012

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping, each of whose keys is there once."""
        seen: set[str] = set()
        for key, _ in node.value:
            line = f"line {key.start_mark.line + 1}"
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.YAMLError(f"{line}: a list or a mapping is not a key; expected a word")
            if key.value in seen:
                raise yaml.YAMLError(f"{line}: the key {key.value!r:.60} is there twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_number(self, node: yaml.ScalarNode) -> int:
        """Return an integer as YAML 1.2 reads it."""
        text = node.value
        if _LEADING_ZERO.match(text):
            raise yaml.YAMLError(
                f"line {node.start_mark.line + 1}: {text:.40} is one number in YAML 1.1 and another in 1.2; "
                "write it without the leading zero, or in quotes"
            )
        if len(text) > 100:
            raise yaml.YAMLError(f"line {node.start_mark.line + 1}: a number of {len(text)} digits")
        return int(text, 0)

    def construct_text(self, node: yaml.ScalarNode) -> str:
        """Return a string, unless it holds half a character."""
        text = str(node.value)
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            raise yaml.YAMLError(f"line {node.start_mark.line + 1}: half of a surrogate pair, which is not a character")
        return text


for _name, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(f"(?:{_pattern})$"), list(_first))
_Loader.add_implicit_resolver(_TAG + "null", re.compile("$"), [""])
_Loader.add_implicit_resolver(_TAG + "merge", re.compile("<<$"), ["<"])
_CONSTRUCT: dict[str, Any] = {
    "null": _Loader.construct_yaml_null,
    "bool": _Loader.construct_yaml_bool,
    "int": _Loader.construct_number,
    "float": _Loader.construct_yaml_float,
    "str": _Loader.construct_text,
    "seq": _Loader.construct_yaml_seq,
    "map": _Loader.construct_yaml_map,
}
for _name, _construct in _CONSTRUCT.items():
    _Loader.add_constructor(_TAG + _name, _construct)
_Loader.add_constructor(None, _Loader.construct_undefined)  # type: ignore[type-var]  # PyYAML's stub


def read_yaml(text: str) -> Any:
    """Return the value of a YAML document.

    Raises:
        yaml.YAMLError: It is none, holds a key twice, a number that YAML 1.1 and 1.2 read differently, or half a
            character, or is too large or too deep, as it stands or with its aliases unfolded.

    Examples:
        >>> read_yaml("{rate: 1e-5, model: 2dcnn, l2: -2E3, on: no, start: 1:30}")
        {'rate': 1e-05, 'model': '2dcnn', 'l2': -2000.0, 'on': 'no', 'start': '1:30'}
        >>> read_yaml("{epochs: 1, epochs: 2}")
        Traceback (most recent call last):
        ...
        yaml.error.YAMLError: line 1: the key 'epochs' is there twice
    """
    if len(text) > _MOST_CHARACTERS:
        raise yaml.YAMLError(f"{len(text):,} characters, at most {_MOST_CHARACTERS:,}")
    _check_size(text)
    return yaml.load(text, _Loader)  # a safe loader


def what_is_wrong(error: yaml.YAMLError) -> str:
    """Return in one line what the parser did not understand, and in which line."""
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    if problem and mark:
        return f"line {mark.line + 1}: {problem}"
    return str(error).splitlines()[0]


def read_file(path: Path) -> str:
    """Return the text of a recipe's file.

    Raises:
        OSError: It cannot be read.
        UnicodeDecodeError: It is not UTF-8.
        EvenvoiceError: It is not a file, or far too large for a recipe.
    """
    if not path.is_file():
        raise EvenvoiceError(
            f"recipe {str(path)!r}: no such file; check the path (a shipped recipe is named without .yaml: see "
            "`evenvoice recipe list`)"
        )
    size = path.stat().st_size
    if size > 4 * _MOST_CHARACTERS:
        raise EvenvoiceError(f"recipe {str(path)!r}: {size:,} bytes, and a recipe has a few thousand; name another")
    return path.read_text(encoding="utf-8")


def check_chain(recipe: str, seen: tuple[str, ...]) -> None:
    """Raise unless a recipe may be read after those that extend it.

    Args:
        recipe: Its name, or the path of its file.
        seen: The recipes that led to it, each extending the next.

    Raises:
        EvenvoiceError: It is among them, under whatever spelling of its path, or there are too many.

    Examples:
        >>> check_chain("./a.yaml", ("a.yaml", "b.yaml"))
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: recipe 'a.yaml' extends itself: a.yaml → b.yaml → ./a.yaml
    """
    if _place(recipe) in map(_place, seen):
        first = next(number for number, name in enumerate(seen) if _place(name) == _place(recipe))
        raise EvenvoiceError(f"recipe {seen[first]!r} extends itself: {' → '.join((*seen[first:], recipe))}")
    if len(seen) >= _LONGEST_CHAIN:
        raise EvenvoiceError(
            f"recipe {seen[0]!r}: a chain of more than {_LONGEST_CHAIN} recipes that extend each other; "
            "put what they say into fewer files"
        )


def _place(recipe: str) -> str:
    """What tells two recipes apart."""
    return str(Path(recipe).resolve()) if recipe.endswith((".yaml", ".yml")) else recipe


def _check_size(text: str) -> None:
    """Raise where a document is too deep, or too large once its aliases are unfolded.

    The parser's events are counted as they come, before anything is built. ``sizes`` holds how many values an anchor
    stands for; an alias of an anchor that is still open would unfold for ever.
    """
    sizes: dict[str | None, int] = {}
    open_nodes: list[tuple[str | None, int]] = []
    values = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise yaml.YAMLError(f"line {line}: the tag {tag!r:.60}; write the value without it")
        if isinstance(event, yaml.AliasEvent):
            if any(anchor == event.anchor for anchor, _ in open_nodes):
                raise yaml.YAMLError(f"line {line}: the alias *{event.anchor:.40} stands within what it stands for")
            values += sizes.get(event.anchor, 0)
        elif isinstance(event, yaml.ScalarEvent):
            values += 1
            sizes[event.anchor] = 1
        elif isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append((event.anchor, values))
            values += 1
            if len(open_nodes) > _MOST_DEPTH:
                raise yaml.YAMLError(f"line {line}: nested deeper than {_MOST_DEPTH} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_nodes.pop()
            if anchor is not None:
                sizes[anchor] = values - before
        if values > _MOST_VALUES:
            raise yaml.YAMLError(f"line {line}: more than {_MOST_VALUES:,} values, aliases unfolded")
