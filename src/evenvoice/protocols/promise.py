"""What a protocol promises of its folds, and the check that it kept it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from evenvoice.errors import EvenvoiceError


@dataclass(frozen=True)
class Fold:
    """One division of a corpus into row positions.

    Attributes:
        number: 0, 1, ….
        train: Rows to learn from, int64.
        validation: Rows to select on (empty where nothing is selected), int64.
        test: Rows that nothing but the final score may see, int64.
        about: What is held out, in words: ``"speaker 03"``.
        enrolled: Rows of test speakers to adapt to, without labels (`Enrol`), int64; or all that are tested.
    """

    number: int
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    about: str = ""
    enrolled: np.ndarray = field(default_factory=lambda: np.array([], np.int64))


@dataclass(frozen=True)
class Promise:
    """What the reader of a result may rely on.

    Attributes:
        disjoint: Columns of the corpus of which no value stands both in the test part and in what the model learnt
            from: ``("speaker",)``.
        leaky: True where the order of steps lets the test part into the training: the result is an upper bound.
        words: The promise as a sentence for reports.
    """

    words: str
    disjoint: tuple[str, ...] = ()
    leaky: bool = False


def check_promise(promise: Promise, fold: Fold, utterances: pd.DataFrame) -> None:
    """Raise an `EvenvoiceError` if a fold breaks what its protocol promised.

    Checks that the three parts share no row, that train and test are not empty, and that the disjoint columns are.

    Args:
        promise: What was promised.
        fold: Row positions.
        utterances: The corpus' table, row i being position i.

    Examples:
        >>> table = pd.DataFrame({"speaker": ["a", "a", "b"]})
        >>> fold = Fold(0, np.array([0]), np.array([], int), np.array([1, 2]))
        >>> check_promise(Promise("unseen speakers", disjoint=("speaker",)), fold, table)
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: fold 0: speaker a is in the test part and in the training part; \
the protocol promised none shared. The split is wrong: correct it before reading any figure
    """
    parts = {"training": fold.train, "validation": fold.validation, "test": fold.test, "enrolled": fold.enrolled}
    for name in ("training", "test"):
        if len(parts[name]) == 0:
            raise EvenvoiceError(f"fold {fold.number}: the {name} part is empty; use fewer folds or another protocol")
    pairs = [("training", "validation"), ("training", "test"), ("validation", "test")]
    pairs += [("training", "enrolled"), ("validation", "enrolled")]
    if not np.array_equal(fold.enrolled, fold.test):
        pairs.append(("test", "enrolled"))
    for one, other in pairs:
        shared = np.intersect1d(parts[one], parts[other])
        if len(shared):
            raise EvenvoiceError(
                f"fold {fold.number}: utterance {utterances.index[shared[0]]} is in the {one} part and in the {other} "
                f"part ({len(shared)} in all); every utterance belongs to one part"
            )
    for column in promise.disjoint:
        tested = set(utterances[column].iloc[fold.test])
        for name in ("training", "validation"):
            shared_values = sorted(tested & set(utterances[column].iloc[parts[name]]))
            if shared_values:
                raise EvenvoiceError(
                    f"fold {fold.number}: {column} {', '.join(map(str, shared_values[:3]))} is in the test part and in "
                    f"the {name} part; the protocol promised none shared. The split is wrong: correct it before "
                    "reading any figure"
                )
