"""What a sampling strategy asks of each sampler, and the refusals where it cannot be met."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import SAMPLERS, Sampler, draw_plan, make_sampler
from evenvoice.imbalance.samplers.cleaning import Cleaning
from evenvoice.testing.data import training_set
from tests.imbalance.quick import QUICK

WITH_STRATEGY = [name for name in SAMPLERS.shipped if hasattr(SAMPLERS[name], "sampling_strategy")]
CLEANS = {name for name in WITH_STRATEGY if issubclass(SAMPLERS[name], Cleaning)}
OVER = {name for name in WITH_STRATEGY if SAMPLERS[name].sampling_strategy == "not majority"}
# What they take from classes is not what the strategy names: SMOTE's rows among others, rows in a sphere.
ALSO_CLEAN = {"smote-tomek", "smote-enn", "rb-ccr"}


def _with_strategy(name: str, strategy: Any) -> Sampler:
    return make_sampler(name, sampling_strategy=strategy, **QUICK.get(name, {}))


@pytest.mark.parametrize("name", WITH_STRATEGY)
def test_rows_of_classes_that_are_not_named_stay(name: str) -> None:
    X, y, speakers = training_set((2, 3))
    had = dict(zip(*np.unique(y, return_counts=True), strict=True))
    one = "happy" if name in OVER else "neutral"
    plan = draw_plan(_with_strategy(name, ["neutral"] if name in CLEANS else {one: 60}), X, y, speakers, seed=1)
    kept = np.unique(y[plan.kept], return_counts=True)
    others = {label: count for label, count in zip(*kept, strict=True) if label != one}
    if name not in ALSO_CLEAN:
        assert others == {label: count for label, count in had.items() if label != one}
        assert plan.times(len(y)).max() <= (1 if name != "random-over" else len(y))
    assert set(plan.labels.tolist()) <= ({one} if name not in {"rb-ccr"} else set(had))
    after = np.count_nonzero(plan.y(y) == one)
    assert after == pytest.approx(60, abs=6 if name in {"kmeans-smote", "adasyn", "kalman-smote"} else 0) or (
        name in CLEANS | ALSO_CLEAN | {"nearmiss-3", "instance-hardness"}  # as many rows as their rule leaves
    )


@pytest.mark.parametrize("name", WITH_STRATEGY)
def test_targets_that_cannot_be_met_are_refused_with_class_and_size(name: str) -> None:
    X, y, speakers = training_set((3,))
    wrong: list[tuple[Any, str]] = [({"sad": 20}, r"class 'sad' is not in y; the classes are 'angry', 'happy', 'neu")]
    if name in CLEANS:
        wrong = [(["sad"], wrong[0][1])]
    elif name in OVER:
        wrong.append(({"happy": 35}, r"class 'happy' → 35, but it has 36 rows and .* removes none; give .* 36 or more"))
    else:
        wrong.append(({"happy": 37}, r"class 'happy' → 37, but it has 36 rows and .* adds none; give .* 1 to 36"))
        wrong.append(({"happy": 0}, r"class 'happy' → 0, but it has 36 rows"))
    for strategy, message in wrong:
        with pytest.raises(EvenvoiceError, match=message):
            draw_plan(_with_strategy(name, strategy), X, y, speakers)
    for strategy in ("most", 0, 1.5, -1, None, True, float("nan")):
        with pytest.raises(EvenvoiceError, match="sampling_strategy"):
            _with_strategy(name, strategy)


@pytest.mark.parametrize("name", SAMPLERS.shipped)
def test_a_refusal_names_class_size_and_remedy(name: str) -> None:
    """Where a class is too small, or is left without rows."""
    sampler = make_sampler(name, **QUICK.get(name, {}))
    for sizes in ((12, 1), (12, 2), (12, 5), (3, 2)):
        y = np.repeat(["neutral", "sad"], sizes)
        X = np.random.default_rng(0).normal(size=(len(y), 3)).astype(np.float32)
        try:
            draw_plan(sampler, X, y, np.arange(len(y)) % 2)
        except EvenvoiceError as error:
            text = str(error)
            assert re.search(r"class '(sad|neutral)'", text), text
            assert re.search(rf"\b({sizes[0]}|{sizes[1]})\b", text), text
            assert re.search(r"; (use|add|give) ", text), text
