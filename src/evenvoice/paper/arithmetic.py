"""What needs no run: Table 1 from counts, Table 2 from a recipe, and what the published recalls leave for real rows."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evenvoice.models import MODELS
from evenvoice.paper import published
from evenvoice.paper.published import Division
from evenvoice.protocols import make_folds, open_protocol
from evenvoice.recipes import Recipe


@dataclass(frozen=True)
class Divisions:
    """The same corpus divided 80 : 20, in both orders.

    Attributes:
        balanced_first: Every emotion raised to the largest, then split (section 3.4 of the paper).
        split_first: Split, and nothing balanced.
        training_balanced: Split, then the training part balanced (Algorithm 1 of the paper).
    """

    balanced_first: Division
    split_first: Division
    training_balanced: Division


def table_1(emotions: Mapping[str, int]) -> Divisions:
    """Divide a corpus of so many utterances of each emotion; the labels are enough, no audio is decoded.

    Args:
        emotions: Utterances of each emotion.

    Raises:
        EvenvoiceError: An emotion with fewer utterances than a stratified split needs.

    Examples:
        >>> table_1({"angry": 1103, "happy": 595, "sad": 1084, "neutral": 1708}).balanced_first  # as the paper prints
        Division(train=5465, test=1367)
    """
    largest = max(emotions.values())
    train, test = _split(emotions)
    return Divisions(
        balanced_first=Division(*map(len, _split(dict.fromkeys(emotions, largest)))),
        split_first=Division(len(train), len(test)),
        training_balanced=Division(int(train.value_counts().max()) * len(emotions), len(test)),
    )


def _split(emotions: Mapping[str, int]) -> tuple[pd.Series, pd.Series]:
    """The labels of the training and of the test part, as protocol ``random`` divides them."""
    labels = pd.Series([emotion for emotion, number in emotions.items() for _ in range(number)], dtype=object)
    (fold,) = make_folds(open_protocol("random"), labels.to_frame("emotion"), seed=0)
    return labels.iloc[fold.train], labels.iloc[fold.test]


@dataclass(frozen=True)
class Bounds:
    """Between what the scores on real test rows lie, as fractions.

    Attributes:
        ua: If every synthetic row was recognised, and if they were no easier than real ones.
        wa: The same, with the emotions as frequent as they are in the corpus.
    """

    ua: tuple[float, float]
    wa: tuple[float, float]


def bounds(emotions: Mapping[str, int], recalls: Mapping[str, float]) -> Bounds:
    """Work out what the real test rows can have scored.

    Of an emotion with n utterances, raised to M, a share s = n / M of the test rows is real. If the synthetic ones were
    all recognised, recall r = s·r_real + (1 − s) gives r_real = (r − (1 − s)) / s; if they were no easier, r_real = r.

    Args:
        emotions: Utterances of each emotion before balancing.
        recalls: Recall of each emotion on the balanced test part, as fractions.

    Examples:
        >>> from evenvoice.paper.published import IEMOCAP, TABLE_5
        >>> found = bounds(IEMOCAP, {emotion: row.recall / 100 for emotion, row in TABLE_5.items()})
        >>> [round(100 * value, 1) for value in found.wa]
        [71.1, 77.1]
    """
    largest, total = max(emotions.values()), sum(emotions.values())
    low = {}
    for emotion, number in emotions.items():
        real = number / largest
        low[emotion] = max(0.0, (recalls[emotion] - (1 - real)) / real)
    high = {emotion: recalls[emotion] for emotion in emotions}
    ua = tuple(sum(values.values()) / len(emotions) for values in (low, high))
    wa = tuple(sum(emotions[name] * value for name, value in values.items()) / total for values in (low, high))
    return Bounds((ua[0], ua[1]), (wa[0], wa[1]))


OPEN = "not given"


@dataclass(frozen=True)
class Setting:
    """One row of Table 2."""

    name: str
    published: str
    ours: str


def table_2(recipe: Recipe) -> list[Setting]:
    """Return the paper's settings beside a recipe's, then the recipe's where the paper says nothing.

    Examples:
        >>> from evenvoice.recipes import open_recipe
        >>> [row.ours for row in table_2(open_recipe("smote-2dcnn")) if row.published != OPEN][:3]
        ['100', '64', '0.01']
    """
    training, options, features = recipe.training, _options(recipe), recipe.features.options
    ours = {
        "epochs": str(training.epochs),
        "batch size": str(training.batch_size),
        "learning rate": f"{training.learning_rate:g}",
        "kernel": str(options.get("kernel_size", OPEN)),
        "dropout": f"{options.get('dropout', OPEN)}",
        "optimiser": "Adam",
        "penalty": f"L2 ({options.get('l2', OPEN)}) on kernel and bias of DENSE 1",
    }
    channels, height, width = recipe.input_shape
    sampler = recipe.samplers[0]
    neighbours = sampler.options.get("k_neighbors", 5)
    left_open = {
        "features": f"{features.get('n_mfcc', '–')} MFCC, Δ, ΔΔ at {recipe.extractor.sample_rate} Hz, a frame every "
        f"{features.get('hop_length', '–')} samples",
        "input": f"{height} × {width} × {channels}, shape {recipe.shape.name}"
        + (f", {recipe.shape.options['seconds']:g} s" if "seconds" in recipe.shape.options else ""),
        "normalised by": recipe.normalise,
        "SMOTE": f"{neighbours} neighbours" if sampler.name == "smote" else sampler.name,
        "slope of the leaky ReLU": str(options.get("negative_slope", "–")),
        "epoch kept": training.select,
    }
    return [Setting(name, value, ours[name]) for name, value in published.TABLE_2.items()] + [
        Setting(name, "16 × 8 × 1 (section 3.3), or entire arrays (5.2)" if name == "input" else OPEN, value)
        for name, value in left_open.items()
    ]


def _options(recipe: Recipe) -> Mapping[str, Any]:
    """The network's options, its defaults where the recipe says nothing."""
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(MODELS[recipe.model.name]).parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }
    return {**defaults, **recipe.model.options}
