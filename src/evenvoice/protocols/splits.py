"""The protocols: how a corpus becomes folds. Nothing else in evenvoice splits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold, StratifiedKFold, train_test_split

from evenvoice.errors import EvenvoiceError
from evenvoice.protocols.promise import Fold, Promise

NO_ROWS = np.array([], dtype=np.int64)


class SplitProtocol(Protocol):
    """What every protocol offers.

    Attributes:
        name: As on the command line.
        promise: What the reader of a result may rely on.
        needs: Columns in which no value may be missing.
        validation_by: Whole groups of this column make a validation part; ``None``: single utterances, stratified.
        balance_first: True where the runner normalises and balances before it splits (the paper's order; LEAKY).
        select_on_test: True where the runner keeps the epoch that does best on the test part (LEAKY).
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def promise(self) -> Promise: ...  # noqa: D102

    @property
    def needs(self) -> tuple[str, ...]: ...  # noqa: D102

    @property
    def validation_by(self) -> str | None: ...  # noqa: D102

    @property
    def balance_first(self) -> bool: ...  # noqa: D102

    @property
    def select_on_test(self) -> bool: ...  # noqa: D102

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Divide the utterances; the same seed gives the same folds."""
        ...


def promise_of(protocol: SplitProtocol, fold: Fold, utterances: pd.DataFrame) -> Promise:
    """Return what holds of a fold: the protocol's promise, and what a split of the corpus' own turns out to keep apart.

    Examples:
        >>> table = pd.DataFrame({"speaker": ["a", "a", "b"], "split": ["train", "train", "test"]})
        >>> promise_of(Given(), Given().folds(table, seed=0)[0], table).disjoint
        ('speaker',)
    """
    promise, speakers = protocol.promise, utterances["speaker"]
    if "split" not in protocol.needs or speakers.isna().any():
        return promise
    tested, others = (set(speakers.iloc[rows]) for rows in (fold.test, np.concatenate([fold.train, fold.validation])))
    if tested & others:
        return promise
    words = promise.words.replace(Given.promise.words, "the corpus' own split, which keeps test speakers apart")
    return replace(promise, words=words, disjoint=("speaker",))


@dataclass(frozen=True)
class Random:
    """One stratified division, 80:20 by default; speakers are shared between the parts.

    Source: section 4 of the paper (``train_test_split`` with ``stratify``), the balancing left to the training part.
    """

    name: ClassVar[str] = "random"
    promise: ClassVar[Promise] = Promise("stratified random split; speakers may be shared between training and test")
    needs: ClassVar[tuple[str, ...]] = ()
    validation_by: ClassVar[str | None] = None
    balance_first: ClassVar[bool] = False
    select_on_test: ClassVar[bool] = False
    test_share: float = 0.2

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return the one fold."""
        rows = np.arange(len(utterances))
        _enough_of_each(utterances, 2, self.name)
        train, test = train_test_split(
            rows, test_size=self.test_share, stratify=utterances["emotion"], random_state=seed, shuffle=True
        )
        return [Fold(0, np.sort(train), NO_ROWS, np.sort(test), f"{self.test_share:.0%} drawn at random")]


@dataclass(frozen=True)
class KFold:
    """Stratified k-fold cross-validation that ignores speakers: each utterance is tested once."""

    name: ClassVar[str] = "kfold"
    promise: ClassVar[Promise] = Promise("stratified k-fold; speakers may be shared between training and test")
    needs: ClassVar[tuple[str, ...]] = ()
    validation_by: ClassVar[str | None] = None
    balance_first: ClassVar[bool] = False
    select_on_test: ClassVar[bool] = False
    k: int = 5

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return k folds."""
        _enough_of_each(utterances, self.k, self.name)
        splitter = StratifiedKFold(self.k, shuffle=True, random_state=seed)
        pairs = splitter.split(np.zeros(len(utterances)), utterances["emotion"])
        return [
            Fold(number, train, NO_ROWS, test, f"part {number + 1} of {self.k}")
            for number, (train, test) in enumerate(pairs)
        ]


@dataclass(frozen=True)
class Speaker:
    """Each speaker in turn is the test part."""

    name: ClassVar[str] = "speaker"
    promise: ClassVar[Promise] = Promise("each speaker in turn is tested, and unseen in training", ("speaker",))
    needs: ClassVar[tuple[str, ...]] = ("speaker",)
    validation_by: ClassVar[str | None] = "speaker"
    balance_first: ClassVar[bool] = False
    select_on_test: ClassVar[bool] = False

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return one fold a speaker; the seed changes nothing here (it still changes the weights)."""
        return _one_group_out(utterances, "speaker")


@dataclass(frozen=True)
class SpeakerFolds:
    """k groups of speakers, each group in turn the test part; which speakers go together is drawn by the seed."""

    name: ClassVar[str] = "speaker-folds"
    promise: ClassVar[Promise] = Promise("speakers in the test part are unseen in training", ("speaker",))
    needs: ClassVar[tuple[str, ...]] = ("speaker",)
    validation_by: ClassVar[str | None] = "speaker"
    balance_first: ClassVar[bool] = False
    select_on_test: ClassVar[bool] = False
    k: int = 5

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return k folds."""
        speakers = utterances["speaker"].to_numpy()
        found = len(set(speakers))
        if found < self.k:
            raise EvenvoiceError(
                f"protocol 'speaker-folds': {self.k} groups of speakers asked for, {found} speakers found; "
                "use protocol speaker"
            )
        splitter = GroupKFold(self.k, shuffle=True, random_state=seed)
        return [
            Fold(number, train, NO_ROWS, test, "speakers " + _listed(speakers[test]))
            for number, (train, test) in enumerate(splitter.split(np.zeros(len(utterances)), groups=speakers))
        ]


@dataclass(frozen=True)
class TextFolds:
    """k groups of sentences, each group in turn the test part; as many groups as sentences where these are fewer.

    Against ``kfold``, it tells what is learnt of emotion in known sentences alone.
    """

    name: ClassVar[str] = "text-folds"
    promise: ClassVar[Promise] = Promise(
        "sentences in the test part are unseen in training; speakers may be shared", ("text",)
    )
    needs: ClassVar[tuple[str, ...]] = ("text",)
    validation_by: ClassVar[str | None] = "text"
    balance_first: ClassVar[bool] = False
    select_on_test: ClassVar[bool] = False
    k: int = 5

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return k folds, or one a sentence."""
        texts = utterances["text"].to_numpy()
        found = len(set(texts))
        if found < 2:
            raise EvenvoiceError("protocol 'text-folds': one sentence only; it takes two at least. Use speaker-folds")
        splitter = GroupKFold(min(self.k, found), shuffle=True, random_state=seed)
        return [
            Fold(number, train, NO_ROWS, test, f"{len(set(texts[test]))} of {found} sentences")
            for number, (train, test) in enumerate(splitter.split(np.zeros(len(utterances)), groups=texts))
        ]


@dataclass(frozen=True)
class Session:
    """Each recording session in turn is the test part. A session holds its own speakers (IEMOCAP: two each)."""

    name: ClassVar[str] = "session"
    promise: ClassVar[Promise] = Promise(
        "each session in turn is tested; its speakers are unseen in training", ("session", "speaker")
    )
    needs: ClassVar[tuple[str, ...]] = ("session", "speaker")
    validation_by: ClassVar[str | None] = "session"
    balance_first: ClassVar[bool] = False
    select_on_test: ClassVar[bool] = False

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return one fold a session; the seed changes nothing here (it still changes the weights)."""
        return _one_group_out(utterances, "session")


@dataclass(frozen=True)
class Given:
    """The division that the corpus brings in its column ``split``: train, validation (or dev), test."""

    name: ClassVar[str] = "given"
    promise: ClassVar[Promise] = Promise("the corpus' own split; it alone vouches for what is shared")
    needs: ClassVar[tuple[str, ...]] = ("split",)
    validation_by: ClassVar[str | None] = "speaker"
    balance_first: ClassVar[bool] = False
    select_on_test: ClassVar[bool] = False

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return the one fold."""
        parts = utterances["split"].astype(str).str.lower().replace({"dev": "validation", "valid": "validation"})
        odd = sorted(set(parts) - {"train", "validation", "test"})
        if odd:
            raise EvenvoiceError(
                f"protocol 'given': column split holds {odd[0]!r}; expected train, validation (or dev) and test"
            )
        train, validation, test = (np.flatnonzero(parts == part) for part in ("train", "validation", "test"))
        return [Fold(0, train, validation, test, "the corpus' own test part")]


@dataclass(frozen=True)
class Paper(Random):
    """The paper's own order of steps: normalise and balance everything first, then split 80:20. LEAKY.

    The fold of this protocol divides the *balanced* set, so its test rows include interpolations of training rows and
    its training rows interpolations of test rows. It exists to show what that order buys.

    Source: section 3.4 ("balance … We then split") and Table 1: 5465 + 1367 = 6832 = 4 × 1708.
    """

    name: ClassVar[str] = "paper"
    promise: ClassVar[Promise] = Promise(
        "LEAKY: balanced before the split, as in the paper; test rows may be interpolated from training rows",
        leaky=True,
    )
    balance_first: ClassVar[bool] = True


def _one_group_out(utterances: pd.DataFrame, column: str) -> list[Fold]:
    """One fold for each value of a column."""
    values = utterances[column].to_numpy()
    groups = sorted(set(values))
    if len(groups) < 2:
        raise EvenvoiceError(f"protocol {column!r}: one {column} only ({groups[0]}); it takes two at least. Use random")
    return [
        Fold(number, np.flatnonzero(values != group), NO_ROWS, np.flatnonzero(values == group), f"{column} {group}")
        for number, group in enumerate(groups)
    ]


def _enough_of_each(utterances: pd.DataFrame, needed: int, name: str) -> None:
    counts = utterances["emotion"].value_counts()
    if counts.min() < needed:
        raise EvenvoiceError(
            f"protocol {name!r}: emotion {counts.idxmin()!r} has {counts.min()} utterance(s), it takes {needed} to "
            "have one in each part; leave the emotion out with --emotions, or merge it with another"
        )


def _listed(values: Iterable[str]) -> str:
    return ", ".join(sorted(set(map(str, values))))
