"""Training parts thinned to a ratio: the profile, which rows, what stays, and what is refused."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.protocols import Thin, divides_once, make_folds, open_protocol, protocol_name
from evenvoice.testing import check_protocol
from tests.fabricate import utterances

TABLE = utterances()
COUNTS = {"angry": 60, "calm": 40, "happy": 30, "sad": 20}


def corpus() -> pd.DataFrame:
    """Four emotions of 60, 40, 30 and 20 utterances over ten speakers, shuffled."""
    emotions = np.repeat(list(COUNTS), list(COUNTS.values()))
    order = np.random.default_rng(0).permutation(len(emotions))
    speakers = np.arange(len(emotions)) % 10
    return pd.DataFrame({"emotion": emotions[order], "speaker": speakers.astype(str)})


@pytest.mark.parametrize("name", ["speaker+thin-3", "speaker-folds+thin-2.5", "kfold+thin-4"])
def test_it_keeps_the_contract_of_a_protocol(name: str) -> None:
    check_protocol(open_protocol(name))


def test_the_profile_by_hand() -> None:
    # One fold of kfold: 48, 32, 24, 16 rows. Ratio 8 over 4 classes: 1, 1/2, 1/4, 1/8 of N. 48 allows N = 48; 32
    # allows 64; 24 allows 96; 16 allows 128. So N = 48: 48, 24, 12, 6.
    fold = make_folds(open_protocol("kfold+thin-8"), corpus(), seed=0)[0]
    assert corpus()["emotion"].iloc[fold.train].value_counts().to_dict() == {
        "angry": 48, "calm": 24, "happy": 12, "sad": 6
    }  # fmt: skip


def test_a_ratio_below_the_corpus_own_thins_the_large_classes() -> None:
    fold = make_folds(open_protocol("kfold+thin-1"), corpus(), seed=0)[0]
    assert set(corpus()["emotion"].iloc[fold.train].value_counts()) == {16}


def test_equal_classes_are_thinned_in_alphabetical_order_whatever_the_order_of_rows() -> None:
    table = pd.DataFrame({"emotion": ["sad", "calm", "angry"] * 20})
    fold = open_protocol("random+thin-4").folds(table, seed=0)[0]
    counts = table["emotion"].iloc[fold.train].value_counts()
    assert counts["angry"] == 2 * counts["calm"] == 4 * counts["sad"]


def test_test_parts_and_validation_parts_stay_and_training_rows_are_some_of_those_before() -> None:
    plain = make_folds(open_protocol("speaker-folds"), TABLE, seed=3)
    for before, fold in zip(plain, make_folds(open_protocol("speaker-folds+thin-3"), TABLE, seed=3), strict=True):
        np.testing.assert_array_equal(fold.test, before.test)
        np.testing.assert_array_equal(fold.validation, before.validation)
        assert set(fold.train) < set(before.train)


def test_fewer_are_among_more_in_all_folds_and_another_seed_draws_others() -> None:
    def of_the_rarest(ratio: float, seed: int, fold: int = 0) -> set[int]:
        train = make_folds(open_protocol(f"kfold+thin-{ratio:g}"), corpus(), seed)[fold].train
        return set(train[corpus()["emotion"].iloc[train] == "sad"].tolist())

    kept = [of_the_rarest(ratio, 0) for ratio in (2, 4, 8, 16)]
    assert all(fewer < more for more, fewer in pairwise(kept))
    assert of_the_rarest(8, 0) != of_the_rarest(8, 1)


def test_the_words_and_names() -> None:
    protocol = open_protocol("LOSO+thin-10.0")
    assert protocol.name == "speaker+thin-10" == protocol_name("leave one speaker out+thin-10")
    assert protocol.promise.words.endswith("; training parts thinned to 10 : 1")
    assert protocol.promise.disjoint == ("speaker",)
    assert divides_once("random+thin-10+enrol-5")


def test_enrolling_and_choosing_on_test_wrap_it() -> None:
    enrolled = make_folds(open_protocol("speaker+thin-3+enrol-2"), TABLE, seed=0)[0]
    thinned = make_folds(open_protocol("speaker+thin-3"), TABLE, seed=0)[0]
    np.testing.assert_array_equal(enrolled.train, thinned.train)
    assert len(enrolled.enrolled) == 2
    assert open_protocol("speaker-folds+thin-3+select-on-test").promise.leaky


@pytest.mark.parametrize("name", ["paper+thin-5", "speaker+enrol-2+thin-5", "speaker+thin-5+thin-5"])
def test_what_cannot_be_thinned(name: str) -> None:
    with pytest.raises(EvenvoiceError, match="thin another one, such as speaker-folds"):
        open_protocol(name)


def test_a_ratio_that_leaves_a_class_empty_says_the_largest_that_does_not() -> None:
    with pytest.raises(
        EvenvoiceError, match=r"a ratio of 100 leaves none of the 16 training rows of 'sad'; .*at most 48"
    ):
        make_folds(open_protocol("kfold+thin-100"), corpus(), seed=0)
    assert make_folds(open_protocol("kfold+thin-48"), corpus(), seed=0)


def test_one_emotion_has_no_ratio() -> None:
    with pytest.raises(EvenvoiceError, match="the corpus has one emotion"):
        make_folds(open_protocol("kfold+thin-2"), pd.DataFrame({"emotion": ["sad"] * 20}), seed=0)


@pytest.mark.parametrize("ratio", [0.5, 0, -2, float("nan"), float("inf"), True, "10", None])
def test_what_is_no_ratio(ratio: object) -> None:
    with pytest.raises(EvenvoiceError, match=r"imbalance: found .*; expected a ratio from 1"):
        Thin(open_protocol("kfold"), ratio)  # type: ignore[arg-type]


def test_the_ratio_is_part_of_what_a_run_depends_on() -> None:
    assert dataclasses.asdict(open_protocol("kfold+thin-5"))["ratio"] == 5  # type: ignore[call-overload]
