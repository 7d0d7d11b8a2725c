"""A recipe's decision is fitted on the validation part or the class counts, and is part of the model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import Shift
from evenvoice.metrics import fit_temperature
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.training import Dataset, fit
from tests import fabricate

TABLE = fabricate.utterances()
EXAMPLES = fabricate.examples(TABLE)
TRAIN = EXAMPLES.take(np.flatnonzero(TABLE["speaker"].isin(["s0", "s1", "s2", "s3"])))
VALIDATION = EXAMPLES.take(np.flatnonzero(TABLE["speaker"] == "s4"))
TEST = EXAMPLES.take(np.flatnonzero(TABLE["speaker"] == "s5"))
COUNTS = np.array([(TRAIN.emotions == emotion).sum() for emotion in fabricate.EMOTIONS])


def _recipe(model: str = "2dcnn", **changes: Any) -> Recipe:
    return open_recipe("2dcnn", {"training": {"epochs": 2, "batch_size": 32}, "model": model, **changes})


def _log(model: Any, dataset: Dataset = TEST) -> np.ndarray:
    return np.log(np.maximum(model.probabilities(dataset).astype(np.float64), 1e-30))


@pytest.mark.parametrize("model", ["2dcnn", "logistic", "knn"])
def test_logit_adjustment_takes_off_the_frequencies_of_the_training_part(model: str) -> None:
    plain = fit(_recipe(model), TRAIN)
    adjusted = fit(_recipe(model, decision="logit-adjustment"), TRAIN)
    expected = _log(plain) - np.log(COUNTS / COUNTS.sum())
    shown = _log(plain) > -15  # less has underflowed
    differences = (_log(adjusted) - expected)[shown.all(axis=1)]
    np.testing.assert_allclose(differences - differences[:, :1], 0, atol=1e-3)
    assert adjusted.fitted_on["calibration"] == ()


@pytest.mark.parametrize("balance", ["smote", "class-weights"])
def test_a_training_part_that_is_balanced_has_even_frequencies(balance: str) -> None:
    bias = fit(_recipe("logistic", balance=balance, decision="logit-adjustment"), TRAIN).decision.bias
    np.testing.assert_allclose(bias, bias[0], rtol=1e-6)


@pytest.mark.parametrize("model", ["2dcnn", "logistic"])
def test_a_temperature_is_fitted_on_the_validation_part_alone(model: str) -> None:
    recipe = _recipe(model, decision="temperature")
    fitted = fit(recipe, TRAIN, VALIDATION)
    assert fitted.fitted_on["calibration"] == tuple(VALIDATION.ids)
    plain = replace(fitted, decision=Shift()).probabilities(VALIDATION)
    truth = np.array([fabricate.EMOTIONS.index(emotion) for emotion in VALIDATION.emotions])
    assert fitted.decision.temperature == fit_temperature(plain, truth)
    assert not fitted.decision.moves
    with pytest.raises(EvenvoiceError, match=r"fits its decision \(temperature\) on a validation part, and none"):
        fit(recipe, TRAIN)


def test_thresholds_move_answers() -> None:
    fitted = fit(_recipe(decision="thresholds", training={"epochs": 1}), TRAIN, VALIDATION)
    assert fitted.decision.moves
    plain = replace(fitted, decision=Shift())
    assert (plain.probabilities(TEST).argmax(axis=1) != fitted.probabilities(TEST).argmax(axis=1)).any()
