"""The neighbours are exact: with ties, duplicates, awkward magnitudes, groups, and in any chunk."""

from __future__ import annotations

import tracemalloc
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from evenvoice.imbalance import neighbours
from evenvoice.imbalance.neighbours import _candidates, _squared_distances, nearest_in_class
from evenvoice.imbalance.products import ALL_PAIRS, BLOCK, Products


def by_definition(
    X: NDArray[Any], k: int, groups: NDArray[Any] | None = None, mode: str | None = None
) -> NDArray[np.int64]:
    """All pairs, one after another, sorted by distance and then by number."""
    nearest = np.full((len(X), k), -1)
    for i in range(len(X)):
        others = [
            j
            for j in range(len(X))
            if j != i and (mode is None or (groups[i] == groups[j]) == (mode == "same"))  # type: ignore[index]
        ]
        others.sort(key=lambda j: (np.sum((X[i].astype(np.float64) - X[j].astype(np.float64)) ** 2), j))
        nearest[i, : len(others)] = others[:k]
    return nearest


# Small whole numbers: distances are exact in any precision, ties and duplicates are the rule.
grids = st.tuples(st.integers(2, 12), st.integers(1, 4)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=st.integers(-2, 2).map(float))
)


@given(X=grids, k=st.integers(1, 6), chunk=st.none() | st.integers(1, 5), dtype=st.sampled_from(["f4", "f8"]))
@settings(max_examples=60, deadline=None)
def test_ties_go_to_the_lower_number_and_duplicates_count(
    X: NDArray[np.float32], k: int, chunk: int | None, dtype: str
) -> None:
    np.testing.assert_array_equal(nearest_in_class(X.astype(dtype), k, chunk=chunk), by_definition(X, k))


@given(X=grids, k=st.integers(1, 4), mode=st.sampled_from(["same", "different"]), data=st.data())
@settings(max_examples=60, deadline=None)
def test_groups_bar_neighbours(
    X: NDArray[np.float32], k: int, mode: Literal["same", "different"], data: st.DataObject
) -> None:
    speakers = st.lists(st.sampled_from(["03", "08", "09"]), min_size=len(X), max_size=len(X))
    groups = np.array(data.draw(speakers))
    np.testing.assert_array_equal(
        nearest_in_class(X, k, groups=groups, mode=mode, chunk=4), by_definition(X, k, groups, mode)
    )


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(100, 420),
    d=st.integers(1, 40),
    k=st.integers(1, 6),
    prototypes=st.integers(1, 300),
    apart=st.sampled_from([0.0, 1e-7, 1e-4, 1.0]),
    dtype=st.sampled_from(["f4", "f8"]),
)
@settings(max_examples=40, deadline=None)
def test_several_blocks_leave_no_neighbour_out(
    seed: int, n: int, d: int, k: int, prototypes: int, apart: float, dtype: str
) -> None:
    """Duplicates, ties and near-ties, in more rows than one block has, against the float64 distances of all pairs."""
    random = np.random.default_rng(seed)
    X = random.integers(-2, 3, (prototypes, d))[random.integers(prototypes, size=n)].astype(dtype)
    X += (apart * random.integers(-2, 3, X.shape)).astype(dtype)
    i, j = np.nonzero(~np.eye(n, dtype=bool))
    distance = _squared_distances(X, i, j)
    expected = j[np.lexsort((j, distance, i))].reshape(n, n - 1)[:, :k]
    np.testing.assert_array_equal(nearest_in_class(X, k), expected)


@pytest.mark.parametrize(
    ("offset", "spread", "dtype"),
    [
        (1e4, 1e-1, np.float32),  # about the mean, float32 still tells these apart
        (1e30, 1e28, np.float32),  # squares overflow float32
        (0.0, 1e-30, np.float32),  # squares underflow float32
        (1e8, 1e-4, np.float64),
    ],
)
def test_awkward_magnitudes(offset: float, spread: float, dtype: type[np.floating[Any]]) -> None:
    X = (offset + spread * np.random.default_rng(0).normal(size=(60, 5))).astype(dtype)
    np.testing.assert_array_equal(nearest_in_class(X, 5), by_definition(X, 5))


def test_two_far_clouds_whose_inner_distances_drown_in_a_float32_product() -> None:
    random = np.random.default_rng(0)
    X = random.normal(size=(80, 16))
    X[::2] += 2000
    X = X.astype(np.float32)
    expected = by_definition(X, 5)
    np.testing.assert_array_equal(nearest_in_class(X, 5), expected)
    # The trap is real: the product alone gets it wrong.
    centred = X - X.mean(axis=0)
    squared = np.sum(centred**2, axis=1)
    product = squared[:, None] + squared - 2 * centred @ centred.T
    np.fill_diagonal(product, np.inf)
    assert (np.argsort(product, axis=1)[:, :5] != expected).any()


def test_tiny_differences_beside_huge_ones_survive_underflow() -> None:
    # Scaled by the two outliers, the squares of the others are float32's smallest, of a digit or two.
    X = 1e-22 * np.random.default_rng(0).normal(size=(42, 3))
    X[:2] = [[1, 1, 1], [-1, -1, -1]]
    X = X.astype(np.float32)
    np.testing.assert_array_equal(nearest_in_class(X, 5), by_definition(X, 5))


def _pairs_to_rank(X: NDArray[Any]) -> int:
    products = Products(X, np.arange(len(X)))
    return sum(len(i) for i, _, _ in _candidates(products, len(X), 5, None, None, None))


@pytest.mark.parametrize(("d", "apart", "dtype"), [(16, 0, np.float32), (2000, 0, np.float32), (16, 1e5, np.float64)])
def test_the_product_leaves_little_to_rank(d: int, apart: float, dtype: type[np.floating[Any]]) -> None:
    X = 100 + np.random.default_rng(0).normal(size=(300, d))
    X[::2] += apart
    X = X.astype(dtype)
    pairs = _pairs_to_rank(X)
    assert 300 * 5 <= pairs < 300 * 7


def test_rows_of_very_different_size_are_bounded_one_by_one() -> None:
    """Beside one huge row, a bound for all rows would rule none out."""
    X = np.random.default_rng(0).normal(size=(300, 16))
    X[:150] *= 1e-3
    X[-1] = 30
    X = X.astype(np.float32)
    pairs = _pairs_to_rank(X)
    assert 300 * 5 <= pairs < 300 * 20
    np.testing.assert_array_equal(nearest_in_class(X, 5), by_definition(X, 5))


def test_identical_rows_are_all_at_the_same_distance() -> None:
    assert nearest_in_class(np.full((5, 3), 7.0), 2).tolist() == [[1, 2], [0, 2], [0, 1], [0, 1], [0, 1]]


def test_memory_does_not_grow_with_the_square_of_the_rows() -> None:
    X = np.random.default_rng(0).normal(size=(3000, 4)).astype(np.float32)
    tracemalloc.start()
    try:
        nearest_in_class(X, 5)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # One matrix of all distances in float32.
    assert peak < 3000 * 3000 * 4 / 3


@pytest.mark.parametrize("mode", [None, "same", "different"])
def test_products_of_all_pairs_at_once_or_by_rows_find_the_same(
    mode: Literal["same", "different"] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(0)
    X = random.standard_normal((300, 40)).astype(np.float32) + 100
    X[50:60] = X[:10]
    groups = random.choice(["a", "b", "c"], 300)
    at_once = neighbours.nearest_in_class(X, 5, groups=groups, mode=mode)
    monkeypatch.setattr(neighbours, "_PRODUCT_SIZE", 300 * 64)
    assert (neighbours.nearest_in_class(X, 5, groups=groups, mode=mode) == at_once).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("d", [1, BLOCK - 1, BLOCK, 3 * BLOCK + 5])
def test_products_err_by_no_more_than_they_say(
    dtype: type[np.floating[Any]], held: bool, d: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of rows in a larger table, near one another and far from the origin, against extended precision."""
    monkeypatch.setattr("evenvoice.imbalance.products.ALL_PAIRS", ALL_PAIRS if held else 0)
    random = np.random.default_rng(d)
    table = (50 + 1e-2 * random.normal(size=(400, d))).astype(dtype)
    table[::7] += 3
    rows = np.sort(random.choice(400, 150, replace=False))
    products = Products(table, rows)
    nearness = np.empty((150, 150), products.squared.dtype)
    for start in range(0, 150, 64):
        products.nearness(start, nearness[start : start + 64])
    X = table[rows].astype(np.longdouble)
    true = ((X[:, None] - X) ** 2).sum(axis=2)
    np.fill_diagonal(true, -1)  # a row itself comes first, and is left out
    # |a|² is the same for all candidates of a row: it cancels between two of them.
    first, *others = np.argsort(true, axis=1)[:, 1:8].T
    each = np.arange(150)
    for other in others:
        found = 2 * (nearness[each, first].astype(np.longdouble) - nearness[each, other])
        wrong = np.abs(found - (true[each, other] - true[each, first]))
        own, larger = products.squared, np.maximum(products.squared[first], products.squared[other])
        assert (wrong <= 2 * products.error(own, larger)).all()


@pytest.mark.parametrize("held", [True, False])
def test_rows_of_a_table_are_as_if_they_were_alone(held: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenvoice.imbalance.products.ALL_PAIRS", ALL_PAIRS if held else 0)
    random = np.random.default_rng(3)
    X = random.integers(-2, 3, (500, 300)).astype(np.float32)
    rows = random.permutation(500)[:260]
    np.testing.assert_array_equal(nearest_in_class(X, 5, rows=rows), nearest_in_class(X[rows], 5))
    np.testing.assert_array_equal(nearest_in_class(X, 5, rows=rows), by_definition(X[rows], 5))
