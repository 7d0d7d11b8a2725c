"""Some utterances of each test speaker enrolled: which, how many, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.protocols import Fold, Promise, check_promise, make_folds, open_protocol, protocol_name, with_enrolled
from evenvoice.testing import check_protocol
from tests.fabricate import utterances

TABLE = utterances()
SPEAKERS = TABLE["speaker"].to_numpy(str)


@pytest.mark.parametrize("name", ["speaker+enrol-1", "speaker-folds+enrol-3", "kfold+enrol-all"])
def test_it_keeps_the_contract_of_a_protocol(name: str) -> None:
    check_protocol(open_protocol(name))


def test_training_rows_stay_and_each_test_speaker_gives_k() -> None:
    plain = make_folds(open_protocol("speaker-folds"), TABLE, seed=0)
    for before, fold in zip(plain, make_folds(open_protocol("speaker-folds+enrol-5"), TABLE, seed=0), strict=True):
        np.testing.assert_array_equal(fold.train, before.train)
        np.testing.assert_array_equal(np.sort(np.append(fold.test, fold.enrolled)), np.sort(before.test))
        assert set(np.unique(SPEAKERS[fold.enrolled], return_counts=True)[1]) == {5}
        assert set(SPEAKERS[fold.enrolled]) == set(SPEAKERS[fold.test])


def test_fewer_are_among_more_and_another_seed_draws_others() -> None:
    def drawn(k: int, seed: int) -> set[int]:
        return set(make_folds(open_protocol(f"speaker+enrol-{k}"), TABLE, seed)[0].enrolled.tolist())

    assert drawn(2, 0) < drawn(5, 0)
    assert drawn(5, 0) != drawn(5, 1)


def test_all_are_enrolled_and_tested() -> None:
    for fold in make_folds(open_protocol("speaker+enrol-all"), TABLE, seed=0):
        np.testing.assert_array_equal(fold.enrolled, fold.test)


def test_the_words_and_names() -> None:
    protocol = open_protocol("LOSO+enrol-5")
    assert protocol.name == "speaker+enrol-5" == protocol_name("leave one speaker out+enrol-5")
    assert protocol.promise.words.endswith("; adapted, 5 utterances")
    assert protocol.promise.disjoint == ("speaker",)
    assert open_protocol("kfold+enrol-5").needs == ("speaker",)
    assert with_enrolled(["speaker"], "0") == ["speaker"]


def test_one_must_be_left_to_test() -> None:
    with pytest.raises(EvenvoiceError, match="speaker s0 has 21 test utterances, and enrolling 21 leaves none"):
        make_folds(open_protocol("speaker+enrol-21"), TABLE, seed=0)


@pytest.mark.parametrize("enrol", [-1, 2.5, True, "some", None, [5, "x"]])
def test_what_is_no_number_of_utterances(enrol: object) -> None:
    with pytest.raises(EvenvoiceError, match=r"enrol: found .*expected a number of utterances from 0, or all"):
        with_enrolled(["speaker"], enrol)


@pytest.mark.parametrize("name", ["paper+enrol-5", "speaker+enrol-5+select-on-test", "speaker+select-on-test+enrol-5"])
def test_what_does_not_go_together(name: str) -> None:
    with pytest.raises(EvenvoiceError, match=r"LEAKY|no epoch is chosen"):
        open_protocol(name)


@pytest.mark.parametrize("enrolled", [[0], [1], [2]])
def test_an_enrolled_row_is_in_no_other_part(enrolled: list[int]) -> None:
    fold = Fold(0, np.array([0]), np.array([1]), np.array([2, 3]), enrolled=np.array(enrolled))
    with pytest.raises(EvenvoiceError, match="and in the enrolled part"):
        check_promise(Promise("nothing"), fold, TABLE)
