"""`constraints-oldest.txt` has the lower bounds of pyproject.toml, so that `make test-oldest` tests these."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_oldest_versions_are_the_lower_bounds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"]]
    tested = ("train", "demo", "paper", "tune", "tables", "serve", "media", "tensorboard")
    asked += [line for extra in tested for line in extras[extra]]
    bounds = dict(re.fullmatch(r"([\w-]+)>=([\d.]+)", line).groups() for line in asked if ">=" in line)  # type: ignore[union-attr]
    lines = (ROOT / "constraints-oldest.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    assert pinned == {name: _in_full(bound) for name, bound in bounds.items()}


def _in_full(bound: str) -> str:
    """2 is 2.0.0, as releases are numbered."""
    return ".".join([*bound.split("."), "0", "0"][: max(3, bound.count(".") + 1)])
