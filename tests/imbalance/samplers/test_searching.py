"""Simulated annealing and the genetic search find what a classifier learns better from, and keep their promises."""

from __future__ import annotations

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import make_sampler
from evenvoice.imbalance.samplers.within import judging_folds, recall_of

RANDOM = np.random.default_rng(1)
# A third of the neutral rows are as the sad ones: to learn from them harms.
X = np.concatenate([RANDOM.normal(0, 1, (60, 3)), RANDOM.normal(2.5, 1, (30, 3)), RANDOM.normal(2.5, 1, (20, 3))])
Y = np.array(["neutral"] * 90 + ["sad"] * 20)
NUMBERS = (Y == "sad").astype(int)
HAVE = {"neutral": 90, "sad": 20}


def judged(kept: np.ndarray) -> float:
    return recall_of(X, NUMBERS, kept, judging_folds(NUMBERS, HAVE, 0))


def test_annealing_improves_on_chance() -> None:
    at_random = [judged(make_sampler("random-under").plan(X, Y, seed=seed).kept) for seed in range(10)]
    plan = make_sampler("annealing-under").plan(X, Y, seed=0)
    assert np.unique(plan.y(Y), return_counts=True)[1].tolist() == [20, 20]
    assert judged(plan.kept) > max(at_random)


@pytest.mark.parametrize(
    ("mode", "lowest", "highest"),
    [("over", (90, 20), (90, 90)), ("under", (20, 20), (90, 20)), ("hybrid", (20, 20), (90, 90))],
)
def test_the_genetic_search_stays_within_its_mode(mode: str, lowest: tuple[int, int], highest: tuple[int, int]) -> None:
    plan = make_sampler("genetic-ratio", mode=mode, population=4, generations=2).plan(X, Y, seed=0)
    sizes = np.unique(plan.y(Y), return_counts=True)[1].tolist()
    assert all(low <= size <= high for low, size, high in zip(lowest, sizes, highest, strict=True))
    assert (len(plan.kept) == len(Y)) or mode != "over"
    assert not plan.synthetic.any() or mode != "under"


def test_the_genetic_search_is_no_worse_than_even_classes() -> None:
    sampler = make_sampler("genetic-ratio", population=6, generations=4)
    folds = judging_folds(NUMBERS, HAVE, 0)
    even = sampler._fitness(X, NUMBERS, np.array([0.5, 0.5]), folds, 0)  # type: ignore[attr-defined]
    found = np.bincount([label == "sad" for label in sampler.plan(X, Y, seed=0).y(Y)])
    genes = (found - 20) / 70
    assert sampler._fitness(X, NUMBERS, genes, folds, 0) >= even  # type: ignore[attr-defined]


def test_too_few_rows_to_judge_on_are_refused() -> None:
    for name in ("annealing-under", "genetic-ratio", "density-peak-under"):
        with pytest.raises(EvenvoiceError, match="class 'happy': 2 rows, and judging a choice of rows takes 3"):
            make_sampler(name).plan(X[-22:], np.repeat(["sad", "happy"], [20, 2]))


def test_impossible_options_are_refused() -> None:
    with pytest.raises(EvenvoiceError, match="mode: 'both' is unknown; use one of over, under, hybrid"):
        make_sampler("genetic-ratio", mode="both")
    with pytest.raises(EvenvoiceError, match="temperature: 0; give a number from"):
        make_sampler("annealing-under", temperature=0)
