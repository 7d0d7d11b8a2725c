"""Recipes side by side on one fit: refused, unless nothing in them is random."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.audit import audit_run
from evenvoice.audit.one_fit import check_fits
from evenvoice.recipes import open_recipe
from evenvoice.study import find_runs, read_run
from tests.report.fabricated import write_honest, write_leaky, write_study


def _codes(folder: Path) -> list[tuple[str, tuple[str, ...]]]:
    return [(found.message, found.evidence) for found in check_fits([read_run(run) for run in find_runs(folder)])]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_study(tmp_path)


def test_one_fit_of_random_recipes_compares_nothing(folder: Path) -> None:
    write_honest(folder, recipe="2dcnn", seeds=1)
    assert _codes(folder) == []  # one recipe is compared with none
    write_honest(folder, recipe="smote-2dcnn", seeds=2)
    assert _codes(folder) == [("speaker-folds: 2 recipes, one fit of 2dcnn", ("2dcnn",))]


def test_the_comparison_is_refused_and_is_no_leak(folder: Path) -> None:
    for recipe in ("2dcnn", "smote-2dcnn"):
        write_honest(folder, recipe=recipe, seeds=1)
    audit = audit_run(folder)
    assert [finding.kind.code for finding in audit.refused] == ["one-fit-comparison"]
    assert audit.leaks == ()
    assert audit.to_json()["refused"] == 1
    assert "0 leaks, 1 comparison refused, " in audit.as_text()
    assert "REFUSED one-fit-comparison: A comparison of recipes rests on one fit" in audit.as_text()


def test_two_fits_of_each_and_leaky_protocols_are_no_finding(folder: Path) -> None:
    for recipe in ("2dcnn", "smote-2dcnn"):
        write_honest(folder, recipe=recipe)
        write_leaky(folder, recipe=recipe)
    assert _codes(folder) == []


def test_a_recipe_without_randomness_needs_one(folder: Path) -> None:
    for recipe in ("knn", "svm"):
        write_honest(folder, recipe=recipe, seeds=1)
    runs = [read_run(run) for run in find_runs(folder)]
    for run in runs:
        run.info["recipe"] = open_recipe(run.key.recipe).model_dump(mode="json")
    assert list(check_fits(runs)) == []
