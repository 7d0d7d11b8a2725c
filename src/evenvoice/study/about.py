"""What `study.json` says: the corpus, what was asked for and typed, and the versions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evenvoice.corpora import Corpus
from evenvoice.recipes import Recipe
from evenvoice.study.grouping import union
from evenvoice.study.records import FORMAT, STUDY_FILE, read_study_file, versions
from evenvoice.study.seeds import Seed


def about_study(
    folder: Path,
    corpus: Corpus,
    recipes: Sequence[Recipe],
    protocols: Sequence[str],
    seeds: Sequence[Seed],
    command: str | None,
) -> dict[str, Any]:
    """Return what a study's file says, with what earlier calls asked for in this folder."""
    asked: dict[str, list[Any]] = {
        "recipes": [recipe.name for recipe in recipes],
        "protocols": list(protocols),
        "seeds": [seed.to_json() for seed in seeds],
    }
    commands = [command] if command else []
    if (folder / STUDY_FILE).exists():
        before = read_study_file(folder)
        asked = {name: union(before["asked"][name], values) for name, values in asked.items()}
        commands = list(dict.fromkeys([*before.get("commands", []), *commands]))
    return {
        "format": FORMAT,
        "corpus": _about_corpus(corpus),
        "asked": asked,
        "commands": commands,
        "versions": versions(),
    }


def _about_corpus(corpus: Corpus) -> dict[str, Any]:
    return {
        "name": corpus.name,
        "licence": corpus.licence,
        "synthetic": corpus.synthetic,
        "labels": list(corpus.labels),
        "utterances": len(corpus.table),
        "fingerprint": corpus.fingerprint(),
        "speakers_known": corpus.has("speaker"),
    }
