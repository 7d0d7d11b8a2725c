"""A corpus' table becomes folds, each checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from evenvoice.errors import EvenvoiceError
from evenvoice.protocols.promise import Fold, check_promise

if TYPE_CHECKING:
    from evenvoice.protocols.protocol import SplitProtocol


def make_folds(protocol: SplitProtocol, utterances: pd.DataFrame, seed: int) -> list[Fold]:
    """Return the folds of a corpus' table, each checked against what the protocol promises.

    Raises:
        EvenvoiceError: A column that the protocol needs is missing, a part would be empty, a promise is broken, or
            a training part lacks an emotion.

    Examples:
        >>> from evenvoice.protocols import Speaker
        >>> table = pd.DataFrame({"emotion": ["sad", "angry"] * 3, "speaker": list("aabbcc")})
        >>> [fold.about for fold in make_folds(Speaker(), table, seed=0)]
        ['speaker a', 'speaker b', 'speaker c']
    """
    check_columns(protocol, utterances)
    folds = protocol.folds(utterances, seed)
    for fold in folds:
        check_promise(protocol.promise, fold, utterances)
        _check_emotions(protocol, fold, utterances["emotion"])
    return folds


def _check_emotions(protocol: SplitProtocol, fold: Fold, emotions: pd.Series) -> None:
    """Raise if an emotion is not in the training part; a test part may lack one."""
    absent = sorted(set(emotions) - set(emotions.iloc[fold.train]))
    if absent:
        raise EvenvoiceError(
            f"protocol {protocol.name!r}, fold {fold.number} ({fold.about}): every utterance of {absent[0]!r} is in "
            "its test part, none is left to learn from; leave the emotion out with --emotions, or use another protocol"
        )


def check_columns(protocol: SplitProtocol, utterances: pd.DataFrame) -> None:
    """Raise an `EvenvoiceError` if the corpus lacks a column that the protocol needs."""
    if not isinstance(utterances, pd.DataFrame) or "emotion" not in utterances:
        found = f"a {type(utterances).__name__}" + " without emotions" * isinstance(utterances, pd.DataFrame)
        raise EvenvoiceError(
            f"protocol {protocol.name!r}: divides the table of a corpus, found {found}; use corpus.table"
        )
    for column in protocol.needs:
        missing = utterances.index[utterances[column].isna()] if column in utterances else utterances.index
        if len(missing):
            remedy = (
                "name it in a speaker column (of a folder: --speaker-from), or use random or kfold (speakers may "
                "then be shared)"
                if column == "speaker"
                else "name the other corpus with --test-corpus, or join two with join_for_cross"
                if column == "corpus"
                else f"add a {column} column to the table, or use another protocol"
            )
            raise EvenvoiceError(
                f"protocol {protocol.name!r} needs the {column} of every utterance; {len(missing)} of "
                f"{len(utterances)} have none (first: {missing[0]}). Remedy: {remedy}"
            )
