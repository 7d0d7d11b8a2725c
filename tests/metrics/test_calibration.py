"""Calibration measures worked by hand, and temperatures that are known."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.special import softmax
from sklearn.metrics import log_loss as reference_log_loss

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics.calibration import (
    TEMPERATURES,
    TINY,
    brier,
    ece,
    fit_temperature,
    log_loss,
    reliability,
    with_temperature,
)

LABELS = ("angry", "happy", "sad")


def _table(truth: list[str], probabilities: list[list[float]]) -> pd.DataFrame:
    values = np.array(probabilities)
    columns = {"emotion": truth, "predicted": [LABELS[number] for number in values.argmax(axis=1)]}
    return pd.DataFrame(columns | {f"p:{label}": values[:, number] for number, label in enumerate(LABELS)})


HAND = _table(
    ["angry", "angry", "sad", "happy"], [[0.5, 0.25, 0.25], [0.25, 0.75, 0.0], [0.0, 0.0, 1.0], [0.25, 0.5, 0.25]]
)


def test_log_loss_worked_by_hand_and_against_scikit_learn() -> None:
    assert log_loss(HAND, LABELS) == pytest.approx((math.log(2) + math.log(4) + 0 + math.log(2)) / 4)
    reference = reference_log_loss(HAND["emotion"], HAND[["p:angry", "p:happy", "p:sad"]].to_numpy(), labels=LABELS)
    assert log_loss(HAND, LABELS) == pytest.approx(reference)


def test_log_loss_of_a_sure_mistake_is_finite() -> None:
    assert log_loss(_table(["sad"], [[1.0, 0.0, 0.0]]), LABELS) == pytest.approx(-math.log(TINY))


def test_the_labels_order_is_not_the_columns_order() -> None:
    turned = ("sad", "angry", "happy")
    assert log_loss(HAND, turned) == pytest.approx(log_loss(HAND, LABELS))
    assert brier(HAND, turned) == pytest.approx(brier(HAND, LABELS))


def test_brier_worked_by_hand() -> None:
    # Utterance by utterance: ½² + ¼² + ¼², then 2 · ¾², then 0, then ¼² + ½² + ¼².
    assert brier(HAND, LABELS) == pytest.approx((0.375 + 1.125 + 0 + 0.375) / 4)
    assert brier(_table(["sad"], [[1.0, 0.0, 0.0]]), LABELS) == 2.0


def test_ece_worked_by_hand() -> None:
    # Four bins own their right edges: 0.5 and 0.5 lie in (0.25, 0.5] and are right, 0.75 in (0.5, 0.75] and is wrong,
    # 1.0 in (0.75, 1] and is right.
    assert ece(HAND, LABELS, bins=4) == pytest.approx((2 * 0.5 + 0.75 + 0) / 4)
    # In one bin: three of four right, mean confidence 2.75 / 4.
    assert ece(HAND, LABELS, bins=1) == pytest.approx(0.75 - 2.75 / 4)


@pytest.mark.parametrize("bins", [10, 15, 49])
def test_a_bin_owns_its_right_edge_whatever_the_rounding(bins: int) -> None:
    """0.7 * 10 is 7.000000000000001 and 49 * (1 / 49) is below 1: edges must be quotients."""
    edges = [number / bins for number in range(1, bins + 1)]
    table = pd.DataFrame({"emotion": "sad", "predicted": "sad", "p:sad": edges})
    diagram = reliability(table, ["sad"], bins=bins)
    assert diagram["n"].to_list() == [1] * bins
    assert [bin_.right for bin_ in diagram.index] == edges


def test_reliability_worked_by_hand() -> None:
    diagram = reliability(HAND, LABELS, bins=4)
    assert [(bin_.left, bin_.right) for bin_ in diagram.index] == [(0.25, 0.5), (0.5, 0.75), (0.75, 1.0)]
    assert diagram["confidence"].to_list() == [0.5, 0.75, 1.0]
    assert diagram["accuracy"].to_list() == [1.0, 0.0, 1.0]
    assert diagram["n"].to_list() == [2, 1, 1]
    # Wilson's interval for 2 of 2: its upper end is 1, its lower end n / (n + z²), z = 1.959964.
    assert diagram["low"].iloc[0] == pytest.approx(2 / (2 + 1.959964**2), abs=1e-6)
    assert diagram["high"].iloc[0] == pytest.approx(1.0)


def test_ece_is_the_diagrams_mean_gap() -> None:
    rng = np.random.default_rng(0)
    table = _table(list(rng.choice(LABELS, 300)), rng.dirichlet([1, 1, 1], 300).tolist())
    diagram = reliability(table, LABELS, bins=15)
    gaps = (diagram["accuracy"] - diagram["confidence"]).abs()
    assert ece(table, LABELS) == pytest.approx((gaps * diagram["n"]).sum() / 300)


def _simulated(temperature: float, rows: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that are wrong by a known temperature, and truths drawn from the right ones."""
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (rows, 4))
    truth = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)  # a draw from softmax(logits)
    return softmax(logits * temperature, axis=1), truth


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5, 6.0])
def test_a_known_temperature_is_recovered(temperature: float) -> None:
    assert fit_temperature(*_simulated(temperature)) == pytest.approx(temperature, rel=0.06)


def test_no_other_temperature_has_a_lower_loss() -> None:
    probabilities, truth = _simulated(3.0, rows=200)

    def loss(temperature: float) -> float:
        return reference_log_loss(truth, with_temperature(probabilities, temperature))

    best = fit_temperature(probabilities, truth)
    assert loss(best) <= min(loss(other) for other in np.geomspace(*TEMPERATURES, 400)) + 1e-9


def test_where_every_answer_is_right_the_search_ends_at_its_bound() -> None:
    assert fit_temperature([[0.6, 0.4], [0.3, 0.7]], [0, 1]) == pytest.approx(TEMPERATURES[0], rel=1e-3)
    assert fit_temperature([[0.6, 0.4], [0.3, 0.7]], [1, 0]) == pytest.approx(TEMPERATURES[1], rel=1e-3)


def test_temperature_lowers_the_error_of_a_sure_system() -> None:
    probabilities, truth = _simulated(5.0)
    mended = with_temperature(probabilities, fit_temperature(probabilities, truth))
    labels = [*"abcd"]
    tables = [
        pd.DataFrame({f"p:{label}": values[:, number] for number, label in enumerate(labels)}).assign(
            emotion=[labels[answer] for answer in truth],
            predicted=[labels[answer] for answer in values.argmax(axis=1)],
        )
        for values in (probabilities, mended)
    ]
    before, after = (ece(table, labels) for table in tables)
    assert before > 0.1
    assert after < 0.03


@given(
    arrays.arrays(float, st.tuples(st.integers(1, 5), st.integers(2, 6)), elements=st.floats(-8, 8, width=16)),
    st.floats(*TEMPERATURES),
)
def test_temperature_never_changes_an_answer(logits: np.ndarray, temperature: float) -> None:
    probabilities = softmax(logits, axis=1)
    mended = with_temperature(probabilities, temperature)
    np.testing.assert_allclose(mended.sum(axis=1), 1)
    # The same order, emotion by emotion, but for ties: what is greater is not less afterwards.
    above = probabilities[:, :, None] > probabilities[:, None, :]
    assert (mended[:, :, None] >= mended[:, None, :])[above].all()
    top = np.sort(probabilities, axis=1)
    clear = top[:, -1] > top[:, -2] * (1 + 1e-9)
    assert (mended.argmax(axis=1) == probabilities.argmax(axis=1))[clear].all()


def test_a_temperature_of_one_changes_nothing_and_zero_is_allowed() -> None:
    values = [[0.7, 0.2, 0.1], [1.0, 0.0, 0.0]]
    np.testing.assert_allclose(with_temperature(values, 1.0), values, atol=1e-15)
    assert np.isfinite(with_temperature(np.array(values, np.float32), 20.0)).all()


@pytest.mark.parametrize(
    ("probabilities", "truth", "message"),
    [
        (np.empty((0, 3)), [], "found shape .0, 3.; expected .n, emotions. with at least one row"),
        ([0.5, 0.5], [0], "found shape .2,."),
        ([[0.5, 0.5], [np.nan, 0.5]], [0, 0], r"row 1: found \[nan, 0.5\]; expected numbers from 0 to 1"),
        ([[3.0, -1.0]], [0], "row 0: .*not logits"),
        ([[np.inf, 0.0]], [0], r"row 0: found \[inf, 0.0\]"),
        ([[0.5, 0.5]], [0, 1], r"truth: found int64 of shape \(2,\); expected .* each of 1 rows"),
        ([[0.5, 0.5]], [0.0], r"truth: found float64"),
        ([[0.5, 0.5]], [2], "truth: found 2 to 2; expected columns 0 to 1"),
        ([[0.5, 0.5]], [-1], "truth: found -1 to -1"),
    ],
)
def test_what_cannot_be_fitted_is_one_clear_line(probabilities, truth, message: str) -> None:
    with pytest.raises(EvenvoiceError, match=message):
        fit_temperature(probabilities, truth)


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan, math.inf])
def test_a_temperature_is_above_zero(temperature: float) -> None:
    with pytest.raises(EvenvoiceError, match=r"temperature: found .*; expected a number above zero"):
        with_temperature([[0.5, 0.5]], temperature)


@pytest.mark.parametrize("measure", [log_loss, brier, ece, reliability])
@pytest.mark.parametrize(
    ("table", "message"),
    [
        (HAND.iloc[:0], "no rows"),
        (HAND.drop(columns="p:sad"), "no column 'p:sad'"),
        (HAND.replace({"emotion": {"sad": "bored"}}), "row 2: found emotion 'bored'.*; expected one of angry"),
        (HAND.assign(**{"p:sad": [0.25, np.nan, 1, 0.25]}), "row 1: found emotion 'angry' with .*nan"),
    ],
)
def test_a_table_that_cannot_be_measured_is_one_clear_line(measure, table: pd.DataFrame, message: str) -> None:
    with pytest.raises(EvenvoiceError, match=message):
        measure(table, LABELS)


def test_no_bins_are_refused() -> None:
    with pytest.raises(EvenvoiceError, match="bins: found 0; expected at least one"):
        ece(HAND, LABELS, bins=0)
