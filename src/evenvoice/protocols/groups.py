"""Protocols that hold out whole groups: speakers, sentences, sessions, or those of a column of one's own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from evenvoice.errors import EvenvoiceError, shown
from evenvoice.protocols.promise import Fold, Promise
from evenvoice.protocols.protocol import NO_ROWS, USUAL_FOLDS, BaseProtocol, folds_name, whole_number

LOGO = "logo-"


@dataclass(frozen=True)
class Speaker(BaseProtocol):
    """Each speaker in turn is the test part: leave one speaker out.

    Args:
        random_state: Of `split`, as other protocols have it; nothing here is drawn.

    Examples:
        >>> speakers = np.array(["03", "03", "08", "09"])
        >>> [test.tolist() for train, test in Speaker().split(np.zeros((4, 3)), groups=speakers)]
        [[0, 1], [2], [3]]
    """

    name: ClassVar[str] = "speaker"
    drawn: ClassVar[bool] = False
    promise: ClassVar[Promise] = Promise("each speaker in turn is tested, and unseen in training", ("speaker",))
    needs: ClassVar[tuple[str, ...]] = ("speaker",)
    validation_by: ClassVar[str | None] = "speaker"

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return one fold a speaker; the seed changes nothing here (it still changes the weights)."""
        return _one_group_out(utterances, "speaker", self.name)


@dataclass(frozen=True)
class SpeakerFolds(BaseProtocol):
    """k groups of speakers, each group in turn the test part; which speakers go together is drawn by the seed.

    Args:
        n_folds: How many groups, 2 or more; no more than speakers.
        random_state: The seed of `split`; an evaluation draws its folds with seeds of its own.

    Raises:
        EvenvoiceError: Fewer than two folds.

    Examples:
        >>> speakers = np.repeat(list("abcd"), 2)
        >>> for train, test in SpeakerFolds(2).split(np.zeros((8, 3)), groups=speakers):
        ...     print(*np.unique(speakers[train]), "|", *np.unique(speakers[test]))
        a b | c d
        c d | a b
    """

    promise: ClassVar[Promise] = Promise("speakers in the test part are unseen in training", ("speaker",))
    needs: ClassVar[tuple[str, ...]] = ("speaker",)
    validation_by: ClassVar[str | None] = "speaker"
    n_folds: int = USUAL_FOLDS

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("n_folds", self.n_folds, 2)

    @property
    def name(self) -> str:
        """``speaker-folds``; with the number of folds where it is not 5: ``speaker-folds-10``."""
        return folds_name("speaker-folds", self.n_folds)

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return the folds."""
        speakers = utterances["speaker"].to_numpy()
        found = len(set(speakers))
        if found < self.n_folds:
            fewer = f"use protocol speaker, or speaker-folds-{found}" if found > 1 else "two are needed at least"
            raise EvenvoiceError(
                f"protocol {self.name!r}: {self.n_folds} groups of speakers asked for, {found} speakers found; {fewer}"
            )
        from sklearn.model_selection import GroupKFold

        splitter = GroupKFold(self.n_folds, shuffle=True, random_state=seed)
        return [
            Fold(number, train, NO_ROWS, test, "speakers " + _listed(speakers[test]))
            for number, (train, test) in enumerate(splitter.split(np.zeros(len(utterances)), groups=speakers))
        ]


@dataclass(frozen=True)
class TextFolds(BaseProtocol):
    """k groups of sentences, each group in turn the test part; as many groups as sentences where these are fewer.

    Against ``kfold``, it tells what is learnt of emotion in known sentences alone.

    Args:
        n_folds: How many groups, 2 or more.
        random_state: The seed of `split`; an evaluation draws its folds with seeds of its own.

    Raises:
        EvenvoiceError: Fewer than two folds.

    Examples:
        >>> texts = np.array(["a01", "a01", "b02", "b02"])
        >>> sorted(test.tolist() for train, test in TextFolds(2).split(np.zeros((4, 3)), groups=texts))
        [[0, 1], [2, 3]]
    """

    promise: ClassVar[Promise] = Promise(
        "sentences in the test part are unseen in training; speakers may be shared", ("text",)
    )
    needs: ClassVar[tuple[str, ...]] = ("text",)
    validation_by: ClassVar[str | None] = "text"
    n_folds: int = USUAL_FOLDS

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("n_folds", self.n_folds, 2)

    @property
    def name(self) -> str:
        """``text-folds``; with the number of folds where it is not 5: ``text-folds-10``."""
        return folds_name("text-folds", self.n_folds)

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return the folds, or one a sentence."""
        texts = utterances["text"].to_numpy()
        found = len(set(texts))
        if found < 2:
            raise EvenvoiceError("protocol 'text-folds': one sentence only; it takes two at least. Use speaker-folds")
        from sklearn.model_selection import GroupKFold

        splitter = GroupKFold(min(self.n_folds, found), shuffle=True, random_state=seed)
        return [
            Fold(number, train, NO_ROWS, test, f"{len(set(texts[test]))} of {found} sentences")
            for number, (train, test) in enumerate(splitter.split(np.zeros(len(utterances)), groups=texts))
        ]


@dataclass(frozen=True)
class Session(BaseProtocol):
    """Each recording session in turn is the test part. A session holds its own speakers (IEMOCAP: two each).

    Args:
        random_state: Of `split`, as other protocols have it; nothing here is drawn.

    Examples:
        >>> sessions = np.array(["1", "1", "2"])
        >>> [test.tolist() for train, test in Session().split(np.zeros((3, 3)), groups=sessions)]
        [[0, 1], [2]]
    """

    name: ClassVar[str] = "session"
    drawn: ClassVar[bool] = False
    promise: ClassVar[Promise] = Promise(
        "each session in turn is tested; its speakers are unseen in training", ("session", "speaker")
    )
    needs: ClassVar[tuple[str, ...]] = ("session", "speaker")
    validation_by: ClassVar[str | None] = "session"

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return one fold a session; the seed changes nothing here (it still changes the weights)."""
        return _one_group_out(utterances, "session", self.name)


@dataclass(frozen=True)
class LeaveOneGroupOut(BaseProtocol):
    """Each value of a column in turn is the test part: ``logo-season``, for a column of the table's own.

    Args:
        column: Which column.
        random_state: Of `split`, as other protocols have it; nothing here is drawn.

    Raises:
        EvenvoiceError: A name that cannot be part of a folder's name.

    Examples:
        >>> LeaveOneGroupOut("season").promise.words
        'each season in turn is tested, and unseen in training; speakers may be shared'
    """

    drawn: ClassVar[bool] = False
    column: str

    def __post_init__(self) -> None:
        super().__post_init__()
        # The name is a folder's name in a study.
        if not isinstance(self.column, str) or not re.fullmatch(r"\w[\w .-]*", self.column):
            raise EvenvoiceError(f"protocol: column {shown(self.column)}; expected a name of letters, digits, - and _")

    @property
    def name(self) -> str:
        """``logo-`` and the column."""
        return LOGO + self.column

    @property
    def promise(self) -> Promise:
        """The column's values are kept apart."""
        shared = "" if self.column == "speaker" else "; speakers may be shared"
        return Promise(f"each {self.column} in turn is tested, and unseen in training{shared}", (self.column,))

    @property
    def needs(self) -> tuple[str, ...]:  # type: ignore[override]  # of an instance, not of the class
        """The column."""
        return (self.column,)

    @property
    def validation_by(self) -> str | None:  # type: ignore[override]
        """Validation parts hold whole groups as well."""
        return self.column

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return one fold a value; the seed changes nothing here (it still changes the weights)."""
        return _one_group_out(utterances, self.column, self.name)


def _one_group_out(utterances: pd.DataFrame, column: str, protocol: str) -> list[Fold]:
    """Return one fold for each value of a column, in their order."""
    values = utterances[column].to_numpy()
    try:
        groups = sorted(set(values))
    except TypeError as error:
        kinds = " and ".join(sorted({type(value).__name__ for value in values}))
        raise EvenvoiceError(
            f"protocol {protocol!r}: column {column!r} holds {kinds}; write all values as text"
        ) from error
    if len(groups) < 2:
        raise EvenvoiceError(
            f"protocol {protocol!r}: one {column} only ({groups[0]}); it takes two at least. Use random"
        )
    return [
        Fold(number, np.flatnonzero(values != group), NO_ROWS, np.flatnonzero(values == group), f"{column} {group}")
        for number, group in enumerate(groups)
    ]


def _listed(values: Iterable[str]) -> str:
    return ", ".join(sorted(set(map(str, values))))
