"""Linear classifiers of many rows: block by block as of a whole, in memory or mapped from a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from evenvoice.models.classical import Discriminant, LinearFusion, Logistic, row_blocks
from evenvoice.models.estimator import Estimator

RANDOM = np.random.default_rng(0)
Y = RANDOM.integers(0, 3, 400)
X = (RANDOM.normal(size=(400, 1, 4, 5)) + Y[:, None, None, None]).astype(np.float32)


def fitted(kind: type[Estimator], rows: npt.NDArray[np.float32], weights: npt.NDArray[np.float32] | None) -> Estimator:
    model = kind((1, 4, 5), 3)
    model.fit(rows, Y, class_weights=weights)
    return model


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_blocks, "_MOST_AT_ONCE", 0)
    monkeypatch.setattr(row_blocks, "_BLOCK", 37 * 4 * 20)  # 37 rows of 20 numbers


@pytest.mark.parametrize("kind", [Discriminant, LinearFusion, Logistic])
@pytest.mark.parametrize("weights", [None, np.float32([0.5, 2, 1])], ids=["plain", "weighted"])
def test_block_by_block_is_as_a_whole(
    kind: type[Estimator],
    weights: npt.NDArray[np.float32] | None,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    whole = fitted(kind, X, weights)
    request.getfixturevalue("small_blocks")
    blocks = list(row_blocks.row_blocks(X))
    assert len(blocks) == 11
    assert np.concatenate([np.arange(400)[block] for block in blocks]).tolist() == list(range(400))
    np.save(tmp_path / "rows.npy", X)
    for rows in (X, np.load(tmp_path / "rows.npy", mmap_mode="r")):
        model = fitted(kind, rows, weights)
        for name, values in whole.learned().items():
            np.testing.assert_allclose(model.learned()[name], values, rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(model.probabilities(X), whole.probabilities(X), atol=1e-4)


def test_what_someone_wrote_to_a_private_map_stays(small_blocks: None, tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", np.zeros_like(X))
    rows = np.load(tmp_path / "rows.npy", mmap_mode="c")
    rows[:] = X
    fitted(Logistic, rows, None)
    np.testing.assert_array_equal(rows, X)
