"""Hooks of MkDocs: pages made of the code, pages that lie beside ``docs/``, and the links between them.

mkdocs.yml names this file; ``make docs`` runs it. Nothing that is made here is written into ``docs/``.
"""

from __future__ import annotations

from pathlib import Path

import command_page
import links
import notebooks
import recipe_page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is generated: the commands, the recipes, the notebooks, and the pages of the checkout's root."""
    made = {
        "reference/cli.md": command_page.page(),
        "reference/recipes.md": recipe_page.page(),
        **{name: (ROOT / source).read_text(encoding="utf-8") for source, name in links.BESIDE.items()},
        "project/benchmarks.md": _benchmarks(),
    }
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    for tutorial in sorted((ROOT / "docs" / "tutorials").glob("*.md")):
        if tutorial.name != "index.md":
            notebook = notebooks.from_markdown(tutorial.read_text(encoding="utf-8"))
            files.append(File.generated(config, f"tutorials/{tutorial.stem}.ipynb", content=notebook))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links to files of the checkout into links to their pages, and offer each tutorial as a notebook."""
    name = page.file.src_uri
    markdown = links.on_site(markdown, name)
    if name.startswith("tutorials/") and not name.endswith("index.md"):
        title, _, rest = markdown.partition("\n")
        return f"{title}\n\n[This page as a notebook]({Path(name).stem}.ipynb)\n{rest}"
    return markdown


def _benchmarks() -> str:
    """Return the tables of ``benchmarks/`` as one page."""
    tables = [
        path.read_text(encoding="utf-8").replace("\n# ", "\n## ") for path in sorted(ROOT.glob("benchmarks/*.md"))
    ]
    shifted = ["#" + table if table.startswith("# ") else table for table in tables]
    return (
        "# Speed\n\nEach table was made by the script of its name in `benchmarks/`, on the machine that it names.\n\n"
        + "\n\n".join(shifted)
    )
