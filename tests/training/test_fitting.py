"""A fit: it learns, it is the same twice, it balances the training part alone, it selects on validation alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.training import Dataset, TrainedModel, fit
from tests import fabricate

TABLE = fabricate.utterances()
EXAMPLES = fabricate.examples(TABLE)
TRAIN = EXAMPLES.take(np.flatnonzero(TABLE["speaker"].isin(["s0", "s1", "s2", "s3"])))
VALIDATION = EXAMPLES.take(np.flatnonzero(TABLE["speaker"] == "s4"))
TEST = EXAMPLES.take(np.flatnonzero(TABLE["speaker"] == "s5"))


def _recipe(name: str = "smote-2dcnn", **training: object) -> Recipe:
    return open_recipe(name, {"training": {"epochs": 4, "batch_size": 32, **training}})


def _weights(model: TrainedModel) -> bytes:
    return b"".join(value.numpy().tobytes() for value in model.network.state_dict().values())


@pytest.mark.slow
@pytest.mark.parametrize("form", ["mean", "array", "channels"])
def test_learns_what_is_there_to_learn(form: str) -> None:
    recipe = open_recipe(
        "smote-2dcnn",
        {
            "shape": {"name": form, **({} if form == "mean" else {"seconds": 0.6})},  # 0.6 s are 19 frames
            "training": {"epochs": 12 if form == "array" else 25, "batch_size": 32},
        },
    )
    probabilities = fit(recipe, TRAIN, seed=0).probabilities(TEST)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    answers = np.array(fabricate.EMOTIONS)[probabilities.argmax(axis=1)]
    assert (answers == TEST.emotions).mean() > 0.9


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    one, two, other = (_weights(fit(_recipe(), TRAIN, seed=seed)) for seed in (0, 0, 1))
    assert one == two
    assert one != other


def test_the_callers_random_state_and_threads_are_left_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    threads = torch.get_num_threads()
    fit(_recipe(), TRAIN, seed=0)
    assert torch.rand(1) == expected
    assert torch.get_num_threads() == threads


def test_smote_raises_every_emotion_of_the_training_part_to_the_largest() -> None:
    model = fit(_recipe(), TRAIN, seed=0)
    assert TRAIN.emotions is not None
    _, counts = np.unique(model.plan.y(TRAIN.emotions), return_counts=True)
    assert set(counts) == {28}  # neutral: 7 utterances of each of 4 speakers
    assert model.fitted_on["balancer"] == tuple(TRAIN.ids)


def test_best_on_validation_keeps_the_best_epoch_by_ua() -> None:
    recipe = _recipe(select="best-on-validation", epochs=8)
    model = fit(recipe, TRAIN, VALIDATION, seed=0)
    history = model.history
    assert model.epoch == history["epoch"][history["validation_ua"].idxmax()]
    assert model.fitted_on["selection"] == tuple(VALIDATION.ids)
    # The weights kept are that epoch's: a fit of just so many epochs ends there.
    shorter = fit(_recipe(select="last", epochs=model.epoch), TRAIN, VALIDATION, seed=0)
    assert _weights(model) == _weights(shorter)


def test_watching_a_validation_part_changes_nothing() -> None:
    assert _weights(fit(_recipe(), TRAIN, VALIDATION, seed=0)) == _weights(fit(_recipe(), TRAIN, seed=0))


def test_history_is_keras_loss_with_the_penalty() -> None:
    """At learning rate → 0 the loss is that of the first weights: cross entropy near ln 4, plus the penalty."""
    model = fit(_recipe("2dcnn", learning_rate=1e-12, epochs=1), TRAIN, seed=0)
    penalty = model.network.penalty().item()
    assert penalty > 0.5
    assert model.history["train_loss"][0] == pytest.approx(np.log(4) + penalty, rel=0.5)
    assert model.history["train_loss"][0] > penalty


def test_class_weights_reach_the_loss() -> None:
    plain, weighted = (fit(_recipe(name), TRAIN, seed=0) for name in ("2dcnn", "weighted-2dcnn"))
    assert _weights(plain) != _weights(weighted)
    weights = weighted.plan.class_weights
    assert weights is not None
    # n / (C · n_c): 84 utterances, 4 emotions, 12 of them happy
    assert weights["happy"] == pytest.approx(84 / (4 * 12))


def test_one_emotion_only_is_refused() -> None:
    assert TRAIN.emotions is not None
    with pytest.raises(EvenvoiceError, match=r"one emotion only \(sad, 20 utterances\)"):
        fit(_recipe(), TRAIN.take(np.flatnonzero(TRAIN.emotions == "sad")))


def test_an_emotion_missing_from_the_training_part_is_named() -> None:
    assert TRAIN.emotions is not None
    part = TRAIN.take(np.flatnonzero(TRAIN.emotions != "happy"))
    with pytest.raises(EvenvoiceError, match=r"'happy' has no utterance in the training part; leave it out with --emo"):
        fit(_recipe(), part, labels=fabricate.EMOTIONS)


def test_a_selection_needs_a_validation_part() -> None:
    with pytest.raises(EvenvoiceError, match=r"validation_share, or select: last"):
        fit(_recipe(select="best-on-validation"), TRAIN)


def test_an_empty_validation_part_is_none() -> None:
    with pytest.raises(EvenvoiceError, match=r"validation_share, or select: last"):
        fit(_recipe(select="best-on-validation"), TRAIN, TRAIN.take(np.array([], np.int64)))


def test_an_emotion_that_only_the_validation_part_has_is_named() -> None:
    assert TRAIN.emotions is not None
    part = TRAIN.take(np.flatnonzero(TRAIN.emotions != "happy"))
    with pytest.raises(EvenvoiceError, match=r"'happy' is in the validation part and not in the training part"):
        fit(_recipe(), part, TRAIN)


def test_a_missing_gpu_is_said() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here, so nothing is missing")
    with pytest.raises(EvenvoiceError, match=r"sees no GPU; use the device cpu"):
        fit(_recipe(), TRAIN, device="cuda")


def test_examples_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(EvenvoiceError, match="2 ids but 1 features"):
        Dataset(["a", "b"], [np.zeros((120, 9), np.float32)])
