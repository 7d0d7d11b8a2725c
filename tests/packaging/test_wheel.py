"""The wheel and the page of ``evenvoice serve``: a build has it, makes it, or stops and says why."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = Path("src/evenvoice/serve/page/index.html")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What a build reads, as a fresh clone has it: without the page."""
    folder = tmp_path / "clone"
    without = shutil.ignore_patterns("page", "__pycache__", "node_modules")
    for name in ("src", "web"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=without if name == "src" else shutil.ignore_patterns("node_*")
        )
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    return folder


def _build(checkout: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Build a wheel into ``dist``, by default where no npm is found."""
    return subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", "dist", "-t", "wheel", *options],
        cwd=checkout, capture_output=True, text=True, check=False,
        env={"PATH": str(checkout / "nothing"), "HOME": str(checkout), **environment},
    )  # fmt: skip


def _files(checkout: Path) -> list[str]:
    (wheel,) = (checkout / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_a_build_without_page_and_npm_stops_and_says_why(checkout: Path) -> None:
    built = _build(checkout)
    assert built.returncode != 0
    (line,) = built.stderr.strip().splitlines()
    assert line == (
        f"{PAGE.as_posix()} is missing, and so is npm, which builds it; install Node.js 20 or later, "
        "or set EVENVOICE_WITHOUT_PAGE=1 to build without the page"
    )
    assert [*(checkout / "dist").iterdir()] == []


def test_a_build_without_page_and_sources_stops_and_says_why(checkout: Path) -> None:
    shutil.rmtree(checkout / "web")
    assert "so is web/" in _build(checkout).stderr


def test_a_build_where_npm_fails_stops_and_says_why(checkout: Path) -> None:
    npm = checkout / "nothing" / "npm"
    npm.parent.mkdir()
    npm.write_text("#!/bin/sh\necho 'no registry' >&2\nexit 1\n", encoding="utf-8")
    npm.chmod(0o755)
    built = _build(checkout)
    assert built.returncode != 0
    assert "npm ci in web/ failed: no registry" in built.stderr


def test_a_wheel_can_be_built_without_the_page_on_request(checkout: Path) -> None:
    assert _build(checkout, EVENVOICE_WITHOUT_PAGE="1").returncode == 0
    files = _files(checkout)
    assert not any("serve/page/" in name for name in files)
    assert "evenvoice/recognizer/ready/model.onnx" in files or any(name.endswith(".onnx") for name in files)


def test_a_wheel_holds_the_page_that_was_built(checkout: Path) -> None:
    (checkout / PAGE).parent.mkdir()
    (checkout / PAGE).write_text("<!doctype html>", encoding="utf-8")
    assert _build(checkout).returncode == 0
    files = _files(checkout)
    assert "evenvoice/serve/page/index.html" in files
    assert "evenvoice/py.typed" in files
    assert {name.split("/")[0].split("-")[0] for name in files} == {"evenvoice"}


@pytest.mark.long
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_a_fresh_clone_builds_a_wheel_with_the_page(checkout: Path) -> None:
    built = _build(checkout, PATH=os.environ["PATH"], HOME=os.environ["HOME"])
    assert built.returncode == 0, built.stderr
    assert {"evenvoice/serve/page/index.html", "evenvoice/serve/page/ort.wasm.gz"} <= {*_files(checkout)}
