"""One run: the check that no synthetic row has a parent outside the training part."""

from __future__ import annotations

import pandas as pd
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import Plan
from evenvoice.protocols import make_folds, open_protocol
from evenvoice.recipes import open_recipe
from evenvoice.study import fold as fold_room
from evenvoice.training import FitJob, TrainedModel
from evenvoice.training.asking import Fitting
from tests import fabricate
from tests.one_fold import run_fold

TABLE = fabricate.utterances()
EXAMPLES = fabricate.examples(TABLE)
RECIPE = open_recipe("smote-2dcnn", {"training": {"epochs": 1}})
PROTOCOL = open_protocol("speaker-folds")
FOLD = make_folds(PROTOCOL, TABLE, seed=0)[0]


def _run() -> fold_room.FoldResult:
    return run_fold(RECIPE, PROTOCOL, FOLD, TABLE, EXAMPLES, fabricate.EMOTIONS, seed=0)


def test_a_fit_that_balances_more_than_the_training_part_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    class Greedy(FitJob):
        def steps(self) -> Fitting[TrainedModel]:
            return FitJob(self.recipe, EXAMPLES, self.validation, self.seed, self.labels).steps()

    monkeypatch.setattr(fold_room, "FitJob", Greedy)
    with pytest.raises(EvenvoiceError, match=r"synthetic rows have a parent outside the \d+ rows allowed"):
        _run()


def test_the_parents_on_record_are_the_rows_that_were_interpolated() -> None:
    """A synthetic row made again from the parents and the λ on record is the row that was trained on."""
    result = _run()
    model, plan = result.model, result.plan
    rows = {utterance: row for row, utterance in enumerate(model.fitted_on["balancer"])}
    assert set(plan["maker"]) == {"line"}
    base, neighbour = plan["base"].map(rows), plan["neighbour"].map(rows)
    again = Plan.pairs(model.plan.kept, base, neighbour, plan["lambda"], plan["emotion"])
    images = fold_room.to_images(RECIPE, EXAMPLES.take(FOLD.train), model.normaliser)
    every = range(len(model.plan))
    assert (again.take(images, every) == model.plan.take(images, every)).all()
    assert set(plan["base"]) | set(plan["neighbour"]) <= set(TABLE.index[FOLD.train])
    assert (TABLE.loc[plan["base"], "emotion"].to_numpy() == plan["emotion"].to_numpy()).all()


@pytest.mark.parametrize("protocol", ["speaker-folds", "random", "paper"])
def test_curves_of_the_test_part_choose_nothing(protocol: str) -> None:
    """They are on record, and the fit, the predictions and the record of who saw what are the same to the last bit."""
    the_protocol = open_protocol(protocol)
    table = TABLE
    if the_protocol.balance_first:
        table = fold_room.balanced_pool(RECIPE, TABLE, EXAMPLES, seed=0).table
    fold = make_folds(the_protocol, table, seed=0)[0]
    recipe = open_recipe(RECIPE, {"training": {"epochs": 3}})
    plain, watched = (
        run_fold(recipe, the_protocol, fold, TABLE, EXAMPLES, fabricate.EMOTIONS, 0, test_curves=curves)
        for curves in (False, True)
    )
    assert not [name for name in plain.model.history if name.startswith("test")]
    assert set(watched.model.history) == {*plain.model.history, "test_loss", "test_accuracy", "test_ua"}
    assert (watched.model.history[list(plain.model.history)] == plain.model.history).all(axis=None)
    pd.testing.assert_frame_equal(watched.predictions, plain.predictions)
    pd.testing.assert_frame_equal(watched.split, plain.split)
    assert watched.leaks == plain.leaks
    right = (watched.predictions["predicted"] == watched.predictions["emotion"]).mean()
    assert watched.model.history["test_accuracy"].iloc[-1] == pytest.approx(right)


def test_a_recipe_that_watches_a_validation_part_has_no_curves_of_the_test_part() -> None:
    recipe = open_recipe("calibrated-2dcnn")
    with pytest.raises(EvenvoiceError, match="watches a validation part"):
        run_fold(recipe, PROTOCOL, FOLD, TABLE, EXAMPLES, fabricate.EMOTIONS, 0, test_curves=True)


def test_a_classical_classifier_is_evaluated_like_a_network() -> None:
    result = run_fold(open_recipe("svm"), PROTOCOL, FOLD, TABLE, EXAMPLES, fabricate.EMOTIONS, seed=0)
    assert (result.model.epoch, len(result.model.history)) == (0, 0)
    assert list(result.model.history) == ["epoch", "train_loss", "train_accuracy", "train_ua"]
    assert (result.predictions["predicted"] == result.predictions["emotion"]).mean() > 0.8


def test_no_decision_of_a_partner_is_fitted_on_the_test_part() -> None:
    changes = {"partners": {"calibrated-2dcnn": 0.3, "svm": 0.2}, "training": {"validation_share": 0.2}}
    own, partner, classical = fold_room.selecting(open_recipe("2dcnn", changes)).with_partners
    assert own.training.select == partner.training.select == "best-on-validation"
    assert partner.decision.name == "none"
    assert classical.training == open_recipe("svm").training
