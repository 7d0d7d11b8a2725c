"""Choosing the best epoch on the test part: a common mistake, here only to measure its effect."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from evenvoice.protocols.promise import Fold, Promise
from evenvoice.protocols.wrapped import Wrapped

SUFFIX = "+select-on-test"


@dataclass(frozen=True)
class SelectOnTest(Wrapped):
    """Another protocol's folds, with the epoch of the highest UA on the test part kept. LEAKY.

    Args:
        inner: Whose folds.

    Examples:
        >>> from evenvoice.protocols import open_protocol
        >>> protocol = open_protocol("speaker-folds+select-on-test")
        >>> protocol.name, protocol.promise.leaky, protocol.promise.disjoint
        ('speaker-folds+select-on-test', True, ('speaker',))
    """

    select_on_test: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """The other protocol's name and `SUFFIX`."""
        return self.inner.name + SUFFIX

    @property
    def promise(self) -> Promise:
        """The other protocol's promise, marked LEAKY."""
        words = f"LEAKY: the best epoch was chosen on the test part; else {self.inner.promise.words}"
        return dataclasses.replace(self.inner.promise, words=words, leaky=True)

    @property
    def drawn(self) -> bool:
        """See `BaseProtocol`."""
        return bool(getattr(self.inner, "drawn", True))

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return the other protocol's folds: the same training and test rows."""
        return self.inner.folds(utterances, seed)
