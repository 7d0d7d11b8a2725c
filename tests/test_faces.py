"""Rooms import each other through their faces: the names in the ``__all__`` of a room's ``__init__``."""

from __future__ import annotations

import ast
import doctest
import importlib
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "evenvoice"
ROOMS = sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))

# `python -m evenvoice` starts what the console script does, and names it as pyproject.toml has to: by its module.
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SCRIPTS = {target.replace(":", ".") for target in PROJECT["scripts"].values()}


@cache
def face(room: str) -> frozenset[str]:
    """The names in a room's ``__all__``."""
    tree = ast.parse((SOURCE / room / "__init__.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return frozenset(ast.literal_eval(node.value))
    return frozenset()


def imported(source: str, package: str) -> Iterator[tuple[int, str]]:
    """The line and the full name of everything that a source imports, in functions and in doctests too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            where = ".".join([*parents, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{where}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and ">>> " in node.value:
            for example in doctest.DocTestParser().get_examples(node.value):
                line = node.lineno + example.lineno
                yield from ((line + at - 1, name) for at, name in imported(example.source, package))


def past_faces(path: str, source: str) -> list[str]:
    """What a file, named from `SOURCE`, imports of another room and does not find in that room's face."""
    *folders, _ = Path(path).parts
    own = folders[0] if folders else Path(path).stem
    found = []
    for line, name in imported(source, ".".join(["evenvoice", *folders])):
        top, *parts = name.split(".")
        if top != "evenvoice" or len(parts) < 2 or parts[0] == own or name in SCRIPTS:
            continue
        room, first, *deeper = parts
        public = first in face(room) if room in ROOMS else not first.startswith("_")
        if deeper or not public:
            found.append(f"{path}:{line} imports {name} past the face of room {room}")
    return found


def test_rooms_import_each_other_through_their_faces() -> None:
    assert len(ROOMS) > 15
    found: list[str] = []
    for file in sorted(SOURCE.rglob("*.py")):
        found += past_faces(file.relative_to(SOURCE).as_posix(), file.read_text(encoding="utf-8"))
    assert "\n".join(found) == ""


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("from evenvoice.corpora import Corpus, open_corpus", None),
        ("from evenvoice.errors import EvenvoiceError", None),
        ("from evenvoice import audio, __version__", None),
        ("from evenvoice.study.marks import LEAKY", None),  # its own room
        ("from . import marks", None),
        ("from evenvoice.corpora.corpus import Corpus", "corpora.corpus.Corpus"),
        ("def f():\n    from evenvoice.corpora.corpus import Corpus", "corpora.corpus.Corpus"),
        ('"""Summary.\n\n>>> from evenvoice.corpora.corpus import Corpus\n"""', "corpora.corpus.Corpus"),
        ("from ..corpora.corpus import Corpus", "corpora.corpus.Corpus"),
        ("import evenvoice.audio.perturbation", "audio.perturbation"),
        ("from evenvoice.corpora import corpus", "corpora.corpus"),  # a module, and no name of the face
        ("from evenvoice.errors import _shown", "errors._shown"),
    ],
)
def test_an_import_past_a_face_is_found(source: str, name: str | None) -> None:
    line = 1 + source.partition("from evenvoice")[0].count("\n")
    room = name and name.partition(".")[0]
    said = [f"study/deep.py:{line} imports evenvoice.{name} past the face of room {room}"] if name else []
    assert past_faces("study/deep.py", source) == said


@pytest.mark.parametrize("room", ["", *ROOMS])
def test_each_name_of_a_face_is_what_type_checkers_take_it_for(room: str) -> None:
    """Also where it is imported when it is first used, and where a module of the room was imported before."""
    package = f"evenvoice.{room}".rstrip(".")
    here = importlib.import_module(package)
    tree = ast.parse((SOURCE / room / "__init__.py").read_text(encoding="utf-8"))
    homes = {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("evenvoice.")
        for alias in node.names
    }
    for name in face(room) - {"__version__"}:
        module, original = homes[name]
        assert getattr(here, name) is getattr(importlib.import_module(module), original), name
    assert face(room) <= {*dir(here)}
