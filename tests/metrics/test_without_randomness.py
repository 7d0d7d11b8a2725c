"""Recipes in which nothing is random: one fit is all there is, and enough for a comparison."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics import (
    MODEL,
    RECIPE,
    Varies,
    common_fits,
    compare_systems,
    distinct,
    intervals,
    plan_study,
    trust,
)
from evenvoice.metrics.crossed import over_unpaired_fits
from evenvoice.metrics.interval import FIXED, FOLDS, THESE_FOLDS
from evenvoice.metrics.intervals import pseudo_values
from evenvoice.metrics.pilot import mdd_of
from evenvoice.metrics.ratios import score_ratios
from evenvoice.metrics.simulated_pairs import Pair
from evenvoice.study import Seed

LABELS = ("angry", "happy", "neutral", "sad")
Tables = list[pd.DataFrame]


def _pair(speakers: int = 10, fits: int = 4, gain: float = 0.8) -> tuple[Tables, Tables]:
    return Pair(preference=0.3, gain=gain).draw(speakers, fits, np.random.default_rng(1))


def _table_of_ua(tables: Tables) -> np.ndarray:
    ratios = score_ratios(tables, LABELS)
    whole, left = ratios.jackknife()
    return pseudo_values(whole[:, 0], left[..., 0], ratios.contributing()[:, 0])


@pytest.mark.parametrize(
    ("varies", "tables", "target"),
    [("nothing", 1, FIXED), ("folds", 1, THESE_FOLDS), ("folds", 3, FOLDS), ("fits", 1, MODEL), ("fits", 3, RECIPE)],
)
def test_the_target_says_what_is_a_sample(varies: Varies, tables: int, target: str) -> None:
    found = intervals(_pair()[0][:tables], LABELS, varies=varies)["ua"]
    assert (found.target, found.fits, found.method) == (target, tables, "t" if tables == 1 else "crossed")


def test_one_table_is_enough_for_a_recipe_without_randomness() -> None:
    table = _pair()[0][0]
    with pytest.raises(EvenvoiceError, match="one fit says nothing of other fits"):
        intervals(table, LABELS, target="recipe")
    sure, model = intervals(table, LABELS, target="recipe", varies="nothing")["ua"], intervals(table, LABELS)["ua"]
    assert (sure.low, sure.high) == pytest.approx((model.low, model.high))


def test_copies_of_a_fit_change_no_interval() -> None:
    """Without variance of fits, the crossed interval is that over speakers."""
    table = _pair()[0][0]
    one, five = (intervals([table] * n, LABELS, varies="nothing")["ua"] for n in (1, 5))
    assert (five.low, five.high, five.df) == pytest.approx((one.low, one.high, one.df))


def test_two_recipes_without_randomness_are_compared_by_one_fit_of_each() -> None:
    (first, *_), (second, *_) = _pair()
    found = compare_systems(first, second, LABELS, varies=("nothing", "nothing"))
    gaps = (_table_of_ua([second]) - _table_of_ua([first]))[:, 0]
    t = found.difference / (gaps.std(ddof=1) / np.sqrt(len(gaps)))
    assert found.p == pytest.approx(2 * student.sf(abs(t), len(gaps) - 1))
    assert (found.target, found.about_recipes, found.claims) == (FIXED, True, True)
    assert found.words.endswith("for new speakers (nothing in the two is random).")
    alike = compare_systems(*(tables[0] for tables in _pair(gain=0.0)), LABELS, varies=("nothing", "nothing"))
    assert "10 speakers find a difference of " in alike.words
    assert alike.words.endswith("with 80 % power; more speakers would help most.")


def test_on_one_division_into_folds_the_answer_is_about_these_folds() -> None:
    (first, *_), (second, *_) = _pair()
    found = compare_systems(first, second, LABELS, varies=("folds", "folds"))
    assert (found.target, found.about_recipes) == (THESE_FOLDS, True)
    assert found.words.endswith("for new speakers on these folds.")
    assert found.interval.over == "speakers"
    several = compare_systems(*_pair(), LABELS, varies=("folds", "folds"))
    assert several.target == FOLDS
    assert several.words.endswith("for new folds and new speakers.")
    assert several.interval.over == "speakers and divisions into folds"


def test_one_table_stands_beside_every_fit_of_a_random_recipe() -> None:
    first, second = _pair()
    found = compare_systems(first, second[0], LABELS, varies=("fits", "nothing"))
    same = compare_systems(first, [second[0]] * 4, LABELS)
    assert (found.low, found.high, found.p) == pytest.approx((same.low, same.high, same.p))
    assert (found.target, found.fits) == (RECIPE, (4, 4))


def test_one_fit_of_a_random_recipe_beside_one_without_randomness_is_refused() -> None:
    first, second = _pair()
    found = compare_systems(first[0], second[0], LABELS, varies=("fits", "nothing"))
    assert not found.about_recipes
    words = found.conclusion("2dcnn", "knn")
    assert words.startswith("There is one fit of 2dcnn, so the recipes cannot be compared; ")
    assert "fits of it would do (--seeds " in words


def test_two_fits_beside_a_recipe_without_randomness_are_no_claim() -> None:
    first, second = _pair(gain=1.5)
    found = compare_systems(first[:2], second[0], LABELS, varies=("fits", "nothing"))
    assert not found.claims
    assert found.conclusion("2dcnn", "knn", p=0.001).startswith("Two fits of 2dcnn can agree by chance, and no claim")


def test_two_fits_of_each_count_as_unpaired() -> None:
    first, second = _pair(fits=2)
    found = compare_systems(first, second, LABELS)
    error = over_unpaired_fits(_table_of_ua(first), _table_of_ua(second))
    assert found.interval.df == pytest.approx(error.df)
    assert found.paired_fits  # by seed: their utterances are matched so


def test_fits_that_belong_together() -> None:
    """Split seeds 0 and 1, fit seeds 0 and 1: 00, 01, 10, 11. Without randomness a split has one answer."""
    seeds = [Seed(split, fit) for split in (0, 1) for fit in (0, 1)]
    random = {seed: pd.DataFrame({"seed": [str(seed)]}) for seed in seeds}
    assert list(distinct(random, "folds")) == [Seed(0, 0), Seed(1, 0)]
    assert list(distinct(random, "nothing")) == [Seed(0, 0)]

    def names(varies: tuple[Varies, Varies], second: list[Seed]) -> list[tuple[str, str]]:
        pairs = common_fits(random, {seed: random[seed] for seed in second}, varies)
        return [(a["seed"][0], b["seed"][0]) for a, b in pairs]

    assert names(("fits", "folds"), [Seed(0, 0)]) == [("0", "0"), ("split 0 fit 1", "0")]
    assert names(("fits", "nothing"), [Seed(1, 1)]) == [(str(seed), "1") for seed in seeds]
    assert names(("folds", "fits"), seeds[:2]) == [("0", "0"), ("0", "split 0 fit 1")]
    assert names(("fits", "fits"), seeds[1:3]) == [(str(seed), str(seed)) for seed in seeds[1:3]]
    assert names(("nothing", "nothing"), seeds) == [("0", "0")]


class _Result:
    labels = LABELS

    def __init__(self, tables: Tables, varies: Varies) -> None:
        self.pooled, self.varies = dict(enumerate(tables)), varies


def test_what_can_be_found_depends_on_speakers_alone() -> None:
    first, second = _pair()
    found = mdd_of([_Result(first[:1], "nothing"), _Result(second[:1], "nothing")])
    assert found.words.startswith("10 speakers find a difference between two recipes without randomness of ")
    assert found.pilot is not None
    assert not found.pilot.random
    alone = mdd_of([_Result(first[:1], "nothing")])
    assert "only more speakers would help" in alone.words
    assert mdd_of([_Result(first[:1], "fits")]).words.startswith("One fit of each recipe: they cannot be compared.")


def test_divisions_into_folds_are_not_called_fits() -> None:
    first, second = _pair(fits=3)
    found = mdd_of([_Result(first, "folds"), _Result(second, "folds")])
    assert found.words.startswith("10 speakers and 3 divisions into folds find a difference between two recipes of ")
    pilot = found.pilot
    assert pilot is not None
    plan = plan_study(pilot.components, 0.001, speakers=10, fits=3, varies=pilot.varies)
    sentences = [
        found.words, mdd_of([_Result(first, "folds")]).words, plan.words, pilot.components.words(pilot.varies),
        trust(intervals(first, LABELS, varies="folds")["ua"]).partition(":")[0],
        intervals([first[0].assign(predicted="sad")] * 2, LABELS, varies="folds")["recall:sad"].reason,
        compare_systems(first, first, LABELS, varies=("folds", "folds")).interval.reason,
    ]  # fmt: skip
    assert [sentence for sentence in sentences if "fit" in sentence.replace("no fit", "")] == []
    assert "10 speakers and 3 divisions into folds of each system find" in plan.words
    assert "between divisions into folds" in sentences[3]
    assert mdd_of([_Result(first, "fits")]).words.startswith("10 speakers and 3 fits find")
