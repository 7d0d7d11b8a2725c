"""What a release rests on agrees: versions, Pythons, and the commands that the workflows run."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from evenvoice import __version__

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _workflow(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def test_the_version_is_the_same_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == __version__
    assert citation["license"] == SETTINGS["project"]["license"]
    assert {"cff-version", "message", "title", "authors"} <= {*citation}


def test_the_pythons_that_are_promised_are_those_that_are_tested() -> None:
    low, high = map(int, re.findall(r"3\.(\d+)", SETTINGS["project"]["requires-python"]))
    promised = {f"3.{minor}" for minor in range(low, high)}
    matrix = _workflow(ROOT / ".github/workflows/ci.yml")["jobs"]["test"]["strategy"]["matrix"]
    assert {*matrix["python"], *(each["python"] for each in matrix["include"])} == promised
    named = {name.rpartition(" ")[2] for name in SETTINGS["project"]["classifiers"] if ":: 3." in name}
    assert named == promised


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_job_that_another_needs_is_there(path: Path) -> None:
    jobs = _workflow(path)["jobs"]
    for job in jobs.values():
        needs = job.get("needs", [])
        assert {*([needs] if isinstance(needs, str) else needs)} <= {*jobs}
        assert "uses" in job or all("uses" in step or "run" in step for step in job["steps"])


def test_every_make_target_that_is_run_is_there() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    texts = [path.read_text(encoding="utf-8") for path in (*WORKFLOWS, ROOT / "RELEASING.md", ROOT / "CONTRIBUTING.md")]
    called = {name for text in texts for name in re.findall(r"(?:run: |`|    )make ([\w-]+)", text)}
    assert {"docs", "test", "mutants"} <= called
    assert called <= targets


def test_branches_are_covered_with_a_gate() -> None:
    assert SETTINGS["tool"]["coverage"]["run"]["branch"] is True
    assert "--cov-fail-under 92" in (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
