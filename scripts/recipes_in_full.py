"""Write down every shipped recipe in full: `src/evenvoice/recipes/full.json`, which `evenvoice recipe show` reads.

    python scripts/recipes_in_full.py

Run it after a change of a shipped recipe, of a default, or of a network's size; a test says when. One line a recipe.
"""

from __future__ import annotations

import json
from pathlib import Path

import evenvoice.recipes
from evenvoice.files import writing
from evenvoice.recipes import open_recipe, recipe_in_full, recipe_names
from evenvoice.recipes.full import shipped_digest

FILE = Path(evenvoice.recipes.__path__[0]) / "full.json"


def main() -> None:
    """Open each recipe and write the file."""
    lines = [f" {json.dumps(name)}: {json.dumps(recipe_in_full(open_recipe(name)))}" for name in recipe_names()]
    text = f'{{"digest": "{shipped_digest()}", "recipes": {{\n' + ",\n".join(lines) + "\n}}\n"
    with writing(FILE) as path:
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
