"""Text files are read and written as UTF-8 on every system: each call says so, as Windows' default is another."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = [
    ROOT / "hatch_build.py",
    *(
        file
        for folder in ("src", "tests", "scripts", "benchmarks", "examples")
        for file in sorted((ROOT / folder).rglob("*.py"))
    ),
]
# Where the encoding stands if it is not named: after so many arguments.
BEFORE_ENCODING = {"read_text": 0, "write_text": 1, "TextIOWrapper": 1}


def opens_text(call: ast.Call, name: str) -> bool:
    """Whether a call of ``open(path, mode)``, ``os.fdopen(handle, mode)`` or ``path.open(mode)`` opens a file as text.

    ``open`` of other objects takes no mode: it counts where it is a function, or has a mode or ``newline``.
    """
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    if {"encoding", "buffering"} & set(named):
        return False
    method = name == "open" and isinstance(call.func, ast.Attribute)
    place = 0 if method else 1
    mode = call.args[place] if len(call.args) > place else named.get("mode")
    if mode is None:
        return not method or "newline" in named
    modes = {"".join(sorted(kind + plus)) for kind in "rwax" for plus in ("", "+", "t")}
    return isinstance(mode, ast.Constant) and isinstance(mode.value, str) and "".join(sorted(mode.value)) in modes


def without_encoding(source: str) -> Iterator[str]:
    """The line and the text of each call that leaves the encoding of a text file to the system."""
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if any(keyword.arg == "encoding" for keyword in call.keywords):
            continue
        where = BEFORE_ENCODING.get(name)
        if (where is not None and len(call.args) <= where) or (name in ("open", "fdopen") and opens_text(call, name)):
            yield f"{call.lineno}: {ast.unparse(call)}"


def test_every_text_file_is_opened_with_an_encoding() -> None:
    found = [
        f"{source.relative_to(ROOT)}:{line}"
        for source in SOURCES
        for line in without_encoding(source.read_text(encoding="utf-8"))
    ]
    assert len(SOURCES) > 500
    assert not found, 'add encoding="utf-8"'


@pytest.mark.parametrize(
    "call",
    [
        "path.read_text()",
        "(a / 'b').write_text(text)",
        "path.write_text(text, newline='')",
        "io.TextIOWrapper(raw)",
        "open(path)",
        "open(path, 'w')",
        "os.fdopen(handle, mode='rt')",
        "path.open('a')",
        "path.open('r+')",
        "path.open(newline='')",
        "f'{path.read_text()}'",
    ],
)
def test_a_call_that_leaves_the_encoding_to_the_system_is_found(call: str) -> None:
    assert list(without_encoding(call))


@pytest.mark.parametrize(
    "call",
    [
        "path.read_text('utf-8')",
        "path.read_text(encoding='utf-8')",
        "path.write_text(text, 'utf-8')",
        "io.TextIOWrapper(raw, 'utf-8')",
        "open(path, 'rb')",
        "os.fdopen(handle, 'rb')",
        "path.open('rb')",
        "path.open('w', encoding='utf-8')",
        "loader.open(folder)",
        "codec.open()",
        "av.open(file, 'w', format='wav')",
    ],
)
def test_other_calls_are_let_alone(call: str) -> None:
    assert not list(without_encoding(call))
