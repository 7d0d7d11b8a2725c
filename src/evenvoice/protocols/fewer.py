"""Training parts with fewer speakers, for learning curves; test parts stay as they are."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evenvoice.errors import EvenvoiceError, shown
from evenvoice.protocols.promise import Fold, Promise
from evenvoice.protocols.wrapped import Narrowed

SPEAKERS = "+speakers-"


@dataclass(frozen=True)
class FewerSpeakers(Narrowed):
    """Another protocol's folds, with the training rows of a number of speakers alone.

    Which speakers depends on the split seed; those of a smaller number are among those of a larger. Nothing sees the
    rows left out: no normaliser, sampler or model. Validation and test parts are the other protocol's.

    Args:
        inner: Whose folds.
        speakers: How many, from 1.

    Raises:
        EvenvoiceError: No whole number from 1.

    Examples:
        >>> from evenvoice.protocols import open_protocol
        >>> table = pd.DataFrame({"emotion": ["angry", "sad"] * 6, "speaker": list("aabbccddeeff")})
        >>> fold = open_protocol("speaker+speakers-3").folds(table, seed=0)[0]
        >>> table["speaker"].iloc[fold.train].nunique(), table["speaker"].iloc[fold.test].unique().tolist()
        (3, ['a'])
    """

    speakers: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.speakers, bool) or not isinstance(self.speakers, int) or self.speakers < 1:
            raise EvenvoiceError(f"speakers: found {shown(self.speakers)}; expected a whole number from 1, such as 5")

    @property
    def name(self) -> str:
        """The other protocol's name, and the number."""
        return f"{self.inner.name}{SPEAKERS}{self.speakers}"

    @property
    def promise(self) -> Promise:
        """The other protocol's promise, and the number."""
        words = f"{self.inner.promise.words}; training parts of {self.speakers} speakers"
        return dataclasses.replace(self.inner.promise, words=words)

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns in which no value may be missing."""
        return tuple(dict.fromkeys((*self.inner.needs, "speaker")))

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return the other protocol's folds with fewer training rows.

        Raises:
            EvenvoiceError: A fold has fewer speakers to train on.
        """
        speakers = utterances["speaker"].to_numpy(str)
        # One order of the speakers for all folds and numbers.
        order = {name: place for place, name in enumerate(np.random.default_rng(seed).permutation(np.unique(speakers)))}
        return [self._narrowed(fold, speakers, order) for fold in self.inner.folds(utterances, seed)]

    def _narrowed(self, fold: Fold, speakers: np.ndarray, order: dict[str, int]) -> Fold:
        there = sorted(set(speakers[fold.train]), key=order.__getitem__)
        if len(there) < self.speakers:
            raise EvenvoiceError(
                f"protocol {self.name!r}, fold {fold.number}: {len(there)} speakers to train on; use at most so many, "
                f"as in {self.inner.name}{SPEAKERS}{len(there)}"
            )
        return dataclasses.replace(fold, train=fold.train[np.isin(speakers[fold.train], there[: self.speakers])])


def fewer_name(name: str) -> tuple[str, int] | None:
    """Return the other protocol's name and the number of speakers; ``None`` for a name of another kind.

    Examples:
        >>> fewer_name("loso+speakers-4"), fewer_name("loso")
        (('loso', 4), None)
    """
    found = re.fullmatch(rf"(.+){re.escape(SPEAKERS)}(\d{{1,6}})", name)
    return (found[1], int(found[2])) if found else None
