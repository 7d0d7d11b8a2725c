"""The documentation site: it builds without a warning, every link leads somewhere, and no page is cut off from it."""

from __future__ import annotations

import doctest
import inspect
import os
import runpy
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import typer

from evenvoice.cli.main import whole_app
from evenvoice.recipes import Recipe, recipe_names

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
pytest.importorskip("mkdocs", reason='the site\'s own libraries: pip install "evenvoice[docs]"')


class _Page(HTMLParser):
    """What a page links to, loads and says, and the places in it that can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.loaded: list[str] = []
        self._in_code = 0
        self.places: set[str] = set()
        self.text: list[str] = []
        self.prose: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        found = [value for name in ("href", "src") if (value := named.get(name))]
        self.targets += found
        if tag in ("script", "img") or named.get("rel") in ("stylesheet", "icon"):
            self.loaded += found
        self._in_code += tag == "pre"
        self.places |= {value for name in ("id", "name") if (value := named.get(name))}

    def handle_endtag(self, tag: str) -> None:
        self._in_code -= tag == "pre"

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if not self._in_code:
            self.prose.append(data)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as ``make docs`` does."""
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, _Page]:
    """The pages of the site by file; the page for unknown addresses is found from anywhere and left out."""
    return {path: _Page(path) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}


def test_every_link_leads_somewhere(pages: dict[Path, _Page]) -> None:
    assert len(pages) > 45
    broken = []
    for path, page in pages.items():
        for target in page.targets:
            link = urlsplit(target)
            if link.scheme in ("http", "https", "data", "mailto"):
                continue
            wanted = path if not link.path else (path.parent / unquote(link.path)).resolve()
            if wanted.is_dir():
                wanted /= "index.html"
            place = unquote(link.fragment)
            found = wanted.is_file() and (not place or wanted not in pages or place in pages[wanted].places)
            if not found:
                broken.append(f"{path.name}: {target}")
    assert broken == []


def test_nothing_is_fetched_from_elsewhere(pages: dict[Path, _Page]) -> None:
    loaded = {target for page in pages.values() for target in page.loaded}
    assert len(loaded) > 10
    assert [target for target in loaded if urlsplit(target).netloc] == []


def test_tables_and_lists_are_rendered(pages: dict[Path, _Page]) -> None:
    """Markdown that a checkout's viewer shows as a table or a list, and the site as text, is written otherwise."""
    raw = [
        f"{path.name}: {data.strip()[:80]}"
        for path, page in pages.items()
        for data in page.prose
        if data.lstrip().startswith(("|---", "| ---")) or "\n- **" in data
    ]
    assert raw == []


def test_every_command_and_option_is_there(site: Path) -> None:
    text = " ".join(_Page(site / "reference/cli.html").text)
    for name, command in typer.main.get_command(whole_app()).commands.items():  # type: ignore[attr-defined]
        assert name in text
        for parameter in getattr(command, "params", []):
            hidden = getattr(parameter, "hidden", False) or parameter.name == "help"
            assert hidden or parameter.param_type_name == "argument" or parameter.opts[0] in text, (
                name,
                parameter.name,
            )


def test_every_recipe_and_every_key_is_there(site: Path) -> None:
    text = _Page(site / "reference/recipes.html").text
    assert {*recipe_names(), *Recipe.model_fields} <= {*text}


def test_each_tutorial_is_there_as_a_notebook(site: Path) -> None:
    pages = {path.stem for path in (site / "tutorials").glob("*.html")} - {"index"}
    assert pages == {path.stem for path in (site / "tutorials").glob("*.ipynb")}
    assert len(pages) == 3


@pytest.mark.parametrize("name", ["links", "notebooks"])
def test_the_examples_of_its_scripts_hold(name: str) -> None:
    names = runpy.run_path(str(ROOT / "scripts/site" / f"{name}.py"))
    found = [
        doctest.DocTestRunner(verbose=False).run(test)
        for function in names.values()
        if inspect.isfunction(function)
        for test in doctest.DocTestFinder().find(function, globs=names)
    ]
    assert sum(each.attempted for each in found) >= 1
    assert sum(each.failed for each in found) == 0
