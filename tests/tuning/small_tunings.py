"""Tunings on fabricated features that take a moment each, and open no test part."""

from __future__ import annotations

import dataclasses
import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evenvoice.corpora import Corpus
from evenvoice.protocols import make_folds, open_protocol
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.training import Dataset
from evenvoice.tuning import Tuning, objective, tune
from tests import fabricate

run = importlib.import_module("evenvoice.tuning.run")
cost = importlib.import_module("evenvoice.tuning.cost")

TABLE = fabricate.utterances(n_speakers=5, per_emotion=(3, 2, 3, 3))
EXAMPLES = fabricate.examples(TABLE)
TESTED = make_folds(open_protocol("speaker-folds"), TABLE, seed=0)[0].test
SMALL = {"name": "small", "shape": {"name": "mean"}, "model": {"options": {"filters": 8, "dense_units": 8}}}
RATES = {"low": 1e-4, "high": 1e-2, "log": True}
NO_SEARCH = dict.fromkeys(open_recipe("smote-2dcnn").search)


def corpus_of(table: pd.DataFrame) -> Corpus:
    files = [f"/nowhere/{utterance}.wav" for utterance in table.index]
    return Corpus("noise", table.assign(file=files), "CC0-1.0", labels=fabricate.EMOTIONS)


def recipe_of(search: dict[str, Any], epochs: int = 2, k: int = 2, **training: Any) -> Recipe:
    changes = {"training": {"epochs": epochs, **training}, "balance": {"options": {"k_neighbors": k}}}
    return open_recipe("smote-2dcnn", {**SMALL, **changes, "search": {**NO_SEARCH, **search}})


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of known speed, and no test part to open: `tests/cli/test_tune.py` opens one."""
    monkeypatch.setattr(cost, "rows_per_second", lambda *_: 100.0)
    monkeypatch.setattr(cost, "duration", lambda _: 2.0)
    monkeypatch.setattr(run, "evaluate", lambda *_, **__: None)
    answer_loads(monkeypatch, EXAMPLES)


def answer_loads(monkeypatch: pytest.MonkeyPatch, examples: Dataset) -> list[set[str]]:
    """Answer every loading of a corpus with these features; return the utterances asked for, call by call."""
    asked: list[set[str]] = []
    places = {utterance: row for row, utterance in enumerate(examples.ids)}

    def load(corpus: Corpus, recipes: object, **_: object) -> tuple[Corpus, Dataset]:
        asked.append(set(corpus.table.index))
        loaded = examples.take(np.array([places[utterance] for utterance in corpus.table.index]))
        return corpus, dataclasses.replace(loaded, emotions=corpus.table["emotion"].to_numpy(str))

    for module in (run, objective):
        monkeypatch.setattr(module, "load_for", load)
    return asked


def tuned(out: Path, recipe: Recipe, trials: int = 4, corpus: Corpus | None = None, **options: Any) -> Tuning:
    arguments = {"inner_folds": 2, "jobs": 1, **options}
    return tune(corpus or corpus_of(TABLE), recipe, trials=trials, out=out, **arguments)


def outcome(tuning: Tuning) -> list[tuple[Any, ...]]:
    """What a trial came to, without its time and number."""
    return [(t.state, t.ua, t.settings, t.own) for t in tuning.trials if t.state != "interrupted"]
