"""Training parts thinned to a ratio between the largest and the smallest class; test parts stay as they are."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evenvoice.errors import EvenvoiceError, shown
from evenvoice.protocols.promise import Fold, Promise
from evenvoice.protocols.wrapped import Narrowed

THIN = "+thin-"


@dataclass(frozen=True)
class Thin(Narrowed):
    """Another protocol's folds, with each training part thinned until its largest class is r times its smallest.

    The classes, from the most frequent of the corpus to the rarest (equal ones in alphabetical order), keep N,
    N·r^(-1/(k-1)), …, N/r rows, with the largest N that the training part allows. Which rows depends on the split seed
    and the class alone, and fewer are among more. Nothing sees the rows left out: no normaliser, sampler or model.
    Validation and test parts are the other protocol's.

    Source: the long-tailed profile of Cao et al. 2019, "Learning imbalanced datasets with label-distribution-aware
    margin loss", section 4.

    Args:
        inner: Whose folds.
        ratio: r, from 1.

    Raises:
        EvenvoiceError: A ratio below 1.

    Examples:
        >>> from evenvoice.protocols import open_protocol
        >>> protocol = open_protocol("kfold+thin-4")
        >>> table = pd.DataFrame({"emotion": ["angry"] * 20 + ["happy"] * 15 + ["sad"] * 10})
        >>> fold = protocol.folds(table, seed=0)[0]
        >>> table["emotion"].iloc[fold.train].value_counts().to_dict(), len(fold.test)
        ({'angry': 16, 'happy': 8, 'sad': 4}, 9)
    """

    ratio: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.ratio, bool) or not isinstance(self.ratio, int | float) or not 1 <= self.ratio < np.inf:
            raise EvenvoiceError(
                f"imbalance: found {shown(self.ratio)}; expected a ratio from 1 between the largest and the smallest "
                "class, such as 10"
            )

    @property
    def name(self) -> str:
        """The other protocol's name, and the ratio."""
        return f"{self.inner.name}{THIN}{self.ratio:g}"

    @property
    def promise(self) -> Promise:
        """The other protocol's promise, and the ratio."""
        words = f"{self.inner.promise.words}; training parts thinned to {self.ratio:g} : 1"
        return dataclasses.replace(self.inner.promise, words=words)

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return the other protocol's folds with fewer training rows.

        Raises:
            EvenvoiceError: One class only, or a ratio that leaves a class without rows.
        """
        emotions = utterances["emotion"].to_numpy(str)
        labels, counts = np.unique(emotions, return_counts=True)
        if len(labels) < 2:
            raise EvenvoiceError(f"protocol {self.name!r}: the corpus has one emotion; a ratio needs two at least")
        shares = {
            str(labels[number]): self.ratio ** (-place / (len(labels) - 1))
            for place, number in enumerate(np.argsort(-counts, kind="stable"))
        }
        # One order of each class' rows for all folds and ratios: those kept of a class are the first of it.
        order = np.empty(len(emotions), dtype=np.int64)
        for number, label in enumerate(labels):
            rows = np.flatnonzero(emotions == label)
            order[rows] = np.random.default_rng([seed, number]).permutation(len(rows))
        return [self._thinned(fold, emotions, shares, order) for fold in self.inner.folds(utterances, seed)]

    def _thinned(self, fold: Fold, emotions: np.ndarray, shares: dict[str, float], order: np.ndarray) -> Fold:
        rows_of = {label: fold.train[emotions[fold.train] == label] for label in shares}
        if not all(len(rows) for rows in rows_of.values()):
            return fold  # refused for the class that it lacks, by the check of all folds
        most = min(len(rows_of[label]) / share for label, share in shares.items())
        kept = []
        for label, rows in rows_of.items():
            wanted = int(most * shares[label] + 1e-9)
            if not wanted:
                raise EvenvoiceError(
                    f"protocol {self.name!r}, fold {fold.number}: a ratio of {self.ratio:g} leaves none of the "
                    f"{len(rows)} training rows of {label!r}; use a ratio of at most {int(most)}"
                )
            kept.append(rows[np.argsort(order[rows], kind="stable")[:wanted]])
        return dataclasses.replace(fold, train=np.sort(np.concatenate(kept)))


def thinned_name(name: str) -> tuple[str, float] | None:
    """Return the other protocol's name and the ratio; ``None`` for a name of another kind.

    Examples:
        >>> thinned_name("loso+thin-10"), thinned_name("loso")
        (('loso', 10.0), None)
    """
    found = re.fullmatch(rf"(.+){re.escape(THIN)}(\d{{1,6}}(?:\.\d{{1,6}})?)", name)
    return (found[1], float(found[2])) if found else None
