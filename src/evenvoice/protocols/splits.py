"""Protocols that divide single utterances: speakers are shared between the parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from evenvoice.errors import EvenvoiceError, shown
from evenvoice.protocols.promise import Fold, Promise
from evenvoice.protocols.protocol import NO_ROWS, USUAL_FOLDS, BaseProtocol, folds_name, whole_number
from evenvoice.protocols.stratified import stratified_cut


@dataclass(frozen=True)
class Random(BaseProtocol):
    """One stratified division, 80:20 by default; speakers are shared between the parts.

    Args:
        test_size: The share of the test part, above 0 and below 1.
        random_state: The seed of `split`; an evaluation draws its folds with seeds of its own.

    Raises:
        EvenvoiceError: An impossible share.

    Source:
        Section 4 of the paper (``train_test_split`` with ``stratify``), the balancing left to the training part.
    """

    name: ClassVar[str] = "random"
    promise: ClassVar[Promise] = Promise("stratified random split; speakers may be shared between training and test")
    test_size: float = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        if (
            isinstance(self.test_size, bool)
            or not isinstance(self.test_size, int | float)
            or not 0 < self.test_size < 1
        ):
            raise EvenvoiceError(f"protocol: test_size is {shown(self.test_size)}; expected a share between 0 and 1")

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return the one fold."""
        _enough_of_each(utterances, 2, self.name)
        train, test = stratified_cut(
            np.arange(len(utterances)), utterances["emotion"], self.test_size, seed, f"protocol {self.name!r}",
            "use kfold, or fewer emotions (--emotions)",
        )  # fmt: skip
        return [Fold(0, train, NO_ROWS, test, f"{self.test_size:.0%} drawn at random")]


@dataclass(frozen=True)
class KFold(BaseProtocol):
    """Stratified k-fold cross-validation that ignores speakers: each utterance is tested once.

    Args:
        n_folds: How many folds, 2 or more.
        random_state: The seed of `split`; an evaluation draws its folds with seeds of its own.

    Raises:
        EvenvoiceError: Fewer than two folds.

    Examples:
        >>> X, y = np.zeros((8, 3)), np.repeat(["angry", "sad"], 4)
        >>> [len(test) for train, test in KFold(2).split(X, y)]
        [4, 4]
    """

    promise: ClassVar[Promise] = Promise("stratified k-fold; speakers may be shared between training and test")
    n_folds: int = USUAL_FOLDS

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("n_folds", self.n_folds, 2)

    @property
    def name(self) -> str:
        """``kfold``; with the number of folds where it is not 5: ``kfold-10``."""
        return folds_name("kfold", self.n_folds)

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return the folds."""
        _enough_of_each(utterances, self.n_folds, self.name)
        from sklearn.model_selection import StratifiedKFold

        splitter = StratifiedKFold(self.n_folds, shuffle=True, random_state=seed)
        pairs = splitter.split(np.zeros(len(utterances)), utterances["emotion"])
        return [
            Fold(number, train, NO_ROWS, test, f"part {number + 1} of {self.n_folds}")
            for number, (train, test) in enumerate(pairs)
        ]


@dataclass(frozen=True)
class Paper(Random):
    """The paper's own order of steps: normalise and balance everything first, then split 80:20. LEAKY.

    The fold of this protocol divides the *balanced* set, so its test rows include interpolations of training rows and
    its training rows interpolations of test rows. It exists to show what that order gains.

    Source: section 3.4 ("balance … We then split") and Table 1: 5465 + 1367 = 6832 = 4 × 1708.
    """

    name: ClassVar[str] = "paper"
    promise: ClassVar[Promise] = Promise(
        "LEAKY: balanced before the split, as in the paper; test rows may be interpolated from training rows",
        leaky=True,
    )
    balance_first: ClassVar[bool] = True


def _enough_of_each(utterances: pd.DataFrame, needed: int, name: str) -> None:
    counts = utterances["emotion"].value_counts()
    if counts.min() < needed:
        raise EvenvoiceError(
            f"protocol {name!r}: emotion {counts.idxmin()!r} has {counts.min()} utterance(s), it takes {needed} to "
            "have one in each part; leave the emotion out with --emotions, or merge it with another"
        )
