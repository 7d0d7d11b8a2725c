"""Two plans in a row are one plan over the first source, with the same rows and the true parents."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import SMOTE, Plan, draw_plan, make_chain, make_sampler
from evenvoice.testing.data import training_set

X = np.array([[0.0, 0.0], [4.0, 8.0], [1.0, 10.0], [2.0, 2.0], [9.0, -1.0]])
Y = np.array(["sad", "sad", "sad", "neutral", "neutral"])
FIRST = Plan.pairs([0, 1, 2, 3, 4], base=[0, 1], neighbour=[1, 2], gap=[0.25, 0.5], labels=["sad", "sad"])


def rows(plan: Plan, source: Any = X) -> Any:
    return plan.take(source, np.arange(len(plan)))


def test_a_line_between_lines_multiplies_their_weights() -> None:
    # Row 5 is ¾ x0 + ¼ x1, row 6 ½ x1 + ½ x2; a fifth of the way from 5 to 6 is 0.6 x0 + 0.2 x1 + 0.1 x1 + 0.1 x2.
    second = Plan.pairs([0, 3, 5], base=[5], neighbour=[6], gap=[0.2], labels=["sad"])
    plan = FIRST.then(second)
    assert plan.kept.tolist() == [0, 3]
    assert plan.made_from.tolist() == [[0, 1, -1, -1], [0, 1, 1, 2]]
    np.testing.assert_allclose(plan.weights, [[0.75, 0.25, 0, 0], [0.6, 0.2, 0.1, 0.1]])
    assert plan.maker == "line"
    np.testing.assert_allclose(rows(plan), rows(second, rows(FIRST)), rtol=1e-12)
    assert plan.y(Y).tolist() == ["sad", "neutral", "sad", "sad"]


def test_rows_that_weights_cannot_say_are_stored() -> None:
    second = Plan.pairs([0], base=[5, 0], neighbour=[6, 1], gap=[0.2, 0.5], labels=["sad", "sad"], rule="box")
    with pytest.raises(EvenvoiceError, match="pass the first plan's rows as features"):
        FIRST.then(second)
    plan = FIRST.then(second, rows(FIRST))
    # The second row is a box of source rows, which is said as it is.
    assert plan.makers.tolist() == ["values", "box"]
    assert sorted(plan.made_from[0].tolist()) == [0, 1, 1, 2]
    np.testing.assert_array_equal(rows(plan), rows(second, rows(FIRST)))


def test_an_affine_row_stays_affine() -> None:
    first = Plan([0, 1], [[0, 1]], [[1.5, -0.5]], ["sad"], "affine")  # type: ignore[arg-type]
    second = Plan.pairs([0, 1], base=[2], neighbour=[0], gap=[0.5], labels=["sad"])
    plan = first.then(second)
    assert plan.maker == "affine"
    np.testing.assert_allclose(rows(plan)[-1], 0.5 * (1.5 * X[0] - 0.5 * X[1]) + 0.5 * X[0])


def test_stored_and_perturbed_rows_pass_through() -> None:
    makers = ["values", "waveform:speed:0.9"]
    first = Plan([0, 4], [[-1], [2]], [[0], [1]], ["sad", "sad"], makers, np.array([[7.0, 7.0]]))  # type: ignore[arg-type]
    plan = first.then(Plan.keep([3, 2, 0]))
    made = plan.take(X, [0, 1, 2], variants={"speed:0.9": X + 100})
    assert made.tolist() == [[0.0, 0.0], [101.0, 110.0], [7.0, 7.0]]
    with pytest.raises(EvenvoiceError, match=r"variants: no 'speed:0\.9'"):
        plan.take(X, [1])


def test_class_weights_of_the_last_step_count() -> None:
    weights = {"sad": 1.0, "neutral": 2.0}
    plan = Plan.keep([0, 3], class_weights={"sad": 5.0, "neutral": 5.0}).then(Plan.keep([1], class_weights=weights))
    assert plan.class_weights == weights
    assert Plan.keep([0], class_weights=weights).then(Plan.keep([0])).class_weights == weights


def test_a_plan_for_more_rows_is_refused() -> None:
    with pytest.raises(EvenvoiceError, match="refers to row 7, the first has 7 rows"):
        FIRST.then(Plan.keep([7]))


def test_repeats_become_made_rows_with_one_parent() -> None:
    plan = Plan.keep([4, 0, 4, 4]).then(Plan.keep([0, 1, 2, 3])).copies_as_made(Y)
    assert plan.kept.tolist() == [4, 0]
    assert plan.made_from.tolist() == [[4], [4]]
    assert rows(plan).tolist() == X[[4, 0, 4, 4]].tolist()
    assert plan.y(Y).tolist() == ["neutral", "sad", "neutral", "neutral"]
    assert plan.take(np.arange(5), [3]).tolist() == [4]


def test_a_chain_gives_the_rows_of_its_steps() -> None:
    features, y, speakers = training_set((3,), np.float64)
    chain = make_chain(["smote", {"name": "random-under", "options": {"sampling_strategy": {"neutral": 30}}}, "smote"])
    plan = chain.plan(features, y, speakers, seed=5)
    now, labels = features, y
    for number, name in enumerate(["smote", "random-under", "smote"]):
        options = {"sampling_strategy": {"neutral": 30}} if name == "random-under" else {}
        seed = 5 if number == 0 else int(np.random.SeedSequence([5, number]).generate_state(1)[0])
        step = draw_plan(make_sampler(name, **options), now, labels, None, seed)
        now, labels = rows(step, now), step.y(labels)
    np.testing.assert_allclose(rows(plan, features), now, rtol=1e-9, atol=1e-12)
    assert plan.y(y).tolist() == labels.tolist()


def test_a_chain_of_one_is_its_step() -> None:
    assert make_chain(["smote"]) == SMOTE()
    with pytest.raises(EvenvoiceError, match="Chain steps: none"):
        make_chain([])
    with pytest.raises(EvenvoiceError, match="expected the keys name"):
        make_chain([{"nam": "smote"}])
