"""SMOTE: what it promises of every plan, a case by hand, and what it says when it cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import SMOTE


def corpus(sizes: dict[Any, int], d: int = 3, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Rows of noise with the class sizes given, in a random order."""
    random = np.random.default_rng(seed)
    y = random.permutation(np.repeat(list(sizes), list(sizes.values())))
    return random.normal(size=(len(y), d)), y


def test_by_hand() -> None:
    # Of the neutral rows 4, 5, 6 the nearest are 6, 6, 5, which makes the pairs (4, 6), (5, 6), (6, 5). NumPy's frozen
    # stream from seed 0: randint(0, 3, 2) gives 0, 1; uniform(2) then gives the λ below.
    X = np.array([[0.0, 0.0], [100.0, 0.0], [3.0, 4.0], [0.0, 50.0], [30.0, 40.0], [1.0, 1.0], [2.0, 2.0]])
    y = np.array(["sad", "sad", "sad", "sad", "neutral", "neutral", "neutral"])
    plan = SMOTE(k_neighbors=1, sampling_strategy={"neutral": 5}).plan(X, y, seed=0)
    assert plan.base.tolist() == [4, 5]
    assert plan.neighbour.tolist() == [6, 6]
    assert plan.gap.tolist() == [0.8442657485810173, 0.8579456176227568]
    np.testing.assert_allclose(
        plan.take(X, [7, 8]), [[30 - 28 * 0.8442657485810173, 40 - 38 * 0.8442657485810173], [1.8579456176227568] * 2]
    )


sizes = st.lists(st.integers(6, 20), min_size=2, max_size=4)


@given(sizes=sizes, seed=st.integers(0, 2**32 - 1), k=st.integers(1, 5), d=st.integers(1, 5))
@settings(max_examples=50, deadline=None)
def test_each_synthetic_row_lies_between_two_rows_of_its_class(sizes: list[int], seed: int, k: int, d: int) -> None:
    X, y = corpus(dict(enumerate(sizes)), d, seed)
    plan = SMOTE(k_neighbors=k).plan(X, y, seed=seed)
    assert np.unique(plan.y(y), return_counts=True)[1].tolist() == [max(sizes)] * len(sizes)
    assert (y[plan.base] == plan.labels).all()
    assert (y[plan.neighbour] == plan.labels).all()
    assert (plan.base != plan.neighbour).all()
    made = plan.take(X, np.flatnonzero(plan.synthetic))
    base, neighbour = X[plan.base], X[plan.neighbour]
    # On the segment: the way by the made row is no longer than the way between the parents.
    by_way_of_made = np.linalg.norm(made - base, axis=1) + np.linalg.norm(neighbour - made, axis=1)
    np.testing.assert_allclose(by_way_of_made, np.linalg.norm(neighbour - base, axis=1), rtol=1e-9)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_absolute_never_lies_below_its_base(seed: int) -> None:
    X, y = corpus({"neutral": 20, "happy": 7}, seed=seed)
    plan = SMOTE(rule="absolute").plan(X, y, seed=seed)
    made = plan.take(X, np.flatnonzero(plan.synthetic))
    assert (made >= X[plan.base]).all()
    assert (made > np.maximum(X[plan.base], X[plan.neighbour])).any()


@pytest.mark.parametrize(
    ("strategy", "after"),
    [
        ("not majority", {"angry": 20, "happy": 20, "neutral": 20}),
        (0.5, {"angry": 12, "happy": 10, "neutral": 20}),
        (0.69, {"angry": 13, "happy": 13, "neutral": 20}),  # 13.8, truncated
        (1, {"angry": 20, "happy": 20, "neutral": 20}),
        ({"happy": 15}, {"angry": 12, "happy": 15, "neutral": 20}),
        ({"neutral": 23, "angry": 12}, {"angry": 12, "happy": 7, "neutral": 23}),
        ({}, {"angry": 12, "happy": 7, "neutral": 20}),
    ],
)
def test_sampling_strategy(strategy: Any, after: dict[str, int]) -> None:
    X, y = corpus({"neutral": 20, "angry": 12, "happy": 7})
    plan = SMOTE(sampling_strategy=strategy).plan(X, y)
    labels, counts = np.unique(plan.y(y), return_counts=True)
    assert dict(zip(labels.tolist(), counts.tolist(), strict=True)) == after
    np.testing.assert_array_equal(plan.kept, np.arange(39))


@pytest.mark.parametrize(("size", "most"), [(2, 1), (4, 3), (6, 5), (9, 5)])
def test_shrink_uses_five_neighbours_or_as_many_as_there_are(size: int, most: int) -> None:
    X, y = corpus({"neutral": 400, "disgust": size})
    plan = SMOTE(k_neighbors="shrink").plan(X, y)
    for row in np.flatnonzero(y == "disgust"):
        assert len(np.unique(plan.neighbour[plan.base == row])) == most


def test_in_turn_each_row_is_the_base_of_as_many_rows() -> None:
    X, y = corpus({"neutral": 50, "happy": 9})
    plan = SMOTE(bases="in-turn").plan(X, y, seed=2)
    # 41 rows of 9 bases: four each, and one more for five of them.
    times = np.bincount(plan.base, minlength=len(y))
    assert sorted(times[y == "happy"].tolist()) == [4] * 4 + [5] * 5
    assert times[y == "neutral"].sum() == 0
    assert len(set(plan.neighbour.tolist())) > 1
    assert (plan.base != plan.neighbour).all()
    assert plan.base.tolist() != SMOTE(bases="in-turn").plan(X, y, seed=3).base.tolist()


def test_same_speaker_and_different_speakers() -> None:
    X, y = corpus({"neutral": 200, "sad": 24})
    speakers = np.array([f"{row % 3:02d}" for row in range(len(y))])
    for parents, same in (("same-speaker", True), ("different-speakers", False)):
        plan = SMOTE(k_neighbors=3, parents=parents).plan(X, y, groups=speakers)  # type: ignore[arg-type]
        assert ((speakers[plan.base] == speakers[plan.neighbour]) == same).all()


def test_shrink_within_speakers_keeps_bases_and_neighbours_equally_likely() -> None:
    # Speaker a: 4 rows, so 3 neighbours each; b: 2 rows, 1 neighbour each; c: 1 row, none.
    speakers = np.array([*"aaaabbc", *"x" * 12_007])
    y = np.array(["sad"] * 7 + ["neutral"] * 12_007)
    X = np.random.default_rng(0).normal(size=(len(y), 2)).astype(np.float32)
    plan = SMOTE(k_neighbors="shrink", parents="same-speaker").plan(X, y, groups=speakers)
    assert (speakers[plan.base] == speakers[plan.neighbour]).all()
    bases = np.bincount(plan.base, minlength=7)[:7]
    assert bases[6] == 0
    # 12,000 draws of 6: mean 2000, sd 41.
    assert np.abs(bases[:6] - 2000).max() < 200
    of_first = np.bincount(plan.neighbour[plan.base == 0], minlength=4)[:4]
    assert of_first[0] == 0
    assert np.abs(of_first[1:] - bases[0] / 3).max() < 100


def test_a_lonely_row_may_still_be_a_neighbour_of_another_speaker() -> None:
    X, y = corpus({"neutral": 60, "sad": 3})
    speakers = np.full(len(y), "03")
    lonely = np.flatnonzero(y == "sad")[0]
    speakers[lonely] = "08"
    plan = SMOTE(k_neighbors="shrink", parents="different-speakers").plan(X, y, groups=speakers)
    assert (speakers[plan.base] != speakers[plan.neighbour]).all()
    assert set(plan.neighbour[plan.base != lonely]) == {lonely}


@pytest.mark.parametrize(
    ("sizes", "options", "message"),
    [
        (
            {"neutral": 9, "happy": 3},
            {},
            "class 'happy': 3 rows, and SMOTE with k_neighbors=5 needs 6; "
            "use k_neighbors='shrink' or 2, or leave the class out",
        ),
        ({"neutral": 9, "happy": 5}, {}, "class 'happy': 5 rows"),
        ({"neutral": 9, "happy": 1}, {}, "class 'happy': 1 row, and a synthetic row needs two parents"),
        ({"neutral": 9, "happy": 1}, {"k_neighbors": "shrink"}, "class 'happy': 1 row, and a synthetic row needs two"),
        ({7: 9, 3: 2}, {}, "class 3: 2 rows"),
        ({"neutral": 9, "happy": 7}, {"sampling_strategy": {"sad": 9}}, "class 'sad' is not in y; the classes are"),
        ({"neutral": 9, "happy": 7}, {"sampling_strategy": {"happy": 6}}, "class 'happy' → 6, but it has 7 rows"),
        ({"neutral": 9, "happy": 7}, {"sampling_strategy": {"happy": 9.5}}, "class 'happy' → 9.5"),
        ({"neutral": 9, "happy": 7}, {"parents": "same-speaker"}, "parents='same-speaker': no groups were given"),
    ],
)
def test_what_cannot_be_balanced_is_said(sizes: dict[Any, int], options: dict[str, Any], message: str) -> None:
    X, y = corpus(sizes)
    with pytest.raises(EvenvoiceError) as caught:
        SMOTE(**options).plan(X, y)
    assert message in str(caught.value)


def test_a_class_that_needs_no_rows_may_be_small() -> None:
    X, y = corpus({"neutral": 9, "happy": 7, "sad": 2})
    assert len(SMOTE(sampling_strategy={"happy": 9}).plan(X, y)) == 20


@pytest.mark.parametrize(
    ("parents", "of_second", "message"),
    [
        (
            "same-speaker",
            2,
            "class 'sad', speaker '08': a row has 1 other of the same speaker, and SMOTE with parents=",
        ),
        ("same-speaker", 5, "class 'sad', speaker '08': a row has 4 others of the same speaker, and SMOTE"),
        ("different-speakers", 4, "class 'sad', speaker '03': a row has 4 others of other speakers, and SMOTE"),
    ],
)
def test_too_few_rows_of_a_speaker_are_named(parents: Any, of_second: int, message: str) -> None:
    X, y = corpus({"neutral": 20, "sad": 11})
    speakers = np.full(len(y), "03")
    speakers[np.flatnonzero(y == "sad")[:of_second]] = "08"
    with pytest.raises(EvenvoiceError) as caught:
        SMOTE(parents=parents).plan(X, y, groups=speakers)
    assert message in str(caught.value)
    assert "use k_neighbors='shrink' or parents='any'" in str(caught.value)


def test_shrink_cannot_help_where_no_row_has_a_partner() -> None:
    X, y = corpus({"neutral": 20, "sad": 6})
    with pytest.raises(EvenvoiceError, match="class 'sad': no row has another of the same speaker"):
        SMOTE("shrink", parents="same-speaker").plan(X, y, groups=np.arange(26))
    with pytest.raises(EvenvoiceError, match="class 'sad': no row has another of other speakers"):
        SMOTE("shrink", parents="different-speakers").plan(X, y, groups=np.zeros(26))


@pytest.mark.parametrize("absent", [None, float("nan")])
def test_speakers_may_be_missing_only_where_they_do_not_matter(absent: Any) -> None:
    X, y = corpus({"neutral": 20, "sad": 12})
    speakers = np.array(["03"] * 31 + [absent], dtype=object)
    assert len(SMOTE().plan(X, y, groups=speakers)) == 40
    with pytest.raises(EvenvoiceError, match="1 of 32 rows have no speaker"):
        SMOTE(parents="same-speaker").plan(X, y, groups=speakers)


def test_features_that_are_no_numbers_are_counted() -> None:
    X, y = corpus({"neutral": 400, "sad": 300})
    X[3, 0], X[3, 1], X[500, 2] = np.nan, np.inf, -np.inf
    with pytest.raises(EvenvoiceError, match=r"X: 2 of 700 rows hold NaN or infinity \(first 3, 500\)"):
        SMOTE().plan(X, y)
    with pytest.raises(EvenvoiceError, match="X: int64; a synthetic row lies between two rows"):
        SMOTE().plan(np.zeros((700, 2), dtype=np.int64), y)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"k_neighbors": 0}, "k_neighbors: 0; give an integer of 1 or more, or 'shrink'"),
        ({"k_neighbors": 2.0}, "k_neighbors: 2.0"),
        ({"k_neighbors": True}, "k_neighbors: True"),
        ({"k_neighbors": "grow"}, "k_neighbors: 'grow'"),
        ({"sampling_strategy": "minority"}, "sampling_strategy: 'minority'; give 'not majority', a dict"),
        ({"sampling_strategy": 0.0}, "sampling_strategy: 0.0"),
        ({"sampling_strategy": 1.5}, "sampling_strategy: 1.5"),
        ({"sampling_strategy": True}, "sampling_strategy: True"),
        ({"rule": "curve"}, "rule: 'curve' is unknown; use one of line, absolute, norm, box"),
        ({"parents": "speaker"}, "parents: 'speaker' is unknown; use one of any, same-speaker, different-speakers"),
    ],
)
def test_impossible_options_are_refused_at_once(options: dict[str, Any], message: str) -> None:
    with pytest.raises(EvenvoiceError, match=message):
        SMOTE(**options)
