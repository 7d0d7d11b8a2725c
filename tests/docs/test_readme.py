"""``README.md``: short, its figures stand in docs/results.md, its links lead somewhere, its Python and recipes work."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import evenvoice
from evenvoice.recipes import open_recipe

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
ON_THE_SITE_ALONE = [ROOT / "docs/reference" / name for name in ("cli.md", "recipes.md")]  # made by `make docs`
MEASURED_PAGES = [
    "README.md",
    "docs/index.md",
    "docs/how-good.md",
    "docs/pitfalls.md",
    "docs/commands.md",
    "docs/explanation/paper.md",
]
MEASURED = re.compile(r"\d+\.\d \[\d+\.\d, \d+\.\d\]")
SCORE_OR_DIFFERENCE = re.compile(r"[+-]?\d+\.\d \[[+-]?\d+\.\d, [+-]?\d+\.\d\]")


def test_the_readme_has_at_most_700_words() -> None:
    assert len(README.split()) <= 700


@pytest.mark.parametrize("page", MEASURED_PAGES)
def test_every_score_with_an_interval_stands_in_the_results(page: str) -> None:
    found = SCORE_OR_DIFFERENCE.findall(_plain(ROOT / page))
    assert len(found) >= 1
    measured = _plain(ROOT / "docs/results.md") + _plain(ROOT / "docs/reproduction/reproduction.md")
    assert [figure for figure in found if figure not in measured] == []


def _plain(page: Path) -> str:
    """A page without what stands between a figure and its interval, and without escapes."""
    text = page.read_text(encoding="utf-8").replace("−", "-").replace("\\", "")
    text = re.sub(r" ± \d+\.\d (?=[|[])", " ", text).replace(" | [", " [")
    return re.sub(r" (%|points|points of UA|points of WA) \[", " [", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    # Lines of code say what a reader writes elsewhere.
    prose = re.sub(r"^    .*$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    targets = re.findall(r"\]\(([^)#\s]+)|src=\"([^\"]+)\"", prose)
    local = [first or second for first, second in targets if not (first or second).startswith("http")]
    there = [(page.parent / target).resolve() for target in local]
    assert [place for place in there if not place.exists() and place not in ON_THE_SITE_ALONE] == []


def test_the_layers_of_the_architecture_are_those_that_are_held() -> None:
    stated = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("## Layers\n\n")[1].split("\n\n")[0]
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    assert [line.strip() for line in stated.splitlines()] == contract["layers"]


def test_names_of_evenvoice_in_its_python_exist() -> None:
    names = set(re.findall(r"evenvoice\.([A-Za-z_]+)", README)) - {"onnx"}
    assert [name for name in names if not hasattr(evenvoice, name)] == []


def test_the_recipe_of_the_commands_page_opens(tmp_path: Path) -> None:
    text = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(text.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    assert open_recipe(tmp_path / "mine.yaml").shape.name == "channels"


def section_with(figure: str) -> str:
    """The section of docs/results.md that has a figure in a table."""
    results = re.sub(r" ± \d+\.\d \|", "", (ROOT / "docs/results.md").read_text(encoding="utf-8"))
    sections = re.split(r"^##+ ", results, flags=re.MULTILINE)
    return next((section for section in sections if any(figure in line for line in table_lines(section))), "")


def table_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("|")]


@pytest.mark.parametrize("line", [line for line in table_lines(README) if MEASURED.search(line)])
def test_each_row_of_the_readme_stands_in_a_section_with_its_recipe_and_its_command(line: str) -> None:
    recipe = re.split(r"[,|]", line)[1].strip()
    figure = MEASURED.findall(line.replace(" % [", " ["))[0]
    section = section_with(figure)
    assert section, f"docs/results.md has no table with {figure}"
    rows = [row for row in table_lines(section) if figure in row]
    named = any(recipe in row for row in rows) or any(recipe in header for header in table_lines(section))
    assert named, f"{figure} stands in no row of {recipe}"
    assert re.search(r"evenvoice (evaluate|reproduce)|scripts/", section), "the section has no command"
    assert ("LEAKY" in line) == any("LEAKY" in row for row in rows)


def test_what_the_readmes_prose_says_of_other_channels_is_counted() -> None:
    """Over a telephone, in noise (at 10 dB) and in a room: points of UA lost, of the table in the results."""
    results = (ROOT / "docs/results.md").read_text(encoding="utf-8")
    rows = {
        name: (float(linear), float(robust))
        for name, linear, robust in re.findall(r"^\| (.+?) \| (\d+\.\d) \[.*?\| (\d+\.\d) \[", results, re.MULTILINE)
    }
    whole = rows["as recorded"]
    lost = [
        [whole[column] - values[column] for name, values in rows.items() if re.match("telephone|.*10 dB|room", name)]
        for column in (0, 1)
    ]
    assert [len(each) for each in lost] == [3, 3]
    claim = re.search(r"`voice-linear` loses (\d+) points or more, and `voice-robust` (\d+) to (\d+)", README)
    assert claim is not None
    assert list(map(int, claim.groups())) == [round(min(lost[0])), round(min(lost[1])), round(max(lost[1]))]
