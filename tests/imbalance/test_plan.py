"""A plan makes the rows asked for, from the parents it names, and refuses what cannot be."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import Plan

X = np.array([[0.0, 0.0], [4.0, 8.0], [1.0, 10.0], [2.0, 2.0], [9.0, -1.0]])
Y = np.array(["sad", "sad", "sad", "neutral", "neutral"])


def planned(rule: Any = "line", **changes: Any) -> Plan:
    """Three synthetic rows between the three sad ones, worked out by hand below."""
    fields: dict[str, Any] = {
        "kept": [0, 1, 2, 3, 4],
        "base": [0, 1, 2],
        "neighbour": [1, 2, 0],
        "gap": [0.25, 0.5, 1.0],
        "labels": ["sad", "sad", "sad"],
        "rule": rule,
    }
    return Plan.pairs(**(fields | changes))


def test_line_goes_from_base_to_neighbour() -> None:
    # (0, 0) + ¼·(4, 8);  (4, 8) + ½·(−3, 2);  (1, 10) + 1·(−1, −10)
    np.testing.assert_array_equal(planned().take(X, [5, 6, 7]), [[1.0, 2.0], [2.5, 9.0], [0.0, 0.0]])


def test_absolute_goes_up_as_equation_1_prints_it() -> None:
    # (0, 0) + ¼·(4, 8);  (4, 8) + ½·(3, 2);  (1, 10) + 1·(1, 10)
    np.testing.assert_array_equal(planned("absolute").take(X, [5, 6, 7]), [[1.0, 2.0], [5.5, 9.0], [2.0, 20.0]])


def test_norm_adds_one_length_to_every_attribute() -> None:
    # (0, 0) + ¼·‖(4, 8)‖;  (4, 8) + ½·‖(−3, 2)‖;  (1, 10) + ‖(−1, −10)‖
    lengths = [np.sqrt(80) / 4, np.sqrt(13) / 2, np.sqrt(101)]
    expected = [[0 + lengths[0]] * 2, [4 + lengths[1], 8 + lengths[1]], [1 + lengths[2], 10 + lengths[2]]]
    np.testing.assert_allclose(planned("norm").take(X, [5, 6, 7]), expected, rtol=1e-12)


def test_box_draws_a_lambda_for_each_attribute_from_the_gap() -> None:
    # NumPy's frozen stream: RandomState([high, low]) of the 53 bits of ¼ is RandomState([2**51 >> 32, 0]).
    first, second = np.random.RandomState([2**19, 0]).random_sample(2)
    assert first != second
    made = planned("box").take(X, [5])
    np.testing.assert_array_equal(made, [[4 * first, 8 * second]])


def test_box_rows_of_different_gaps_differ_and_stay_between_their_parents() -> None:
    made = planned("box", base=[0, 0, 0], neighbour=[1, 1, 1], gap=[0.25, 0.5, 0.25]).take(X, [5, 6, 7])
    assert ((made >= X[0]) & (made <= X[1])).all()
    np.testing.assert_array_equal(made[0], made[2])
    assert (made[0] != made[1]).all()


@pytest.mark.parametrize("rule", ["line", "absolute", "norm", "box"])
@pytest.mark.parametrize("shape", [(), (3,), (1, 2, 4)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_row_is_the_same_whenever_and_with_whatever_it_is_made(
    rule: str, shape: tuple[int, ...], dtype: type[np.floating[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = np.random.default_rng(1).normal(size=(5, *shape)).astype(dtype)
    plan = planned(rule)
    order = np.array([7, 0, 5, 5, 3, 6, 1])
    together = plan.take(source, order)
    assert together.dtype == dtype
    assert together.shape == (7, *shape)
    for row, made in zip(order, together, strict=True):
        np.testing.assert_array_equal(plan.take(source, [row])[0], made)
    flat = plan.take(source.reshape(5, -1), order)
    np.testing.assert_array_equal(flat, together.reshape(7, -1))
    monkeypatch.setattr("evenvoice.imbalance.plan._BLOCK_BYTES", 1)
    np.testing.assert_array_equal(plan.take(source, order[::-1]), together[::-1])


def test_kept_rows_come_first_and_are_copies() -> None:
    plan = planned(kept=[4, 2])
    assert len(plan) == 5
    assert plan.synthetic.tolist() == [False, False, True, True, True]
    np.testing.assert_array_equal(plan.take(X, [0, 1]), X[[4, 2]])
    assert plan.y(Y).tolist() == ["neutral", "sad", "sad", "sad", "sad"]
    assert plan.parents([1, 0, 2, 4]).tolist() == [[2, 2], [4, 4], [0, 1], [2, 0]]
    taken = plan.take(X, [0])
    taken[:] = 99
    assert X[4, 0] == 9


def test_no_rows_asked_for_gives_none() -> None:
    assert planned().take(X, []).shape == (0, 2)


def test_a_plan_without_synthetic_rows_takes_integers_as_they_are() -> None:
    plan = planned(base=[], neighbour=[], gap=[], labels=Y[:0])
    assert plan.take(np.arange(5), [4, 0]).tolist() == [4, 0]
    assert plan.y(Y).tolist() == Y.tolist()


def test_a_plan_cannot_be_changed_and_shares_nothing() -> None:
    base = np.array([0, 1, 2])
    plan = planned(base=base)
    base[:] = 4
    assert plan.base.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="read-only"):
        plan.base[0] = 3


def test_taking_rows_costs_those_rows_and_no_more() -> None:
    source = np.ones((400, 20_000), dtype=np.float32)
    row = source[0].nbytes
    plan = planned(base=np.arange(300), neighbour=np.arange(1, 301), gap=np.full(300, 0.5), labels=["sad"] * 300)
    peaks = []
    for rows in (np.arange(5, 15), np.arange(len(plan))):
        tracemalloc.start()
        try:
            assert plan.take(source, rows).shape == (len(rows), 20_000)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    # The result; and for each row at work, base and difference in float32, product and sum in float64.
    assert peaks[0] < 10 * row * (1 + 2 + 4) * 1.1
    # Of all rows only a few are at work at any time.
    assert peaks[1] < len(plan) * row * 2


def test_check_parents_counts_the_rows_with_a_parent_elsewhere() -> None:
    plan = planned()
    plan.check_parents([2, 1, 0])
    with pytest.raises(EvenvoiceError) as caught:
        plan.check_parents([0, 1, 3, 4])
    assert str(caught.value) == (
        "plan: 2 of 3 synthetic rows have a parent outside the 4 rows allowed, "
        "first row 6 (from 1 and 2), row 7 (from 2 and 0); balance the training part alone, after the split"
    )
    with pytest.raises(EvenvoiceError, match="3 of 3"):
        plan.check_parents([])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kept": [0, -1]}, r"plan\.kept: -1 is negative"),
        ({"kept": [0.5, 1.0]}, r"plan\.kept: float64 of shape \(2,\)"),
        ({"base": [[0, 1, 2]]}, r"plan\.base: int64 of shape \(1, 3\)"),
        ({"neighbour": [1, 2]}, r"plan\.neighbour: shape \(2,\), but plan\.base has \(3,\)"),
        ({"gap": [0.1]}, r"plan\.gap: shape"),
        ({"gap": [0.1, 1.5, 0.2]}, r"plan\.gap: a λ lies outside 0 to 1"),
        ({"gap": [0.1, np.nan, 0.2]}, r"plan\.gap: a λ lies outside 0 to 1"),
        ({"labels": ["sad"]}, r"plan\.labels: shape"),
        (
            {"rule": "curve"},
            r"plan\.maker: 'curve' is unknown; use one of line, absolute, norm, box, affine, values",
        ),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(EvenvoiceError, match=message):
        planned(**changes)


def test_a_source_that_does_not_fit_is_refused() -> None:
    plan = planned()
    for call, message in (
        (lambda: plan.take(X[:4], [0]), "X: 4 rows, but the plan refers to row 4"),
        (lambda: plan.take(np.float64(1), [0]), "X: no rows"),
        (lambda: plan.y(Y[:2]), "y: 2 rows, but the plan refers to row 4"),
        (lambda: plan.take(X.astype(int), [0]), "X: int64; a synthetic row lies between"),
        (lambda: plan.take(X, [8]), "rows: 8 is out of range; the plan has rows 0 to 7"),
        (lambda: plan.take(X, [-1]), "rows: -1 is negative"),
        (lambda: plan.take(X, [True] * 8), "rows: bool of shape"),
        (lambda: plan.parents([8]), "rows: 8 is out of range"),
    ):
        with pytest.raises(EvenvoiceError, match=message):
            call()


def test_a_parent_that_is_none_stays_none_under_other_numbers() -> None:
    plan = Plan([0, 1], [[1, -1]], [[1.0, 0.0]], ["sad"])
    assert plan.renumbered([4, 7]).made_from.tolist() == [[7, -1]]
