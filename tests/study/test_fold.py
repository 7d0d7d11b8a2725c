"""One run: the check that no synthetic row has a parent outside the training part."""

from __future__ import annotations

import dataclasses

import pytest
from tests import fabricate

from evenvoice.errors import EvenvoiceError
from evenvoice.protocols import make_folds, open_protocol
from evenvoice.recipes import open_recipe
from evenvoice.study import fold as fold_room
from evenvoice.training import Examples, TrainedModel, fit

TABLE = fabricate.utterances()
EXAMPLES = fabricate.examples(TABLE)
RECIPE = open_recipe("smote-2dcnn", {"training": {"epochs": 1}})
PROTOCOL = open_protocol("speaker-folds")
FOLD = make_folds(PROTOCOL, TABLE, seed=0)[0]


def _run() -> fold_room.FoldResult:
    return fold_room.run_fold(RECIPE, PROTOCOL, FOLD, TABLE, EXAMPLES, fabricate.EMOTIONS, seed=0)


def test_a_fit_that_balances_more_than_the_training_part_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(recipe, train: Examples, validation, seed: int, **options) -> TrainedModel:
        return fit(recipe, EXAMPLES, validation, seed, **options)

    monkeypatch.setattr(fold_room, "fit", greedy)
    with pytest.raises(EvenvoiceError, match=r"synthetic rows have a parent outside the \d+ rows allowed"):
        _run()


def test_the_parents_on_record_are_the_rows_that_were_interpolated() -> None:
    """A synthetic row made again from the parents and the λ on record is the row that was trained on."""
    result = _run()
    model, plan = result.model, result.plan
    rows = {utterance: row for row, utterance in enumerate(model.fitted_on["balancer"])}
    again = dataclasses.replace(
        model.plan, base=plan["base"].map(rows), neighbour=plan["neighbour"].map(rows), gap=plan["lambda"]
    )
    images = fold_room.to_images(RECIPE, EXAMPLES.take(FOLD.train), model.normaliser)
    every = range(len(model.plan))
    assert (again.take(images, every) == model.plan.take(images, every)).all()
    assert set(plan["base"]) | set(plan["neighbour"]) <= set(TABLE.index[FOLD.train])
    assert (TABLE.loc[plan["base"], "emotion"].to_numpy() == plan["emotion"].to_numpy()).all()
