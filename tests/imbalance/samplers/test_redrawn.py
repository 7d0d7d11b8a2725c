"""A plan redrawn each epoch: the first is the sampler's own, the others differ, all from one seed."""

from __future__ import annotations

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import SMOTE, Plan, draw_plan, make_chain, make_sampler, plan_table
from evenvoice.testing.data import training_set

X, Y, _ = training_set((4,))


def plans(seed: int) -> list[Plan]:
    sampler = make_sampler("redrawn", sampler="smote", options={"k_neighbors": 3})
    return [draw_plan(sampler, X, Y, seed=seed, epoch=epoch) for epoch in range(3)]


def test_epochs_differ_and_repeat() -> None:
    first, again = plans(5), plans(5)
    np.testing.assert_array_equal(first[0].gap, SMOTE(k_neighbors=3).plan(X, Y, seed=5).gap)
    for one, same in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.gap, same.gap)
    assert (first[0].gap != first[1].gap).all()
    assert (first[1].gap != first[2].gap).all()


def test_the_record_holds_all_epochs() -> None:
    drawn = {(epoch, 1): plan for epoch, plan in enumerate(plans(0), start=1)}
    table = plan_table(drawn, [f"u{row}" for row in range(len(X))], Y)
    assert table["epoch"].value_counts().to_dict() == dict.fromkeys((1, 2, 3), 90)
    assert table["synthetic"].is_unique


def test_a_chain_with_a_redrawn_step_is_redrawn() -> None:
    chain = make_chain([{"name": "redrawn", "options": {"sampler": "smote"}}, "class-weights"])
    assert chain.per_epoch  # type: ignore[attr-defined]
    first, second = (draw_plan(chain, X, Y, epoch=epoch) for epoch in (0, 1))
    assert (first.weights != second.weights).any()
    assert not make_chain(["smote", "class-weights"]).per_epoch  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["smote", "mixup", "spec-augment", "waveform-over", "class-weights"])
def test_what_a_sampler_says_of_its_rows_is_said_of_them_redrawn(name: str) -> None:
    own, redrawn = make_sampler(name), make_sampler("redrawn", sampler=name)
    for said, usual in (("between_parents", True), ("mixes_classes", False), ("perturbations", ()), ("copies", 0.0)):
        assert getattr(redrawn, said, usual) == getattr(own, said, usual), said


def test_what_cannot_be_redrawn_is_refused() -> None:
    with pytest.raises(EvenvoiceError, match="sampler 'smoke' is unknown"):
        make_sampler("redrawn", sampler="smoke")
    with pytest.raises(EvenvoiceError, match="epoch: -1"):
        draw_plan(make_sampler("redrawn"), X, Y, epoch=-1)
