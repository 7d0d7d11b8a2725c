"""SMOTE followed by cleaning: made rows and recorded rows that lie among other classes are left out again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from numpy.typing import ArrayLike

from evenvoice.imbalance.chain import Chain
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.sampler import BaseSampler, Sampler
from evenvoice.imbalance.samplers.cleaning import EditedNearestNeighbours, TomekLinks
from evenvoice.imbalance.samplers.smote import SMOTE
from evenvoice.imbalance.strategy import OverStrategy


@dataclass(repr=False)
class SMOTETomek(BaseSampler):
    """SMOTE, then Tomek links in all classes (Batista, Bazzan & Monard 2003).

    Attributes:
        k_neighbors: See `SMOTE`.
        sampling_strategy: See `SMOTE`.
    """

    k_neighbors: int | Literal["shrink"] = 5
    sampling_strategy: OverStrategy = "not majority"

    copies: ClassVar[float] = 3.9

    def __post_init__(self) -> None:
        self._over()

    def plan(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None, seed: int = 0) -> Plan:
        """Plan with SMOTE, then with the cleaning method on all of its rows; see both."""
        return Chain((self._over(), self._cleaning())).plan(X, y, groups, seed)

    def _over(self) -> Sampler:
        return SMOTE(self.k_neighbors, self.sampling_strategy)

    def _cleaning(self) -> Sampler:
        return TomekLinks("all")


@dataclass(repr=False)
class SMOTEENN(SMOTETomek):
    """SMOTE, then edited nearest neighbours in all classes (Batista, Prati & Monard 2004).

    Attributes:
        n_neighbors: How many neighbours the cleaning asks.
    """

    n_neighbors: int = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        self._cleaning()

    def _cleaning(self) -> Sampler:
        return EditedNearestNeighbours("all", self.n_neighbors)
