"""Training parts with fewer speakers: which rows, what stays, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.protocols import FewerSpeakers, divides_once, make_folds, open_protocol, protocol_name
from evenvoice.testing import check_protocol
from tests.fabricate import utterances

TABLE = utterances()


def trained(name: str, seed: int = 0, fold: int = 0) -> set[str]:
    """The speakers of a training part."""
    return set(TABLE["speaker"].iloc[make_folds(open_protocol(name), TABLE, seed)[fold].train])


@pytest.mark.parametrize("name", ["speaker+speakers-2", "kfold+speakers-3"])
def test_it_keeps_the_contract_of_a_protocol(name: str) -> None:
    check_protocol(open_protocol(name))


def test_the_test_part_stays_and_all_rows_of_the_speakers_are_kept() -> None:
    plain = make_folds(open_protocol("speaker"), TABLE, seed=3)
    for before, fold in zip(plain, make_folds(open_protocol("speaker+speakers-2"), TABLE, seed=3), strict=True):
        np.testing.assert_array_equal(fold.test, before.test)
        speakers = set(TABLE["speaker"].iloc[fold.train])
        assert len(speakers) == 2
        of_these = [row for row in before.train if TABLE["speaker"].iloc[row] in speakers]
        assert fold.train.tolist() == of_these


def test_fewer_are_among_more_and_another_seed_draws_others() -> None:
    assert trained("speaker+speakers-1") < trained("speaker+speakers-2") < trained("speaker+speakers-3")
    assert len({frozenset(trained("speaker+speakers-2", seed)) for seed in range(8)}) > 1


def test_the_words_and_names() -> None:
    protocol = open_protocol("LOSO+speakers-3")
    assert protocol.name == "speaker+speakers-3" == protocol_name("leave one speaker out+speakers-3")
    assert protocol.promise.words.endswith("; training parts of 3 speakers")
    assert (protocol.promise.disjoint, protocol.needs) == (("speaker",), ("speaker",))
    assert divides_once("random+speakers-3+enrol-5")


@pytest.mark.parametrize("name", ["paper+speakers-3", "speaker+enrol-2+speakers-3", "speaker+thin-2+speakers-3"])
def test_what_cannot_be_narrowed(name: str) -> None:
    with pytest.raises(EvenvoiceError, match=r"take another one, such as speaker-folds\+speakers-5"):
        open_protocol(name)


def test_more_speakers_than_there_are_says_how_many_there_are() -> None:
    there = TABLE["speaker"].nunique() - 1
    with pytest.raises(EvenvoiceError, match=rf"fold 0: {there} speakers to train on; .* speaker\+speakers-{there}$"):
        make_folds(open_protocol("speaker+speakers-99"), TABLE, seed=0)


@pytest.mark.parametrize("number", [0, -1, 2.5, True, "3", None])
def test_what_is_no_number(number: object) -> None:
    with pytest.raises(EvenvoiceError, match=r"speakers: found .*; expected a whole number from 1"):
        FewerSpeakers(open_protocol("speaker"), number)  # type: ignore[arg-type]
