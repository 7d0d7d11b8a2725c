"""``docs/tutorials``: each cell of each page runs as written, on the demo corpus; the notebooks hold the same cells."""

from __future__ import annotations

import contextlib
import io
import json
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from evenvoice.cli.main import main

ROOT = Path(__file__).parents[2]
TUTORIALS = sorted(path for path in (ROOT / "docs/tutorials").glob("*.md") if path.name != "index.md")
CELL = re.compile(r"^```(python|bash)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def _one_job_in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Worker processes would import everything once more; the predictions do not depend on their number.
    monkeypatch.setattr("evenvoice.study.execution.cores", lambda: 1)
    monkeypatch.chdir(tmp_path)


def cells(page: Path) -> list[tuple[str, str]]:
    """The language and the text of each cell of a page."""
    return CELL.findall(page.read_text(encoding="utf-8"))


def commands(cell: str) -> Iterator[list[str]]:
    """The commands of a cell for bash, as words."""
    for line in cell.replace("\\\n", " ").splitlines():
        if line.strip():
            yield shlex.split(line)


def run(cell: tuple[str, str], names: dict[str, Any]) -> str:
    """Run a cell in this process; return what it prints."""
    language, text = cell
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        if language == "python":
            exec(compile(text, "cell", "exec"), names)
        else:
            for program, *arguments in commands(text):
                assert program == "evenvoice"
                with mock.patch.object(sys, "argv", [program, *arguments]):
                    main()
    return printed.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
def test_every_cell_runs(page: Path) -> None:
    names: dict[str, Any] = {}
    printed = [run(cell, names) for cell in cells(page)]
    assert len(printed) >= 5
    assert "Error" not in "".join(printed)


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
def test_the_notebook_holds_the_cells_of_the_page(page: Path) -> None:
    from_markdown = runpy.run_path(str(ROOT / "scripts/site/notebooks.py"))["from_markdown"]
    notebook = json.loads(from_markdown(page.read_text(encoding="utf-8")))
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    expected = [text if language == "python" else f"%%bash\n{text}" for language, text in cells(page)]
    assert [text.strip() for text in code] == [text.strip() for text in expected]


@pytest.mark.long
@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
def test_every_cell_runs_in_a_shell_of_its_own(page: Path, tmp_path: Path) -> None:
    """As a reader runs them: bash for commands, one Python process for the rest, in the page's order."""
    script = ["import subprocess"]
    for language, text in cells(page):
        script.append(text if language == "python" else f"subprocess.run(['bash', '-ec', {text!r}], check=True)")
    (tmp_path / "page.py").write_text("\n".join(script), encoding="utf-8")
    done = subprocess.run([sys.executable, "page.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
