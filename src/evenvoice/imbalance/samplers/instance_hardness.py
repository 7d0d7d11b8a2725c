"""Instance hardness threshold: leave out the rows that a classifier gets wrong (imbalanced-learn's)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from evenvoice.imbalance.options import check_integers
from evenvoice.imbalance.samplers.reference import Selecting
from evenvoice.imbalance.strategy import UnderStrategy, check_strategy, rows_to_keep


@dataclass(repr=False)
class InstanceHardnessThreshold(Selecting):
    """Leave out rows to which a random forest, in cross-validation, gives their label with low probability.

    Source: Smith, Martinez & Giraud-Carrier 2014. Rows of equal probability stay together, so that classes may keep
    more rows than asked.

    Attributes:
        sampling_strategy: See `RandomUnderSampler`.
        cv: Folds of the cross-validation.
        n_estimators: Trees of the forest.
    """

    sampling_strategy: UnderStrategy = "not minority"
    cv: int = 5
    n_estimators: int = 100

    reference: ClassVar[str] = "InstanceHardnessThreshold"
    copies: ClassVar[float] = 1.8

    def __post_init__(self) -> None:
        check_strategy(type(self).__name__, self.sampling_strategy, "not minority")
        check_integers(type(self).__name__, least=2, cv=self.cv)
        check_integers(type(self).__name__, n_estimators=self.n_estimators)

    def _strategy(self, have: dict[Any, int]) -> Any:
        labels = list(have)
        wanted = rows_to_keep(type(self).__name__, self.sampling_strategy, have)
        return {labels.index(label): count for label, count in wanted.items()}

    def _make(self, cls: Any, strategy: Any, seed: int) -> Any:
        from sklearn.ensemble import RandomForestClassifier

        forest = RandomForestClassifier(n_estimators=self.n_estimators, random_state=seed)
        return cls(estimator=forest, sampling_strategy=strategy, random_state=seed, cv=self.cv)
