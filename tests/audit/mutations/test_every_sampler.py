"""No false alarm: a run with any way to handle imbalance is clean: sampler, loss, decision, way of training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evenvoice.audit.run import audit_run
from evenvoice.bench.methods import TRAINING, open_method
from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import DECISIONS, LOSSES, SAMPLERS
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.study import evaluate
from tests.audit.mutations.conftest import noise_corpus

# Few rows of each emotion: as many neighbours as there are.
FEW: dict[str, dict[str, Any]] = {
    **{key: {"k_neighbors": 2} for key in ("smote", "kalman-smote", "deepsmote")},
    **{key: {"k_neighbors": 2, "m_neighbors": 3} for key in ("borderline-smote-1", "borderline-smote-2", "svm-smote")},
    "kmeans-smote": {"k_neighbors": 1, "kmeans_estimator": 2, "cluster_balance_threshold": 0.0},
    "adasyn": {"n_neighbors": 3},
    "instance-hardness": {"n_estimators": 3, "cv": 2},
    "annealing-under": {"iterations": 3},
    "genetic-ratio": {"population": 2, "generations": 1},
    "three-player-gan": {"steps": 3},
}
# Of noise, cleaning may leave nothing of a class, and says so.
CLEANING = {"enn", "repeated-enn", "all-knn", "smote-enn", "neighbourhood-cleaning", "instance-hardness"}


def _recipe(name: str, **training: Any) -> Recipe:
    options = {"steps": 3, **FEW[name]} if name == "deepsmote" else FEW.get(name, {})
    balance = {"name": name, "options": options}
    return open_recipe("2dcnn", {"name": f"2dcnn-{name}", "balance": balance, "training": {"epochs": 1, **training}})


@pytest.mark.long
def test_no_sampler_is_called_a_leak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenvoice.study.cost.rows_per_second", lambda *_: 100.0)
    (tmp_path / "corpus").mkdir()
    corpus = noise_corpus(tmp_path / "corpus", 5, (7, 3, 7, 7))
    recipes = [_recipe(name) for name in SAMPLERS.shipped]
    again = _recipe("none", retrain={"balance": ["eos", "deepsmote"], "epochs": 2})
    recipes.append(again.model_copy(update={"name": "2dcnn-again"}))
    refused = set()
    for recipe in recipes:
        out = tmp_path / recipe.name
        try:
            evaluate(corpus, [recipe], ["speaker-folds"], out=out, jobs=1)
        except EvenvoiceError:
            refused.add(recipe.name.removeprefix("2dcnn-"))
            continue
        findings = audit_run(out).findings
        assert [(finding.kind.code, finding.message, finding.evidence) for finding in findings] == []
    assert refused <= CLEANING


# Retraining with SMOTE needs six rows of each class, and a training part here has fewer; EOS takes what there is.
OTHERS = [
    *(name for name in LOSSES.shipped if name != "cross-entropy"),
    *(name for name in DECISIONS.shipped if name != "none"),
    *(name for name in TRAINING if name not in ("shuffled", "retrain-smote")),
]


@pytest.mark.long
def test_no_loss_decision_or_way_of_training_is_called_a_leak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenvoice.study.cost.rows_per_second", lambda *_: 100.0)
    (tmp_path / "corpus").mkdir()
    corpus = noise_corpus(tmp_path / "corpus", 5, (7, 3, 7, 7))
    base = open_recipe("2dcnn", {"training": {"epochs": 1, "validation_share": 0.3}})
    for name in OTHERS:
        evaluate(corpus, [open_method(name).of(base)], ["speaker-folds"], out=tmp_path / name, jobs=1)
        findings = audit_run(tmp_path / name).findings
        assert [(finding.kind.code, finding.message, finding.evidence) for finding in findings] == []
