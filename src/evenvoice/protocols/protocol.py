"""What every protocol offers, and the base class that makes it a splitter of scikit-learn too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
import pandas as pd

from evenvoice.errors import EvenvoiceError, shown
from evenvoice.protocols.folds import make_folds
from evenvoice.protocols.promise import Fold, Promise
from evenvoice.protocols.rows import row_count, table_of_rows

USUAL_FOLDS = 5
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


if TYPE_CHECKING:
    _Base = SplitProtocol
else:
    _Base = object


@dataclass(frozen=True)
class Splitter(_Base):
    """A protocol as a splitter of scikit-learn: for ``cv=`` of `cross_val_predict`, `GridSearchCV` and the like.

    Args:
        random_state: The seed of `split`; an evaluation draws its folds with seeds of its own.

    Examples:
        >>> from evenvoice.protocols import SpeakerFolds
        >>> speakers = np.repeat(list("abcd"), 2)
        >>> for train, test in SpeakerFolds(2).split(np.zeros((8, 3)), groups=speakers):
        ...     print(*np.unique(speakers[train]), "|", *np.unique(speakers[test]))
        a b | c d
        c d | a b
    """

    random_state: int = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        whole_number("random_state", self.random_state, 0)

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the row numbers of the training and the test part of each fold, int64.

        Args:
            X: What is divided; its length counts, ``[n, …]``.
            y: The labels ``[n]``; the protocols that stratify need them.
            groups: What the protocol divides by ``[n]``: the speaker of each row, for `Session` its session, for
                `Predefined` its part. Or a table with the columns of a corpus.

        Raises:
            EvenvoiceError: Labels or groups that are missing or of another length, or a division that cannot be.
        """
        for fold in make_folds(self, table_of_rows(self, X, y, groups), self.random_state):
            yield np.sort(np.concatenate([fold.train, fold.validation])), fold.test

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of folds; protocols that leave one group out need the groups."""
        if X is not None and self.needs and groups is not None:
            return len(self.folds(table_of_rows(self, X, y, groups, stratify=False), self.random_state))
        if groups is not None and self.needs:
            return self.get_n_splits(np.zeros(row_count(groups)), y, groups)
        if self.needs and not hasattr(self, "n_folds"):
            raise EvenvoiceError(f"{type(self).__name__}: the number of folds depends on the groups; hand them over")
        return int(getattr(self, "n_folds", 1))

    def get_metadata_routing(self) -> Any:
        """Return what scikit-learn's metadata routing has to hand over: the groups.

        Examples:
            >>> from evenvoice.protocols import SpeakerFolds
            >>> SpeakerFolds().get_metadata_routing().split.requests
            {'groups': True}
        """
        from sklearn.utils.metadata_routing import MetadataRequest

        request = MetadataRequest(owner=type(self).__name__)
        request.split.add_request(param="groups", alias=True)
        return request


def folds_name(name: str, n_folds: int) -> str:
    """Return the name of a protocol of so many folds: with their number, where it is another than usual.

    Examples:
        >>> folds_name("kfold", 5), folds_name("kfold", 10)
        ('kfold', 'kfold-10')
    """
    return name if n_folds == USUAL_FOLDS else f"{name}-{n_folds}"


@dataclass(frozen=True)
class BaseProtocol(Splitter):
    """What protocols have in common that keep the test part out of everything. Derive your own from it.

    Examples:
        >>> from evenvoice.protocols import Promise
        >>> @dataclass(frozen=True)
        ... class FirstSpeaker(BaseProtocol):
        ...     name: ClassVar[str] = "first-speaker"
        ...     promise: ClassVar[Promise] = Promise("the first speaker is tested", ("speaker",))
        ...     needs: ClassVar[tuple[str, ...]] = ("speaker",)
        ...     validation_by: ClassVar[str | None] = "speaker"
        ...     def folds(self, utterances, seed):
        ...         first = (utterances["speaker"] == utterances["speaker"].min()).to_numpy()
        ...         return [Fold(0, np.flatnonzero(~first), NO_ROWS, np.flatnonzero(first), "the first speaker")]
        >>> next(FirstSpeaker().split("abc", groups=["x", "y", "z"]))
        (array([1, 2]), array([0]))
    """

    needs: ClassVar[tuple[str, ...]] = ()
    validation_by: ClassVar[str | None] = None
    balance_first: ClassVar[bool] = False
    select_on_test: ClassVar[bool] = False
    drawn: ClassVar[bool] = True  # whether another seed may give other folds


def whole_number(name: str, value: Any, least: int) -> None:
    """Raise unless an option is a whole number that is not too small."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise EvenvoiceError(f"protocol: {name} is {shown(value)}; expected a whole number from {least} on")
