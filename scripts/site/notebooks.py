"""A tutorial in Markdown as a Jupyter notebook: ``python`` blocks are cells, ``bash`` blocks ``%%bash`` cells.

python scripts/site/notebooks.py tutorials    # writes each tutorial into this folder as a notebook
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import jupytext
import nbformat

TUTORIALS = Path(__file__).parents[2] / "docs" / "tutorials"


def from_markdown(text: str) -> str:
    r"""Return the notebook as JSON; the same text gives the same bytes.

    Examples:
        >>> '"cell_type": "code"' in from_markdown("# Title\n\n```python\n1 + 1\n```\n")
        True
    """
    notebook = jupytext.reads(_shell_cells(text), fmt="md")
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell["metadata"] = {}
    return nbformat.writes(notebook) + "\n"


def _shell_cells(text: str) -> str:
    """Return the Markdown with each ``bash`` block as a cell that Jupyter gives to bash; links to pages become text."""
    text = re.sub(r"\[([^\]]+)\]\((?!http)[^)]+\)", r"\1", text)
    return re.sub(r"^```bash\n", "```python\n%%bash\n", text, flags=re.MULTILINE)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for tutorial in sorted(TUTORIALS.glob("*.md")):
        if tutorial.name != "index.md":
            (folder / f"{tutorial.stem}.ipynb").write_text(from_markdown(tutorial.read_text("utf-8")), "utf-8")
