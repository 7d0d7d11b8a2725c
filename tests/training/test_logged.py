"""Epochs as they come: one run, and curves of its own for each network that is fitted."""

from __future__ import annotations

from evenvoice.recipes import open_recipe
from evenvoice.training.logged import logging_epochs
from tests.study.test_logged import Memory


def test_each_fit_after_the_first_has_its_own_curves() -> None:
    memory, said = Memory(), list[str]()
    with logging_epochs([memory], open_recipe("2dcnn"), "demo", 3, said.append) as log:
        for epoch in (1, 2, 1):
            log({"epoch": epoch, "train_loss": epoch / 2})
    [(name, run)] = memory.runs.items()
    assert name.startswith("2dcnn-20")
    assert (run["about"]["corpus"], run["about"]["fit_seed"], run["about"]["model.name"]) == ("demo", 3, "2dcnn")
    assert run["rows"] == [(1, {"train/loss": 0.5}), (2, {"train/loss": 1.0}), (1, {"2/train/loss": 0.5})]


def test_a_logger_that_fails_costs_no_fit() -> None:
    said = list[str]()
    with logging_epochs([Memory(fails="2dcnn")], open_recipe("2dcnn"), "demo", 3, said.append) as log:
        log({"epoch": 1, "train_loss": 0.5})
        log({"epoch": 2, "train_loss": 0.5})
    assert said == ["warning: no server. The training goes on without it"]
