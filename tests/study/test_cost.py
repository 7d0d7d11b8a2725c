"""What is said of the cost before a study starts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from evenvoice.recipes import open_recipe
from evenvoice.study import cost
from evenvoice.training.loop import PlannedRows


def test_a_sequence_is_timed_with_utterances_as_long_as_the_corpus_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """A front end that shows up to 10.3 s, in 100 frames, of utterances of 1.03 s, 5.15 s or 20 s."""
    seen: list[NDArray[np.float32]] = []

    def train(network: Any, rows: PlannedRows, *_: Any) -> None:
        seen.append(rows.images)

    monkeypatch.setattr(cost, "train_network", train)
    monkeypatch.setattr(cost, "ENOUGH", 0)
    cost.rows_per_second(open_recipe("bilstm-attention"), 4, [1.03, 5.15, 20])
    own = seen[0][:, 0, -1]
    assert own.shape == (100, 100)
    assert set(own.sum(axis=1)) == {11, 51, 100}
    assert (np.diff(own, axis=1) <= 0).all()
    assert (seen[0][:, 0, :-1][np.broadcast_to(own[:, np.newaxis] == 0, (100, 34, 100))] == 0).all()


@pytest.mark.parametrize(
    ("recipe", "changes", "rows"),
    [
        ("2dcnn", {}, 0.8 * 120),
        ("smote-2dcnn", {}, 0.8 * 200),
        ("weighted-2dcnn", {}, 0.8 * 120),
        ("smote-2dcnn", {"training": {"validation_share": 0.25}}, 0.6 * 200),
    ],
)
def test_rows_of_an_epoch(recipe: str, changes: dict[str, Any], rows: float) -> None:
    emotions = pd.Series(["angry"] * 100 + ["sad"] * 20)
    assert cost.rows_after_balancing(open_recipe(recipe, changes), emotions, 0.8) == pytest.approx(rows)
