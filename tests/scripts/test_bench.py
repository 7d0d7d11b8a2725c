"""`make bench`: README.md holds every page, and a benchmark that fails leaves its page as it was."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
_spec = importlib.util.spec_from_file_location("bench_script", FOLDER / "bench.py")
assert _spec is not None
assert _spec.loader is not None
bench = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(bench)


def test_every_benchmark_has_a_script_and_every_page_is_in_the_readme() -> None:
    pages = [FOLDER / f"{name}.md" for name in bench.BENCHMARKS]
    assert all((FOLDER / f"{name}.py").is_file() for name in bench.BENCHMARKS)
    assert {page.stem for page in FOLDER.glob("*.md")} - {"README", "goals"} <= {*bench.BENCHMARKS, *bench.ELSEWHERE}
    readme = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    for page in [*(page for page in pages if page.exists()), FOLDER / "goals.md"]:
        rows = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
        assert [row for row in rows if row not in readme] == [], f"{page.name}: make bench writes README.md"


def test_a_benchmark_that_fails_leaves_its_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "HERE", tmp_path)
    monkeypatch.setattr(bench, "BENCHMARKS", {"good": ("x",), "bad": ()})
    monkeypatch.setattr("sys.argv", ["bench.py"])
    (tmp_path / "goals.md").write_text("## Goals\n", encoding="utf-8")
    (tmp_path / "good.py").write_text("import sys; print('# Good', sys.argv[1])", encoding="utf-8")
    (tmp_path / "bad.py").write_text("print('# Half'); raise SystemExit(2)", encoding="utf-8")
    (tmp_path / "bad.md").write_text("# Bad, older\n", encoding="utf-8")
    assert bench.main() == 1
    assert (tmp_path / "good.md").read_text(encoding="utf-8").startswith("# Good x\n\nMeasured on ")
    assert (tmp_path / "bad.md").read_text(encoding="utf-8") == "# Bad, older\n"
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "## Goals\n\n## Good x\n\nMeasured on " in readme
    assert ".\n\n## Bad, older\n" in readme
    assert "failed, and their pages are as they were: bad" in capfd.readouterr().err
