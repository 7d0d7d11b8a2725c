"""DB_US, DB_HS, density peaks, DBIG-US and uncertainty on sets whose right answer can be seen."""

from __future__ import annotations

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import make_sampler
from evenvoice.imbalance.samplers.density_peaks import peaks

# Eight neutral rows to the left, the last two far apart; two among the sad ones.
NEUTRAL = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 2.0, 4.0, 10.05, 10.25]
SAD = [10.0, 10.1, 10.2, 10.3]
X = np.array([*NEUTRAL, *SAD])[:, None]
Y = np.array(["neutral"] * len(NEUTRAL) + ["sad"] * len(SAD))


def test_overlap_goes_first_then_what_lies_thin() -> None:
    plan = make_sampler("db-us", n_neighbors=2).plan(X, Y)
    # 10.05 and 10.25 overlap; then 4.0, 2.0; then the ends of the row, whose neighbours are on one side.
    assert plan.kept.tolist() == [1, 2, 3, 4, 10, 11, 12, 13]


def test_the_hybrid_meets_in_the_middle() -> None:
    plan = make_sampler("db-hs", n_neighbors=2).plan(X, Y, seed=0)
    # 14 rows, two classes: 7 each.
    assert np.unique(plan.y(Y), return_counts=True)[1].tolist() == [7, 7]
    assert plan.kept.tolist() == [0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13]
    # The denser half of 10.0, 10.1, 10.2, 10.3.
    assert set(plan.made_from.ravel().tolist()) == {11, 12}


def test_the_margin_of_naive_bayes_decides() -> None:
    rows = np.array([0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 15])[:, None]
    y = np.array(["neutral"] * 10 + ["sad"] * 3)
    assert make_sampler("uncertainty-under").plan(rows, y).kept.tolist() == [7, 8, 9, 10, 11, 12]
    some = make_sampler("uncertainty-under", sampling_strategy={"neutral": 9}).plan(rows, y).kept
    assert len(some) == 12


def test_peaks_are_dense_and_far_from_denser_rows() -> None:
    two = np.array([0.0, 0.1, 0.2, 5.0, 5.1, 5.2])[:, None]
    gamma = peaks(two, 2)
    assert sorted(np.argsort(-gamma)[:2].tolist()) == [1, 4]


def test_the_sequence_is_followed_while_it_helps() -> None:
    random = np.random.default_rng(0)
    # Half of the neutral rows lie thinly over the sad ones: without them the classes are apart.
    rows = np.concatenate(
        [random.normal(0, 0.3, (40, 2)), random.uniform(3, 9, (40, 2)), random.normal(6, 0.5, (20, 2))]
    )
    y = np.array(["neutral"] * 80 + ["sad"] * 20)
    plan = make_sampler("density-peak-under").plan(rows, y)
    assert np.sum(plan.kept < 40) > np.sum((plan.kept >= 40) & (plan.kept < 80))
    assert np.sum(plan.kept >= 80) == 20
    apart = np.concatenate([random.normal(0, 0.3, (40, 2)), random.normal(6, 0.3, (20, 2))])
    assert len(make_sampler("density-peak-under").plan(apart, y[40:])) == 60


def test_noise_goes_first_then_the_nearer_of_the_closest() -> None:
    rows = np.array([0.0, 0.1, 0.3, 0.7, 1.5, 100.0, 50.0, 51.0, 52.0])[:, None]
    y = np.array(["neutral"] * 6 + ["sad"] * 3)
    sampler = make_sampler("dbig-us", min_samples=2)
    assert sampler.plan(rows, y).kept.tolist() == [0, 1, 2, 6, 7, 8]
    # With two sad rows one more goes: 0.1 is nearer to 0.3 than 0.0 is.
    assert sampler.plan(rows[:8], y[:8]).kept.tolist() == [0, 2, 6, 7]
    # Four stay where that is asked: of the noise the loneliest go.
    assert make_sampler("dbig-us", min_samples=2, sampling_strategy={"neutral": 4}).plan(rows, y).kept[:4].tolist() == [
        0,
        1,
        2,
        3,
    ]


@pytest.mark.parametrize("name", ["db-us", "density-peak-under", "dbig-us"])
def test_even_classes_stay_as_they_are(name: str) -> None:
    random = np.random.default_rng(0)
    rows, y = random.normal(size=(20, 2)), np.repeat(["neutral", "sad"], 10)
    assert make_sampler(name).plan(rows, y).kept.tolist() == list(range(20))


def test_impossible_options_are_refused() -> None:
    for name, options in (
        ("db-us", {"n_neighbors": 0}),
        ("density-peak-under", {"steps": 0}),
        ("dbig-us", {"min_samples": 1}),
    ):
        with pytest.raises(EvenvoiceError, match="give an integer of"):
            make_sampler(name, **options)
