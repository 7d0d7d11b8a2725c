"""A validation part cut from the training part: other speakers where speakers are known, never a test row."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from evenvoice.errors import EvenvoiceError
from evenvoice.protocols.promise import Fold
from evenvoice.protocols.protocol import SplitProtocol
from evenvoice.protocols.stratified import stratified_cut


def cut_validation(
    fold: Fold, utterances: pd.DataFrame, share: float, seed: int, protocol: SplitProtocol | None = None
) -> Fold:
    """Return the fold with a validation part cut from its training part, in the protocol's own grouping.

    Where the protocol holds out speakers or sessions, the validation part holds whole speakers or sessions as well;
    where it shares them (random, kfold), the cut is stratified by emotion. A fold that has a validation part keeps it.

    Args:
        fold: The fold; its test rows stay as they are.
        utterances: The corpus' table.
        share: Share of the training part (of its groups where groups are held out), between 0 and 1.
        seed: Which rows or groups.
        protocol: Whose grouping to follow; none: whole speakers.

    Raises:
        EvenvoiceError: Too few groups to cut one off, or too few utterances of an emotion for both parts.
    """
    if len(fold.validation):
        return fold
    column = "speaker" if protocol is None else protocol.validation_by
    table = utterances.iloc[fold.train]
    if column is None:
        train, validation = stratified_cut(
            fold.train, table["emotion"], share, seed, f"fold {fold.number}: no validation part",
            "leave the emotion out with --emotions, or use a recipe that needs none (select: last, decision: none)",
        )  # fmt: skip
    else:
        if table[column].isna().any() or table[column].nunique() < 2:
            raise EvenvoiceError(
                f"fold {fold.number}: a validation part takes whole {column}s, and the training part has "
                f"{table[column].nunique()} known; use select: last, which needs no validation part"
            )
        from sklearn.model_selection import GroupShuffleSplit

        cut = GroupShuffleSplit(1, test_size=share, random_state=seed)
        ours, theirs = next(cut.split(fold.train, groups=table[column]))
        train, validation = fold.train[ours], fold.train[theirs]
    return dataclasses.replace(fold, train=np.sort(train), validation=np.sort(validation))
