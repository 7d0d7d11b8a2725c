"""What a plug-in does wrong in a run is refused by name, or marks the run LEAKY."""

from __future__ import annotations

import dataclasses
import threading
from typing import ClassVar

import numpy as np
import pytest
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import NoBalancing, Plan
from evenvoice.models.classical.knn import KNN
from evenvoice.models.cnn2d import CNN2D
from evenvoice.protocols import Promise, make_folds, open_protocol
from evenvoice.protocols.splits import Paper
from evenvoice.recipes import open_recipe
from evenvoice.study.fold import FoldResult, balanced_pool
from evenvoice.study.guards import marked
from tests import fabricate
from tests.one_fold import run_fold

TABLE = fabricate.utterances()
EXAMPLES = fabricate.examples(TABLE)


def _run(recipe: str, sampler: str = "none", protocol: str = "speaker-folds") -> FoldResult:
    settings = {"training": {"epochs": 1}, "balance": {"name": sampler}}
    the_protocol = open_protocol(protocol)
    fold = make_folds(the_protocol, TABLE, seed=0)[0]
    return run_fold(open_recipe(recipe, settings), the_protocol, fold, TABLE, EXAMPLES, fabricate.EMOTIONS, seed=0)


def test_a_sampler_that_writes_to_the_features_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def plan(self: NoBalancing, X: np.ndarray, y: np.ndarray, groups: object = None, seed: int = 0) -> Plan:
        X[:] = 0
        return Plan(kept=np.arange(len(y)))

    monkeypatch.setattr(NoBalancing, "plan", plan)
    with pytest.raises(EvenvoiceError, match=r"sampler NoBalancing: it writes to X or y"):
        _run("2dcnn")


@pytest.mark.parametrize("method", ["fit", "probabilities"])
def test_a_model_that_writes_to_the_features_is_refused(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = getattr(KNN, method)

    def writes(self: KNN, X: np.ndarray, *args: object, **options: object) -> object:
        X -= X.mean()
        return whole(self, X, *args, **options)

    monkeypatch.setattr(KNN, method, writes)
    with pytest.raises(EvenvoiceError, match=r"model (knn|KNN) writes to the features"):
        _run("knn")


@pytest.mark.parametrize(("recipe", "variant"), [("2dcnn", "training"), ("2dcnn", "speaker"), ("knn", "training")])
def test_a_model_that_uses_its_batch_is_counted_and_marked(
    recipe: str, variant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statistics of the rows that it is asked about: test rows teach it about test rows."""
    forward, probabilities = CNN2D.forward, KNN.probabilities
    monkeypatch.setattr(CNN2D, "forward", lambda self, X: forward(self, X) - forward(self, X).mean(0) * 0.5)
    monkeypatch.setattr(KNN, "probabilities", lambda self, X: probabilities(self, X - X.mean(axis=0)))
    settings = {"training": {"epochs": 3}, "normalise": variant}
    protocol = open_protocol("speaker-folds")
    fold = make_folds(protocol, TABLE, seed=0)[0]
    result = run_fold(open_recipe(recipe, settings), protocol, fold, TABLE, EXAMPLES, fabricate.EMOTIONS, seed=0)
    assert result.leaks["predictions_that_depend_on_other_test_rows"] > 0
    assert marked(protocol.promise, result.leaks).leaky


@dataclasses.dataclass(frozen=True)
class Unmarked(Paper):
    """Balances first and does not say so."""

    promise: ClassVar[Promise] = Promise("a stratified random split")


@pytest.mark.parametrize("sampler", ["none", "smote"])
def test_balancing_first_is_marked_whatever_the_protocol_says(sampler: str) -> None:
    """Without synthetic rows, too: the normaliser saw every test row."""
    recipe = open_recipe("2dcnn", {"training": {"epochs": 1}, "balance": {"name": sampler}})
    protocol = Unmarked()
    pool = balanced_pool(recipe, TABLE, EXAMPLES, seed=0)
    (fold,) = make_folds(protocol, pool.table, seed=0)
    result = run_fold(recipe, protocol, fold, TABLE, EXAMPLES, fabricate.EMOTIONS, seed=0)
    assert result.leaks["test_rows_seen_by_a_step"] > 0
    promise = marked(protocol.promise, result.leaks)
    assert promise.leaky
    assert promise.words.startswith("LEAKY: ")
    assert promise.words.endswith("; else a stratified random split")


@pytest.mark.parametrize("recipe", ["2dcnn", "knn", "svm"])
def test_an_honest_run_has_no_leak(recipe: str) -> None:
    leaks = _run(recipe).leaks
    assert set(leaks.values()) == {0}
    assert len(leaks) == 5


class KeepsItsFirstBatch(CNN2D):
    """What it is asked first moves every later answer: asked again, it answers as before."""

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        logits = super().forward(X)
        if not self.training:
            self.first = getattr(self, "first", logits.mean(dim=0))
            logits = logits - 2 * self.first
        return logits


class KeepsItsFirstRows(KNN):
    """The same of a classical classifier."""

    name = "keeps-its-first-rows"

    def _probabilities(self, X: np.ndarray) -> np.ndarray:
        found = super()._probabilities(X)
        self.first = getattr(self, "first", found[0])
        return 0.5 * (found + self.first)


class KeepsALock(CNN2D):
    """What cannot be copied."""

    def __init__(self, input_shape: tuple[int, int, int], n_classes: int) -> None:
        super().__init__(input_shape, n_classes)
        self.lock = threading.Lock()


@pytest.mark.parametrize("normalise", ["training", "speaker"])
@pytest.mark.parametrize(("recipe", "model"), [("2dcnn", "KeepsItsFirstBatch"), ("knn", "KeepsItsFirstRows")])
def test_a_model_that_keeps_its_first_test_batch_is_counted(recipe: str, model: str, normalise: str) -> None:
    changes = {"training": {"epochs": 3}, "normalise": normalise, "model": {"name": f"{__name__}:{model}"}}
    assert _own(recipe, changes).leaks["predictions_that_depend_on_other_test_rows"] > 0


def test_a_model_that_cannot_be_copied_is_said() -> None:
    with pytest.warns(UserWarning, match="cannot be copied .*; if it keeps its first test batch, that is not seen"):
        result = _own("2dcnn", {"training": {"epochs": 1}, "model": {"name": f"{__name__}:KeepsALock"}})
    assert result.leaks["predictions_that_depend_on_other_test_rows"] == 0


def _own(recipe: str, changes: dict[str, object]) -> FoldResult:
    protocol = open_protocol("speaker-folds")
    fold = make_folds(protocol, TABLE, seed=0)[0]
    return run_fold(open_recipe(recipe, changes), protocol, fold, TABLE, EXAMPLES, fabricate.EMOTIONS, seed=0)
