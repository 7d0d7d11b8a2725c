"""The split that a corpus brings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from evenvoice.errors import EvenvoiceError
from evenvoice.protocols.promise import Fold, Promise
from evenvoice.protocols.protocol import BaseProtocol, SplitProtocol


@dataclass(frozen=True)
class Predefined(BaseProtocol):
    """The division that the corpus brings in its column ``split``: train, validation (or dev), test."""

    name: ClassVar[str] = "predefined"
    drawn: ClassVar[bool] = False
    promise: ClassVar[Promise] = Promise("the corpus' own split; it alone vouches for what is shared")
    needs: ClassVar[tuple[str, ...]] = ("split",)
    validation_by: ClassVar[str | None] = "speaker"

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return the one fold."""
        parts = utterances["split"].astype(str).str.lower().replace({"dev": "validation", "valid": "validation"})
        odd = sorted(set(parts) - {"train", "validation", "test"})
        if odd:
            raise EvenvoiceError(
                f"protocol 'predefined': column split holds {odd[0]!r}; expected train, validation (or dev) and test"
            )
        train, validation, test = (np.flatnonzero(parts == part) for part in ("train", "validation", "test"))
        return [Fold(0, train, validation, test, "the corpus' own test part")]


def promise_of(protocol: SplitProtocol, fold: Fold, utterances: pd.DataFrame) -> Promise:
    """Return what holds of a fold: the protocol's promise, and what a split of the corpus' own turns out to keep apart.

    Examples:
        >>> table = pd.DataFrame({"speaker": ["a", "a", "b"], "split": ["train", "train", "test"]})
        >>> promise_of(Predefined(), Predefined().folds(table, seed=0)[0], table).disjoint
        ('speaker',)
    """
    promise, speakers = protocol.promise, utterances["speaker"]
    if "split" not in protocol.needs or speakers.isna().any():
        return promise
    tested, others = (set(speakers.iloc[rows]) for rows in (fold.test, np.concatenate([fold.train, fold.validation])))
    if tested & others:
        return promise
    words = promise.words.replace(Predefined.promise.words, "the corpus' own split, which keeps test speakers apart")
    return replace(promise, words=words, disjoint=("speaker",))
