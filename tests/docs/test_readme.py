"""``README.md``: short, its figures stand in docs/results.md, its links lead somewhere, its Python and recipes work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import evenvoice
from evenvoice.recipes import open_recipe

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")] + sorted(ROOT.glob("docs/*.md"))
MEASURED = re.compile(r"\d+\.\d \[\d+\.\d, \d+\.\d\]")


def test_the_readme_has_at_most_700_words() -> None:
    assert len(README.split()) <= 700


@pytest.mark.parametrize("page", ["README.md", "docs/how-good.md", "docs/commands.md"])
def test_every_score_with_an_interval_stands_in_the_results(page: str) -> None:
    # In some tables of that page the spread over seeds stands between the two.
    results = re.sub(r" ± \d+\.\d \|", "", (ROOT / "docs/results.md").read_text(encoding="utf-8"))
    found = MEASURED.findall((ROOT / page).read_text(encoding="utf-8").replace(" % [", " ["))
    assert len(found) >= 1
    # On a reproduction's page, brackets are escaped and UA stands before its figure.
    reproduced = (ROOT / "docs/reproduction/reproduction.md").read_text(encoding="utf-8").replace("\\", "")
    assert [figure for figure in found if figure not in results and figure not in reproduced] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)|src=\"([^\"]+)\"", page.read_text(encoding="utf-8"))
    local = [first or second for first, second in targets if not (first or second).startswith("http")]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_names_of_evenvoice_in_its_python_exist() -> None:
    names = set(re.findall(r"evenvoice\.([A-Za-z_]+)", README)) - {"onnx"}
    assert [name for name in names if not hasattr(evenvoice, name)] == []


def test_the_recipe_of_the_commands_page_opens(tmp_path: Path) -> None:
    text = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(text.split("```yaml\n")[1].split("```")[0])
    assert open_recipe(tmp_path / "mine.yaml").shape.name == "channels"
