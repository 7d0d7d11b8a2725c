"""What evenvoice imports is what ``pyproject.toml`` declares, room by room: nothing that happens to be installed."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

from evenvoice.extras import EXTRAS

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "evenvoice"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# Which extra a room, or a module in it, needs to be imported; "" is the core. What is not listed needs `train`.
ROOMS = {
    **dict.fromkeys(
        ("__init__", "__main__", "_onnxruntime", "allocator", "audio", "cli", "cores", "errors", "extras", "files",
         "lazy", "leases", "printing", "progress", "recognizer", "registry", "tables"),
        "",
    ),
    "serve": "serve",
    "tuning": "tune",
    "report.tuning": "tune",
    "report.tuning_figures": "tune",
}  # fmt: skip

# What a user brings, declared nowhere: openSMILE's licence allows no products; audb's users have it.
BROUGHT = {"opensmile", "audb"}

# Distributions of another name than their module's, of which not every environment has one.
CALLED = {"mlflow": "mlflow-skinny"}

IMPORT_ALL = """
import importlib, importlib.abc, sys

blocked = set(sys.argv[1].split(","))

class Elsewhere(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Elsewhere())
for name in sys.stdin.read().split():
    try:
        importlib.import_module(name)
    except ImportError as error:
        print(f"{name}: {error}")
"""


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _parse(requirement: str) -> tuple[str, list[str]]:
    """The distribution and the extras of a requirement, whatever its version."""
    found = re.match(r"([\w.-]+)(?:\[([^]]*)\])?", requirement)
    assert found
    return _key(found[1]), [part.strip() for part in (found[2] or "").split(",") if part.strip()]


def declared(extra: str) -> set[str]:
    """The distributions that an extra names itself, with those of the core and of extras within it."""
    wanted = PROJECT["dependencies"] + (PROJECT["optional-dependencies"][extra] if extra else [])
    found = set()
    for name, extras in map(_parse, wanted):
        found |= set().union(*map(declared, extras)) if name == "evenvoice" else {name}
    return found


@cache
def tops() -> dict[str, set[str]]:
    """The distributions, by the name under which they are imported."""
    return {top: {_key(name) for name in names} for top, names in metadata.packages_distributions().items()}


def closure(names: set[str]) -> set[str]:
    """The distributions with all that they require, as installed here."""
    found: set[str] = set()
    left = [*names]
    while left:
        name = left.pop()
        if name in found:
            continue
        found.add(name)
        try:
            requires = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        left += [_parse(each)[0] for each in requires if "extra ==" not in each.replace("extra==", "extra ==")]
    return found


def modules() -> Iterator[tuple[str, Path]]:
    """Each module of evenvoice, and its file."""
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def extra_of(path: Path) -> str:
    """The extra that a file's imports need."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ROOMS.get(".".join(parts), ROOMS.get(parts[0], "train"))


def imports(path: Path) -> Iterator[str]:
    """The libraries that a file imports anywhere, but for type checkers alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@cache
def libraries() -> set[str]:
    """What evenvoice imports beyond Python and itself."""
    named = {name for _, path in modules() for name in imports(path)}
    return named - sys.stdlib_module_names - {"evenvoice", *BROUGHT}


def test_every_library_that_is_imported_is_declared() -> None:
    anywhere = set().union(*map(declared, ["", *PROJECT["optional-dependencies"]]))
    assert len(libraries()) > 30
    undeclared = {name for name in libraries() if not tops().get(name, {_key(CALLED.get(name, name))}) & anywhere}
    assert undeclared == set()


def test_a_library_that_is_not_of_the_core_is_named_with_its_extra() -> None:
    """So that where it is missing, the error says what to install."""
    known = {name for name in libraries() if tops().get(name, {name}) & declared("")}
    assert libraries() - known - {*EXTRAS} == set()
    for library, extra in EXTRAS.items():
        distributions = tops().get(library)
        assert distributions is None or distributions & closure(declared(extra)), (library, extra)


@pytest.mark.slow
@pytest.mark.parametrize("extra", ["", "train", "serve", "tune"])
def test_each_module_can_be_imported_with_its_extra_alone(extra: str) -> None:
    names = [name for name, path in modules() if extra_of(path) == extra]
    assert names
    allowed = closure(declared(extra))
    blocked = [top for top, distributions in tops().items() if not distributions & {*allowed, "evenvoice"}]
    assert "pytest" in blocked
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, ",".join(blocked)],
        input="\n".join(names), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == ""
