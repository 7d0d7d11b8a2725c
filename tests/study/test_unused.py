"""What of an evaluation changes nothing is said before it starts, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from evenvoice.protocols import open_protocol
from evenvoice.recipes import open_recipe
from evenvoice.study.seeds import make_seeds
from evenvoice.study.unused import unused


def said(recipes: list[str], protocols: list[str], test_curves: bool = False, **seeds: int) -> list[str]:
    opened = [open_recipe(name) for name in recipes]
    return list(unused(opened, [open_protocol(name) for name in protocols], make_seeds(**seeds), test_curves))


@pytest.mark.parametrize(
    ("recipes", "protocol", "seeds", "line"),
    [
        (
            ["knn", "majority"],
            "speaker",
            {"seeds": 3},
            "3 seeds and 1 result: nothing is random in knn, majority",
        ),
        (["knn"], "kfold", {"split_seeds": 2, "fit_seeds": 3}, "6 seeds and 2 results: nothing is random in knn under"),
        (
            ["2dcnn", "knn"],
            "kfold",
            {"fit_seeds": 2},
            "2 seeds and 1 result: nothing is random in knn under kfold",
        ),
    ],
)
def test_seeds_that_repeat_a_result(recipes: list[str], protocol: str, seeds: dict[str, int], line: str) -> None:
    (found,) = said(recipes, [protocol], **seeds)
    assert found.startswith(line)


def test_what_is_balanced_before_the_split() -> None:
    (found,) = said(["voice-linear"], ["paper", "speaker"])
    assert found.startswith("warning: recipe voice-linear: protocol paper balances the features of the whole corpus")
    assert found.endswith("adds no rows")
    redrawn = open_recipe("2dcnn", {"balance": "redrawn"})
    (found,) = unused([redrawn], [open_protocol("paper")], make_seeds())
    assert found.endswith("so balance (redrawn) is drawn once, and not in each epoch")


def test_decisions_where_the_test_part_is_watched() -> None:
    (found,) = said(["calibrated-2dcnn", "2dcnn"], ["speaker", "speaker+select-on-test"])
    assert found.startswith("warning: recipe calibrated-2dcnn: protocol speaker+select-on-test watches the test part")
    assert found.endswith("so decision (temperature) is left out there")


def test_curves_of_what_has_no_epochs() -> None:
    assert said(["knn", "2dcnn"], ["speaker"], test_curves=True) == ["no test curves of knn: there are no epochs"]


@pytest.mark.parametrize(
    ("recipes", "protocols", "seeds"),
    [
        (["knn", "2dcnn"], ["speaker", "kfold", "paper"], {}),
        (["knn"], ["kfold", "speaker-folds"], {"seeds": 5}),
        (["2dcnn"], ["speaker"], {"fit_seeds": 5}),
        (["smote-2dcnn"], ["paper"], {"seeds": 2}),
    ],
)
def test_nothing_is_said_where_all_is_used(recipes: list[str], protocols: list[str], seeds: dict[str, Any]) -> None:
    assert said(recipes, protocols, **seeds) == []
