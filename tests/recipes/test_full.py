"""What is written down of a shipped recipe is what the recipe says when it is opened, and is used only then."""

from __future__ import annotations

import pytest

from evenvoice.models import is_network
from evenvoice.recipes import full, open_recipe, recipe_in_full, recipe_names, shipped_in_full


@pytest.mark.parametrize("name", recipe_names())
def test_every_shipped_recipe_is_written_down_as_it_opens(name: str) -> None:
    opened = recipe_in_full(open_recipe(name))
    assert shipped_in_full(name) == opened, "run `python scripts/recipes_in_full.py` and commit the file it makes"
    # The order of keys is that of the schema: people read it.
    assert list(shipped_in_full(name) or ()) == list(opened)
    assert (opened["parameters"] is not None) == is_network(opened["model"]["name"])


def test_nothing_is_used_once_a_recipe_was_edited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(full, "shipped_digest", lambda: "of other texts")
    assert shipped_in_full("smote-2dcnn") is None


@pytest.mark.parametrize("name", ["smote-2dcn", "mine.yaml", ""])
def test_what_does_not_ship_is_not_written_down(name: str) -> None:
    assert shipped_in_full(name) is None
