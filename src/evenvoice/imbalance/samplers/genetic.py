"""A genetic search for how far each class is over- or under-sampled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from evenvoice.imbalance.options import check_integers, check_one_of
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.planned import Planned
from evenvoice.imbalance.samplers.sizes import plan_of, to_sizes
from evenvoice.imbalance.samplers.within import judging_folds

Mode = Literal["over", "under", "hybrid"]


@dataclass(repr=False)
class GeneticRatio(Planned):
    """Search the size of each class by a genetic algorithm, then resample to these sizes.

    Source: Zheng et al. 2021 ([35] of the SMOTE-2DCNN paper). Known: a genetic algorithm sets the sampling ratio; there
    are versions for over-, under- and hybrid sampling. Assumed: a chromosome is one number of 0 to 1 a class, between
    its own size and the largest (over), the smallest and its own (under), the smallest and the largest (hybrid); SMOTE
    makes rows, and rows are left out at random; fitness is the UA of Gaussian naive Bayes in 3-fold cross-validation
    over the rows given, each fold's part learnt from being resampled by itself; tournaments of two, uniform crossover,
    a Gaussian mutation with standard deviation 0.2 of one number in four; the best survives.

    Attributes:
        mode: ``"over"``, ``"under"`` or ``"hybrid"``.
        population: Chromosomes.
        generations: Rounds.
        k_neighbors: Neighbours to draw the second parent from, or as many as there are.
    """

    mode: Mode = "hybrid"
    population: int = 10
    generations: int = 8
    k_neighbors: int = 5

    copies: ClassVar[float] = 4.1

    def __post_init__(self) -> None:
        name = type(self).__name__
        check_one_of(name, get_args(Mode), mode=self.mode)
        check_integers(name, generations=self.generations, k_neighbors=self.k_neighbors)
        check_integers(name, least=2, population=self.population)

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        random, folds = np.random.RandomState(seed), judging_folds(targets, have, seed)
        genes = random.uniform(size=(self.population, len(have)))
        genes[0] = {"over": 1.0, "under": 0.0, "hybrid": 0.5}[self.mode]  # even classes are among the first
        fitness = np.array([self._fitness(X, targets, one, folds, seed) for one in genes])
        for _ in range(self.generations):
            children = [genes[fitness.argmax()]]
            while len(children) < self.population:
                pairs = random.randint(self.population, size=(2, 2))
                mother, father = (genes[pair[fitness[pair].argmax()]] for pair in pairs)
                child = np.where(random.uniform(size=len(have)) < 0.5, mother, father)
                change = np.where(random.uniform(size=len(have)) < 0.25, random.normal(0, 0.2, len(have)), 0.0)
                children.append(np.clip(child + change, 0, 1))
            genes = np.array(children)
            fitness = np.array([self._fitness(X, targets, one, folds, seed) for one in genes])
        best = genes[fitness.argmax()]
        kept, made = to_sizes(X, targets, self._sizes(targets, best), self.k_neighbors, random)
        return plan_of(kept, made, targets, y)

    def _sizes(self, targets: NDArray[Any], genes: NDArray[np.float64]) -> list[int]:
        """Return the sizes that a chromosome stands for."""
        now = np.bincount(targets)
        low = now if self.mode == "over" else np.full_like(now, now.min())
        high = now if self.mode == "under" else np.full_like(now, now.max())
        return [int(size) for size in np.rint(low + genes * (high - low))]

    def _fitness(
        self,
        X: NDArray[Any],
        targets: NDArray[Any],
        genes: NDArray[np.float64],
        folds: list[tuple[NDArray[Any], NDArray[Any]]],
        seed: int,
    ) -> float:
        """Return the mean UA over the folds, each learnt from its own part after resampling."""
        from sklearn.metrics import balanced_accuracy_score
        from sklearn.naive_bayes import GaussianNB

        found = []
        for train, held_out in folds:
            part, numbers = X[train], targets[train]
            sizes = self._sizes(numbers, genes)
            kept, made = to_sizes(part, numbers, sizes, self.k_neighbors, np.random.RandomState(seed))
            plan = plan_of(kept, made, numbers, numbers)
            model = GaussianNB().fit(plan.take(part, np.arange(len(plan))), plan.y(numbers))
            found.append(balanced_accuracy_score(targets[held_out], model.predict(X[held_out])))
        return float(np.mean(found))
