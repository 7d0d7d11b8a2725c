"""Under-sampling that cleans: rows that lie among other classes are left out. All by imbalanced-learn.

None of these aims at even classes: each leaves out what its rule finds. ``sampling_strategy`` says of which classes:
``"not minority"`` (all but the smallest), ``"not majority"``, ``"majority"``, ``"all"``, or a list of labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from evenvoice.imbalance.options import check_integers, check_numbers, check_one_of
from evenvoice.imbalance.samplers.reference import CleaningStrategy, Selecting, check_cleaning, cleaned_classes

_KINDS = ("all", "mode")


@dataclass(repr=False)
class Cleaning(Selecting):
    """A cleaning method.

    Attributes:
        sampling_strategy: Which classes may lose rows.
    """

    sampling_strategy: CleaningStrategy = "not minority"

    def __post_init__(self) -> None:
        check_cleaning(type(self).__name__, self.sampling_strategy)

    def _strategy(self, have: dict[Any, int]) -> Any:
        return cleaned_classes(type(self).__name__, self.sampling_strategy, have)


@dataclass(repr=False)
class TomekLinks(Cleaning):
    """Leave out rows whose nearest neighbour is of another class and has them as its nearest (Tomek 1976).

    Examples:
        >>> X, y = [[0.0], [1.0], [2.9], [3.0], [4.0]], ["neutral", "neutral", "neutral", "sad", "sad"]
        >>> TomekLinks().plan(X, y).kept
        array([0, 1, 3, 4])
    """

    reference: ClassVar[str] = "TomekLinks"
    copies: ClassVar[float] = 1.2


@dataclass(repr=False)
class EditedNearestNeighbours(Cleaning):
    """Leave out rows that their neighbours contradict (Wilson 1972).

    Attributes:
        n_neighbors: How many neighbours are asked.
        kind_sel: ``"all"``: one neighbour of another class is enough; ``"mode"``: the majority of them decides.
    """

    n_neighbors: int = 3
    kind_sel: str = "all"

    reference: ClassVar[str] = "EditedNearestNeighbours"
    copies: ClassVar[float] = 1.7

    def __post_init__(self) -> None:
        super().__post_init__()
        check_integers(type(self).__name__, n_neighbors=self.n_neighbors)
        check_one_of(type(self).__name__, _KINDS, kind_sel=self.kind_sel)


@dataclass(repr=False)
class RepeatedEditedNearestNeighbours(EditedNearestNeighbours):
    """Edited nearest neighbours again and again, until nothing changes (Tomek 1976a)."""

    reference: ClassVar[str] = "RepeatedEditedNearestNeighbours"


@dataclass(repr=False)
class AllKNN(EditedNearestNeighbours):
    """Edited nearest neighbours with 1, 2, … ``n_neighbors`` neighbours in turn (Tomek 1976a)."""

    reference: ClassVar[str] = "AllKNN"
    copies: ClassVar[float] = 2.8


@dataclass(repr=False)
class NeighbourhoodCleaningRule(Cleaning):
    """Edited nearest neighbours, and also the neighbours that mislead a row of the smallest class (Laurikkala 2001).

    Attributes:
        n_neighbors: How many neighbours are asked.
        threshold_cleaning: A class is cleaned the second time if it has more than this fraction of the smallest's rows.
    """

    n_neighbors: int = 3
    threshold_cleaning: float = 0.5

    reference: ClassVar[str] = "NeighbourhoodCleaningRule"
    copies: ClassVar[float] = 1.8

    def __post_init__(self) -> None:
        super().__post_init__()
        check_integers(type(self).__name__, n_neighbors=self.n_neighbors)
        check_numbers(type(self).__name__, 0, 1, threshold_cleaning=self.threshold_cleaning)


@dataclass(repr=False)
class CondensedNearestNeighbour(Cleaning):
    """Keep the rows that a 1-nearest-neighbour rule needs to tell the classes apart (Hart 1968). Slow.

    Attributes:
        n_seeds_S: Rows of each class to start from.
    """

    n_seeds_S: int = 1  # noqa: N815  # imbalanced-learn's name

    reference: ClassVar[str] = "CondensedNearestNeighbour"
    copies: ClassVar[float] = 2.6

    def __post_init__(self) -> None:
        super().__post_init__()
        check_integers(type(self).__name__, n_seeds_S=self.n_seeds_S)


@dataclass(repr=False)
class OneSidedSelection(CondensedNearestNeighbour):
    """One step of condensing, then Tomek links (Kubat & Matwin 1997)."""

    reference: ClassVar[str] = "OneSidedSelection"
