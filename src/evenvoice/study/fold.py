"""One run: a recipe on one fold with one seed. The only place where a test label meets a prediction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import Plan, made_rows, parent_ids, plan_table
from evenvoice.metrics import make_predictions
from evenvoice.models import is_network
from evenvoice.protocols import Fold, SplitProtocol, cut_validation
from evenvoice.recipes import DecisionSettings, Recipe
from evenvoice.study.guards import depend_on_others, seen_test_rows, unasked
from evenvoice.study.pool import balanced_pool
from evenvoice.training import (
    Dataset,
    FitJob,
    Fitting,
    TrainedModel,
    Watched,
    fit_images_steps,
    to_images,
)

# What to do where a recipe cannot use what is enrolled.
ADAPT = "use a recipe with normalise: enrolled, such as voice-adaptive"


@dataclass(frozen=True)
class FoldResult:
    """What a run leaves behind.

    Attributes:
        model: The fitted recipe.
        predictions: One row a test utterance.
        split: Which part each row belonged to, and which steps saw it.
        plan: The record of the plan, by utterance id: made rows with their parents, removals and repeats.
        counts: Emotion counts of the training part, before and after balancing.
        leaks: Counts of what should never be: synthetic test rows, training rows interpolated from test rows, test
            rows on which the epoch was selected or that another step saw, predictions that depend on other test rows.
    """

    model: TrainedModel
    predictions: pd.DataFrame
    split: pd.DataFrame
    plan: pd.DataFrame
    counts: dict[str, dict[str, int]]
    leaks: dict[str, int]


def fold_steps(
    recipe: Recipe,
    protocol: SplitProtocol,
    fold: Fold,
    utterances: pd.DataFrame,
    examples: Dataset,
    labels: tuple[str, ...],
    seed: int,
    *,
    split_seed: int | None = None,
    test_curves: bool = False,
) -> Fitting[FoldResult]:
    """Fit on the fold's training part, predict its test part, then join the test part's labels.

    Args:
        recipe: What to fit.
        protocol: Whose fold it is.
        fold: Row positions of ``utterances`` (for a protocol that balances first: of the balanced set).
        utterances: The corpus' table.
        examples: Its features, in the same order.
        labels: All emotions.
        seed: Of weights, shuffling, dropout and samplers.
        split_seed: Of the validation cut; ``seed`` if not given.
        test_curves: Record loss and accuracy on the test part after each epoch, to draw them. They choose nothing: the
            fit is the same to the last bit.

    Raises:
        EvenvoiceError: ``test_curves`` of a recipe that has a validation part to watch, or utterances enrolled for a
            recipe that does not adapt.
    """
    if len(fold.enrolled) and (test_curves or not recipe.adaptive):
        raise EvenvoiceError(
            f"recipe {recipe.name!r}: {'no test curves' if recipe.adaptive else 'nothing'} where utterances of test "
            f"speakers are enrolled; {'leave them out' if recipe.adaptive else ADAPT}"
        )
    if test_curves and recipe.training.validation_share:
        raise EvenvoiceError(
            f"recipe {recipe.name!r} watches a validation part, and a fit watches one part; record no test curves, or "
            "set training.validation_share to 0"
        )
    if protocol.balance_first:
        return (yield from _balanced_first(recipe, fold, utterances, examples, labels, seed, test_curves))
    if recipe.training.validation_share and not len(fold.validation):
        cut_by = seed if split_seed is None else split_seed
        fold = cut_validation(fold, utterances, recipe.training.validation_share, cut_by, protocol)
    validation = examples.take(fold.validation) if len(fold.validation) else None
    as_asked = recipe
    if protocol.select_on_test:
        recipe = selecting(recipe)
    watches_test = protocol.select_on_test or test_curves
    if watches_test:
        validation = examples.take(fold.test)
    model = yield from FitJob(recipe, examples.take(fold.train), validation, seed, labels).steps()
    if watches_test:
        model = replace(model, recipe=as_asked, history=_of_the_test_part(model.history))
    ids = np.array(examples.ids)
    balanced = np.array(model.fitted_on["balancer"])
    for one in model.plans.values():
        _check_parents(one, balanced, ids, fold)
    offsets = _offsets(model, examples, fold) if len(fold.enrolled) else None
    test = examples.take(fold.test, with_emotions=False)
    probabilities, dependent = _predict_twice(model, unasked(model), test, offsets)
    split = _split_table(ids, fold, model.fitted_on)
    before = utterances["emotion"].iloc[fold.train].to_numpy(str)
    plan = plan_table(model.plans, balanced, before)
    return FoldResult(
        model,
        make_predictions(utterances.iloc[fold.test], probabilities, labels),
        split,
        plan,
        {"before": _counts(before, labels), "after": _counts(model.plan.y(before), labels)},
        {
            "synthetic_test_rows": 0,
            "training_rows_with_test_parents": _with_parents(plan, ids[fold.test]),
            "test_rows_selected_on": int(np.isin(ids[fold.test], model.fitted_on["selection"]).sum()),
            "test_rows_seen_by_a_step": seen_test_rows(split),
            "predictions_that_depend_on_other_test_rows": dependent,
        },
    )


def selecting(recipe: Recipe) -> Recipe:
    """Return the recipe with the best epoch selected on what `fit` is given to watch, and no decision fitted on it.

    The same of its partners; of a classical one there are no epochs to select from.
    """
    training = recipe.training
    if is_network(recipe.model.name):
        training = training.model_copy(update={"select": "best-on-validation"})
    decision = DecisionSettings() if recipe.decision.needs_validation else recipe.decision
    partners = tuple(one.model_copy(update={"recipe": selecting(one.recipe)}) for one in recipe.partners)
    return recipe.model_copy(update={"training": training, "decision": decision, "partners": partners})


def _balanced_first(
    recipe: Recipe,
    fold: Fold,
    utterances: pd.DataFrame,
    examples: Dataset,
    labels: tuple[str, ...],
    seed: int,
    test_curves: bool,
) -> Fitting[FoldResult]:
    """The paper's order of steps: the fold divides the balanced set."""
    if recipe.training.validation_share:
        raise EvenvoiceError(
            f"recipe {recipe.name!r} wants a validation part, and protocol 'paper' has none (the paper has none); "
            "use select: last and validation_share: 0 with it"
        )
    pool = balanced_pool(recipe, utterances, examples, seed)
    plan = pool.plan
    emotions = utterances["emotion"].to_numpy(str)
    everything = tuple(examples.ids)
    ids = pool.table.index.to_numpy(str)
    saw = {
        "normaliser": everything,
        "balancer": everything,
        "network": tuple(ids[fold.train]),
        "selection": (),
        "calibration": (),
    }
    tested = plan.take(pool.images, fold.test)
    watched = Watched(tested, plan.y(emotions)[fold.test], ids[fold.test].tolist()) if test_curves else None
    model = yield from fit_images_steps(
        recipe, pool.images, emotions, lambda seed, epoch: plan, watched, pool.normaliser, seed,
        rows=fold.train, labels=labels, fitted_on=saw,
    )  # fmt: skip
    model = replace(model, history=_of_the_test_part(model.history))
    fresh, probabilities = unasked(model), model.image_probabilities(tested)
    dependent = depend_on_others(lambda rows: fresh.image_probabilities(tested[rows]), probabilities)
    split = _split_table(ids, fold, saw)
    synthetic = plan.synthetic
    table = plan_table(plan, everything, emotions)
    in_training = made_rows(table).loc[lambda made: made["synthetic"].isin(ids[fold.train])]
    return FoldResult(
        model,
        make_predictions(pool.table.iloc[fold.test], probabilities, labels, synthetic[fold.test]),
        _split_table(np.append(ids, np.setdiff1d(everything, ids)), fold, saw),  # with the utterances removed
        table,
        {"before": _counts(emotions, labels), "after": _counts(plan.y(emotions), labels)},
        {
            "synthetic_test_rows": int(synthetic[fold.test].sum()),
            "training_rows_with_test_parents": _with_parents(in_training, ids[fold.test]),
            "test_rows_selected_on": 0,
            "test_rows_seen_by_a_step": seen_test_rows(split),
            "predictions_that_depend_on_other_test_rows": dependent,
        },
    )


def _offsets(model: TrainedModel, examples: Dataset, fold: Fold) -> npt.NDArray[np.float32]:
    """Return where the speaker of each test row lies, float32 ``[n, r]``, by that speaker's enrolled rows.

    All of a speaker's utterances are that speaker's mean, as in training; of some the mean is shrunk.
    """
    assert examples.speakers is not None
    weight = 1.0 if np.array_equal(fold.enrolled, fold.test) else None
    whose, of = examples.speakers[fold.test], examples.speakers[fold.enrolled]
    offsets = {
        speaker: model.offset(examples.take(fold.enrolled[of == speaker], with_emotions=False), weight)
        for speaker in np.unique(of)
    }
    return np.concatenate([offsets[speaker] for speaker in whose])


def _predict_twice(
    model: TrainedModel, fresh: TrainedModel, test: Dataset, offsets: npt.NDArray[np.float32] | None
) -> tuple[npt.NDArray[np.float32], int]:
    """Return the probabilities of the test part, and how many rows have others in other company, by a fresh copy.

    Normalising by speaker uses the speaker's other rows, and says so; there the rows are mixed once normalised.
    """
    if model.recipe.transductive:
        images = to_images(model.recipe, test, model.normaliser)
        probabilities = model.image_probabilities(images)
        return probabilities, depend_on_others(lambda rows: fresh.image_probabilities(images[rows]), probabilities)
    probabilities = model.probabilities(test, offsets)

    def again(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        return fresh.probabilities(test.take(rows), None if offsets is None else offsets[rows])

    return probabilities, depend_on_others(again, probabilities)


def _of_the_test_part(history: pd.DataFrame) -> pd.DataFrame:
    """A history with what was watched under its own name."""
    return history.rename(columns={name: name.replace("validation", "test") for name in map(str, history)})


def _split_table(ids: np.ndarray, fold: Fold, saw: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """Part of each row, and a column for each step that says whether the step saw it."""
    part = np.full(len(ids), "", dtype=object)
    for name in ("train", "validation", "enrolled", "test"):  # the last stays where all that is tested is enrolled
        part[getattr(fold, name)] = name
    row = {utterance: number for number, utterance in enumerate(ids)}
    steps = {step: np.zeros(len(ids), np.int64) for step in saw}
    for step, seen in saw.items():
        steps[step][[row[utterance] for utterance in seen if utterance in row]] = 1
    return pd.DataFrame({"utterance": ids, "part": part, **steps})


def _check_parents(plan: Plan, balanced: np.ndarray, ids: np.ndarray, fold: Fold) -> None:
    """Raise unless every synthetic row comes from the training part, by the record of what the samplers were given."""
    plan.renumbered(pd.Index(ids).get_indexer(balanced)).check_parents(fold.train)


def _with_parents(plan: pd.DataFrame, ids: np.ndarray) -> int:
    """How many of these rows come from an utterance among the ids."""
    return int(np.isin(parent_ids(plan), ids).any(axis=1).sum()) if len(plan) else 0


def _counts(emotions: np.ndarray, labels: tuple[str, ...]) -> dict[str, int]:
    found = Counter(str(emotion) for emotion in emotions)
    return {label: found[label] for label in labels}
