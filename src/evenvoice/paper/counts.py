"""Table 1: how many rows a training and a test part have, by the order in which one splits and balances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from evenvoice.paper.published import Division
from evenvoice.protocols import make_folds, open_protocol


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
    """Divide a corpus of so many utterances of each emotion; the labels are enough, no audio is heard.

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
