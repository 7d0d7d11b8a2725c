"""The page of recipes, made of the schema and of the recipes that are shipped."""

from __future__ import annotations

import json
import re
from typing import Any

from evenvoice.recipes import Recipe, recipe_summaries

_HEAD = """# Recipes

A recipe is a whole system as data: features, shape, normalisation, balance, loss, model and training under one name.
`evenvoice recipe show NAME` prints one in full. A recipe of your own is a YAML file that `extends` another and says
what differs; `--set KEY=VALUE` changes one key from the command line.

```yaml
name: mine
extends: voice-linear
about: voice-linear with SMOTE
balance: smote
```

## The recipes that come with evenvoice

| recipe | what it is |
|---|---|
"""


def page() -> str:
    """Return the page in Markdown: the shipped recipes, then each section of the schema."""
    schema = Recipe.model_json_schema()
    schema |= schema["$defs"].get("Recipe", {})  # where it stands, since a recipe may hold others: its partners
    shipped = "\n".join(f"| `{each.name}` | {_cell(each.about)} |" for each in recipe_summaries())
    sections = [f"## The keys of a recipe\n\n{_table(schema)}"]
    for name, key in (("TrainingSettings", "training"), ("Range", "search: a range")):
        sections.append(f"### {key}\n\n{_table(schema['$defs'][name])}")
    sections.append(_lists())
    return _HEAD + shipped + "\n\n" + "\n\n".join(sections) + "\n"


def _table(schema: dict[str, Any]) -> str:
    """Return the keys of a section: kind, default, what it is (from the docstring's attributes)."""
    about = _attributes(schema.get("description", ""))
    rows = ["| key | kind | default | |", "|---|---|---|---|"]
    for key, value in schema["properties"].items():
        default = _default(value["default"]) if "default" in value else ""
        rows.append(f"| `{key}` | {_kind(value)} | {default} | {about.get(key, '')} |")
    return "\n".join(rows)


def _default(value: Any) -> str:
    """Return a default as YAML has it; of a section its name."""
    if isinstance(value, dict):
        return f"`{value['name']}`" if "name" in value else ""
    return f"`{json.dumps(value)}`" if value not in ("", []) else ""


def _attributes(docstring: str) -> dict[str, str]:
    """Return what the docstring's ``Attributes:`` say of each key."""
    section = re.search(r"Attributes:\n((?:    .*\n?|\n)+)", docstring + "\n")
    found = re.findall(r"^    (\w+): (.*(?:\n        .*)*)", section[1], re.MULTILINE) if section else []
    return {key: _cell(text.replace("``", "`")) for key, text in found}


def _kind(value: dict[str, Any]) -> str:
    if "enum" in value:
        return ", ".join(f"`{each}`" for each in value["enum"])
    if "const" in value:
        return f"`{value['const']}`"
    if "$ref" in value:
        return "a section, or a name" if "Settings" in value["$ref"] else "a section"
    if "anyOf" in value:
        kinds = dict.fromkeys(_kind(each) for each in value["anyOf"])
        return " or ".join(kinds)
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false",
             "null": "nothing", "object": "keys", "array": "list"}  # fmt: skip
    return words.get(value.get("type", ""), "")


def _lists() -> str:
    """Return the names that each section takes."""
    from evenvoice.features import EXTRACTORS, SHAPES
    from evenvoice.imbalance import DECISIONS, LOSSES, SAMPLERS
    from evenvoice.models import MODELS

    rows = ["## Names", "", "| section | names |", "|---|---|"]
    for key, registry in (("features", EXTRACTORS), ("shape", SHAPES), ("balance", SAMPLERS), ("loss", LOSSES),
                          ("model", MODELS), ("decision", DECISIONS)):  # fmt: skip
        if key in Recipe.model_fields:
            rows.append(f"| `{key}` | {', '.join(f'`{name}`' for name in registry)} |")
    rows += [
        "",
        "Each also takes a class of yours, as `package.module:Class` or by an entry point: "
        "[plug-ins](../project/plugin.md).",
    ]
    return "\n".join(rows)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
