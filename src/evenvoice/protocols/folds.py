"""A corpus' table becomes folds, each checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evenvoice.errors import EvenvoiceError
from evenvoice.outside import calling, is_outside, refused
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
    part = innermost(protocol)
    with calling("protocol", part):
        folds = protocol.folds(utterances, seed)
    if is_outside(part):
        _check_given(part, folds, len(utterances))
    for fold in folds:
        check_promise(protocol.promise, fold, utterances)
        _check_emotions(protocol, fold, utterances["emotion"])
    return folds


def innermost(protocol: SplitProtocol) -> SplitProtocol:
    """Return the protocol that others, such as `Thin`, change the folds of; itself where it is none of these."""
    while (inner := getattr(protocol, "inner", None)) is not None:
        protocol = inner
    return protocol


def _check_given(protocol: SplitProtocol, folds: Any, size: int) -> None:
    """Raise unless a protocol from outside gave folds that hold row numbers."""

    def wrong(found: str) -> EvenvoiceError:
        return refused("protocol", protocol, found)

    if not isinstance(folds, list) or not folds or not all(isinstance(fold, Fold) for fold in folds):
        found = "a list of others, or of none" if isinstance(folds, list) else f"a {type(folds).__name__}"
        raise wrong(f"folds() returns {found}; expected a list of evenvoice.protocols.Fold")
    for fold in folds:
        for part in ("train", "validation", "test", "enrolled"):
            rows = getattr(fold, part)
            where = f"the {part} part of fold {fold.number}"
            if not isinstance(rows, np.ndarray) or rows.ndim != 1 or (rows.size and rows.dtype.kind not in "iu"):
                raise wrong(f"{where} is no array of row numbers; use np.flatnonzero")
            if rows.size and (rows.min() < 0 or rows.max() >= size or len(np.unique(rows)) < len(rows)):
                raise wrong(f"{where} repeats a row, or names one that is not among the {size}")


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
