"""NearMiss: keep the rows of large classes that are nearest to the smallest (imbalanced-learn's)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from evenvoice.imbalance.options import check_integers
from evenvoice.imbalance.samplers.reference import Selecting
from evenvoice.imbalance.strategy import UnderStrategy, check_strategy, rows_to_keep


@dataclass(repr=False)
class NearMiss1(Selecting):
    """Keep rows whose mean distance to their nearest rows of the smallest class is least (Zhang & Mani 2003).

    Attributes:
        sampling_strategy: See `RandomUnderSampler`.
        n_neighbors: How many rows of the smallest class.
    """

    sampling_strategy: UnderStrategy = "not minority"
    n_neighbors: int = 3

    reference: ClassVar[str] = "NearMiss"
    version: ClassVar[int] = 1
    copies: ClassVar[float] = 2.0

    def __post_init__(self) -> None:
        check_strategy(type(self).__name__, self.sampling_strategy, "not minority")
        check_integers(type(self).__name__, n_neighbors=self.n_neighbors)

    def _strategy(self, have: dict[Any, int]) -> Any:
        labels = list(have)
        wanted = rows_to_keep(type(self).__name__, self.sampling_strategy, have)
        return {labels.index(label): count for label, count in wanted.items()}

    def _make(self, cls: Any, strategy: Any, seed: int) -> Any:
        return super()._make(cls, strategy, seed).set_params(version=self.version)


@dataclass(repr=False)
class NearMiss2(NearMiss1):
    """Keep rows whose mean distance to their farthest rows of the smallest class is least (Zhang & Mani 2003)."""

    version: ClassVar[int] = 2


@dataclass(repr=False)
class NearMiss3(NearMiss1):
    """Of the nearest rows of each row of the smallest class, keep those farthest from it (Zhang & Mani 2003).

    Attributes:
        n_neighbors_ver3: How many nearest rows of each row of the smallest class are looked at. Classes keep fewer rows
            than asked where these are too few.
    """

    n_neighbors_ver3: int = 3

    version: ClassVar[int] = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        check_integers(type(self).__name__, n_neighbors_ver3=self.n_neighbors_ver3)
