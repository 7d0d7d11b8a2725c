"""Enrolling some unlabelled utterances of each test speaker, and testing the rest."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from evenvoice.errors import EvenvoiceError, shown
from evenvoice.protocols.fewer import fewer_name
from evenvoice.protocols.promise import Fold, Promise
from evenvoice.protocols.select_on_test import SUFFIX as SELECT_ON_TEST
from evenvoice.protocols.thin import thinned_name
from evenvoice.protocols.wrapped import Wrapped

ENROL = "+enrol-"
ALL: Literal["all"] = "all"


@dataclass(frozen=True)
class Enrol(Wrapped):
    """Another protocol's folds, with k utterances of each test speaker enrolled, without labels, and the rest tested.

    Which ones depends on the seed and the speaker alone, and fewer are among more. ``all`` enrols all of a speaker's
    test utterances and tests them, too: transductive.

    Args:
        inner: Whose folds.
        utterances: How many of each speaker, or ``all``.

    Examples:
        >>> from evenvoice.protocols import open_protocol
        >>> protocol = open_protocol("speaker+enrol-1")
        >>> table = pd.DataFrame({"emotion": ["sad", "angry"] * 2, "speaker": list("aabb")})
        >>> fold = protocol.folds(table, seed=0)[0]
        >>> len(fold.enrolled), len(fold.test), protocol.promise.words
        (1, 1, 'each speaker in turn is tested, and unseen in training; adapted, 1 utterance')
    """

    select_on_test: ClassVar[bool] = False
    utterances: int | Literal["all"]

    @property
    def name(self) -> str:
        """The other protocol's name, and how many are enrolled."""
        return f"{self.inner.name}{ENROL}{self.utterances}"

    @property
    def promise(self) -> Promise:
        """The other protocol's promise, and what is enrolled."""
        return dataclasses.replace(
            self.inner.promise, words=f"{self.inner.promise.words}; {adapted_words(self.utterances)}"
        )

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns in which no value may be missing."""
        return tuple(dict.fromkeys((*self.inner.needs, "speaker")))

    @property
    def drawn(self) -> bool:
        """See `BaseProtocol`: which utterances are enrolled is drawn, unless all are."""
        return self.utterances != ALL or bool(getattr(self.inner, "drawn", True))

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return the other protocol's folds: the same training rows, and some test rows enrolled.

        Raises:
            EvenvoiceError: A speaker has too few test utterances.
        """
        speakers = utterances["speaker"].to_numpy(str)
        return [self._enrolled(fold, speakers, seed) for fold in self.inner.folds(utterances, seed)]

    def _enrolled(self, fold: Fold, speakers: np.ndarray, seed: int) -> Fold:
        if self.utterances == ALL:
            return dataclasses.replace(fold, enrolled=fold.test)
        everybody = np.unique(speakers).tolist()
        drawn = []
        for speaker in np.unique(speakers[fold.test]).tolist():
            own = np.sort(fold.test[speakers[fold.test] == speaker])
            if len(own) <= self.utterances:
                raise EvenvoiceError(
                    f"protocol {self.name!r}, fold {fold.number}: speaker {speaker} has {len(own)} test utterances, "
                    f"and enrolling {self.utterances} leaves none to test; enrol fewer, or all"
                )
            random = np.random.default_rng([seed, everybody.index(speaker)])
            drawn.append(random.permutation(own)[: self.utterances])
        enrolled = np.sort(np.concatenate(drawn))
        return dataclasses.replace(fold, test=fold.test[~np.isin(fold.test, enrolled)], enrolled=enrolled)


def with_enrolled(names: Sequence[str], enrol: Any) -> list[str]:
    """Return the names of protocols with so many utterances enrolled; with several numbers, one after the other.

    Args:
        names: Of protocols.
        enrol: A whole number, ``all``, or a list of these; 0 leaves a name as it is.

    Raises:
        EvenvoiceError: Something else.

    Examples:
        >>> with_enrolled(["speaker"], [0, 5, "all"])
        ['speaker', 'speaker+enrol-5', 'speaker+enrol-all']
    """
    wanted = list(enrol) if isinstance(enrol, list | tuple) else [enrol]
    for each in wanted:
        if isinstance(each, bool) or not re.fullmatch(r"\d{1,6}|all", str(each)):
            raise EvenvoiceError(f"enrol: found {shown(each)}; expected a number of utterances from 0, or all")
    counts = [ALL if str(each) == ALL else int(each) for each in wanted]
    return [f"{name}{ENROL}{count}" if count else name for count in counts for name in names]


def split_name(name: str) -> tuple[str, int | Literal["all"]] | None:
    """Return the other protocol's name and how many are enrolled; ``None`` for a name of another kind.

    Examples:
        >>> split_name("loso+enrol-5"), split_name("loso")
        (('loso', 5), None)
    """
    found = re.fullmatch(rf"(.+){re.escape(ENROL)}([1-9]\d{{0,5}}|all)", name)
    if found is None:
        return None
    return found[1], ALL if found[2] == ALL else int(found[2])


def base_name(name: str) -> str:
    """Return the name of the protocol that divides, without what is done about its test part.

    Examples:
        >>> base_name("random+enrol-5"), base_name("random+thin-10+select-on-test"), base_name("speaker+speakers-5")
        ('random', 'random', 'speaker')
    """
    enrolled = split_name(name)
    name = (enrolled[0] if enrolled else name).removesuffix(SELECT_ON_TEST)
    narrowed = thinned_name(name) or fewer_name(name)
    return narrowed[0] if narrowed else name


def adapted_words(utterances: int | str) -> str:
    """Return what must be said wherever an adapted result is shown.

    Examples:
        >>> adapted_words(5)
        'adapted, 5 utterances'
    """
    return f"adapted, {utterances} utterance{'' if utterances == 1 else 's'}"
