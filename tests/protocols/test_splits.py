"""Every protocol against its promise, and the arithmetic of the paper's Table 1."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.protocols import (
    PROTOCOLS,
    Fold,
    check_promise,
    cut_validation,
    divides_once,
    make_folds,
    open_protocol,
    promise_of,
)
from tests import fabricate

TABLE = fabricate.utterances()
TABLE["corpus"] = np.where(TABLE["speaker"] == "s5", "other", "one")
GROUPED = ("speaker", "speaker-folds", "text-folds", "session", "cross")


@pytest.mark.parametrize("name", PROTOCOLS)
def test_parts_are_disjoint_and_cover_the_corpus(name: str) -> None:
    for fold in make_folds(open_protocol(name), TABLE, seed=0):
        rows = np.concatenate([fold.train, fold.validation, fold.test])
        assert sorted(rows) == list(range(len(TABLE)))


@pytest.mark.parametrize("name", PROTOCOLS)
def test_the_same_seed_gives_the_same_folds(name: str) -> None:
    one, two = (make_folds(open_protocol(name), TABLE, seed=3) for _ in range(2))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a.test, b.test)


@pytest.mark.parametrize("name", ["random", "kfold", "speaker-folds", "text-folds", "paper"])
def test_another_seed_gives_other_folds(name: str) -> None:
    one, two = (make_folds(open_protocol(name), TABLE, seed) for seed in (0, 1))
    assert any(set(a.test) != set(b.test) for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("name", ["kfold", "speaker", "speaker-folds", "text-folds", "session"])
def test_cross_validation_tests_every_utterance_once(name: str) -> None:
    folds = make_folds(open_protocol(name), TABLE, seed=0)
    assert sorted(np.concatenate([fold.test for fold in folds])) == list(range(len(TABLE)))


@pytest.mark.parametrize("name", PROTOCOLS)
def test_protocols_known_to_divide_once_do(name: str) -> None:
    tested = sum(len(fold.test) for fold in make_folds(open_protocol(name), TABLE, seed=0))
    assert (tested < len(TABLE)) == divides_once(name)


@pytest.mark.parametrize(
    ("name", "folds"), [("speaker", 6), ("speaker-folds", 5), ("text-folds", 3), ("session", 3), ("kfold", 5)]
)
def test_number_of_folds(name: str, folds: int) -> None:
    assert len(make_folds(open_protocol(name), TABLE, seed=0)) == folds


@pytest.mark.parametrize("name", GROUPED)
def test_held_out_groups_are_unseen(name: str) -> None:
    protocol = open_protocol(name)
    assert protocol.promise.disjoint
    for fold in make_folds(protocol, TABLE, seed=0):
        for column in protocol.promise.disjoint:
            assert not set(TABLE[column].iloc[fold.test]) & set(TABLE[column].iloc[fold.train])


@pytest.mark.parametrize("name", GROUPED)
def test_a_broken_promise_is_caught(name: str) -> None:
    protocol = open_protocol(name)
    fold = make_folds(protocol, TABLE, seed=0)[0]
    smuggled = dataclasses.replace(fold, train=np.append(fold.train, fold.test[0]), test=fold.test[1:])
    with pytest.raises(EvenvoiceError, match=r"fold 0: \w+ .* is in the test part and in the training part"):
        check_promise(protocol.promise, smuggled, TABLE)


def test_an_utterance_in_two_parts_is_caught() -> None:
    fold = Fold(0, np.array([0, 1]), np.array([], int), np.array([1, 2]))
    with pytest.raises(EvenvoiceError, match="utterance u001 is in the training part and in the test part"):
        check_promise(open_protocol("random").promise, fold, TABLE)


def test_only_the_papers_order_is_leaky() -> None:
    assert [name for name in PROTOCOLS if PROTOCOLS[name].promise.leaky] == ["paper"]
    assert [name for name in PROTOCOLS if PROTOCOLS[name].balance_first] == ["paper"]


def test_selecting_on_the_test_part_has_the_folds_of_the_honest_protocol_and_is_leaky() -> None:
    protocol, honest = open_protocol("session+select-on-test"), open_protocol("session")
    assert protocol.promise.leaky
    assert protocol.promise.words.startswith("LEAKY: the best epoch was chosen on the test part")
    assert (protocol.needs, protocol.validation_by) == (honest.needs, honest.validation_by)
    for one, other in zip(make_folds(protocol, TABLE, 0), make_folds(honest, TABLE, 0), strict=True):
        assert np.array_equal(one.train, other.train)
        assert np.array_equal(one.test, other.test)
    with pytest.raises(EvenvoiceError, match="'paper' is LEAKY by itself"):
        open_protocol("paper+select-on-test")
    with pytest.raises(EvenvoiceError, match="protocol 'sesion' is unknown"):
        open_protocol("sesion+select-on-test")


def test_table_1_comes_out_as_printed() -> None:
    """6832 = 4 × 1708 balanced rows, split 80:20, are 5465 and 1367: Table 1 of the paper."""
    balanced = pd.DataFrame({"emotion": np.repeat(["angry", "happy", "sad", "neutral"], 1708)})
    (fold,) = make_folds(open_protocol("paper"), balanced, seed=0)
    assert (len(fold.train), len(fold.test)) == (5465, 1367)


def test_a_missing_speaker_names_the_utterance_and_the_remedy() -> None:
    table = TABLE.copy()
    table.loc["u004", "speaker"] = None
    with pytest.raises(EvenvoiceError, match=r"'speaker' needs the speaker.*1 of 126.*u004.*--speaker-from.*kfold"):
        make_folds(open_protocol("speaker"), table, seed=0)


def test_given_reads_the_corpus_own_split() -> None:
    table = TABLE.assign(split=np.where(TABLE["speaker"] == "s1", "dev", TABLE["split"]))
    (fold,) = make_folds(open_protocol("given"), table, seed=0)
    assert set(table["speaker"].iloc[fold.test]) == {"s0"}
    assert set(table["speaker"].iloc[fold.validation]) == {"s1"}
    with pytest.raises(EvenvoiceError, match="holds 'tset'; expected train, validation"):
        make_folds(open_protocol("given"), table.replace({"split": {"test": "tset"}}), seed=0)


@pytest.mark.parametrize(
    ("protocol", "moved", "unknown", "disjoint"),
    [
        ("given", "test", None, ("speaker",)),
        ("given+select-on-test", "test", None, ("speaker",)),
        ("given", "train", None, ()),
        ("given", "dev", None, ()),
        ("given", "test", "u030", ()),
        ("random", "test", None, ()),
        ("speaker", "test", None, ("speaker",)),
    ],
)
def test_a_predefined_split_is_seen_to_keep_speakers_apart(
    protocol: str, moved: str, unknown: str | None, disjoint: tuple[str, ...]
) -> None:
    """The first utterance of the speaker who is tested goes to another part; or a speaker is not known."""
    table = TABLE.copy()
    tested = table.index[table["speaker"] == "s0"]
    table["split"] = np.where(table["speaker"] == "s0", "test", "train")
    table.loc[tested[0], "split"] = moved
    if unknown:
        table.loc[unknown, "speaker"] = None
    used = open_protocol(protocol)
    promise = promise_of(used, make_folds(used, table, seed=0)[0], table)
    assert promise.disjoint == disjoint
    assert promise.leaky == protocol.endswith("+select-on-test")
    assert ("keeps test speakers apart" in promise.words) == (disjoint != () and protocol != "speaker")


@pytest.mark.parametrize("name", ["random", "kfold"])
def test_an_emotion_too_rare_to_split_is_named(name: str) -> None:
    table = TABLE[(TABLE["emotion"] != "happy") | (TABLE.index == "u006")]
    with pytest.raises(EvenvoiceError, match=r"emotion 'happy' has 1 utterance.*--emotions"):
        make_folds(open_protocol(name), table, seed=0)


def test_too_few_speakers_for_the_folds() -> None:
    table = TABLE[TABLE["speaker"].isin(["s0", "s1"])]
    with pytest.raises(EvenvoiceError, match="5 groups of speakers asked for, 2 speakers found; use protocol speaker"):
        make_folds(open_protocol("speaker-folds"), table, seed=0)


def test_unknown_protocol_proposes_the_nearest() -> None:
    with pytest.raises(EvenvoiceError, match="did you mean 'speaker-folds'"):
        open_protocol("speaker-fold")


@pytest.mark.parametrize("name", GROUPED)
def test_validation_holds_out_the_protocols_own_groups(name: str) -> None:
    protocol = open_protocol(name)
    column = protocol.validation_by
    assert column is not None
    for fold in make_folds(protocol, TABLE, seed=0):
        cut = cut_validation(fold, TABLE, 0.2, seed=0, protocol=protocol)
        np.testing.assert_array_equal(cut.test, fold.test)
        assert sorted([*cut.train, *cut.validation]) == sorted(fold.train)
        assert len(cut.validation)
        assert not set(TABLE[column].iloc[cut.validation]) & set(TABLE[column].iloc[cut.train])


def test_validation_of_a_random_split_is_stratified() -> None:
    (fold,) = make_folds(open_protocol("random"), TABLE, seed=0)
    cut = cut_validation(fold, TABLE, 0.25, seed=0, protocol=open_protocol("random"))
    assert set(TABLE["emotion"].iloc[cut.validation]) == set(TABLE["emotion"])


def test_an_emotion_too_rare_for_a_stratified_validation_part_is_one_line() -> None:
    table = pd.DataFrame({"emotion": ["angry"] * 20 + ["sad"] * 20 + ["calm"] * 2})
    protocol = open_protocol("random")
    fold = make_folds(protocol, table, seed=0)[0]
    with pytest.raises(EvenvoiceError, match="fold 0: no validation part: one utterance of 'calm', and both"):
        cut_validation(fold, table, 0.2, seed=0, protocol=protocol)
    fold = dataclasses.replace(fold, train=np.arange(40), test=np.array([40, 41]))
    with pytest.raises(EvenvoiceError, match="fold 0: no validation part: 2% of 40 utterances leaves a part of 1, and"):
        cut_validation(fold, table, 0.02, seed=0, protocol=protocol)


def test_one_sentence_alone_cannot_be_held_out() -> None:
    with pytest.raises(EvenvoiceError, match="'text-folds': one sentence only"):
        make_folds(open_protocol("text-folds"), TABLE.assign(text="the same"), seed=0)
    with pytest.raises(EvenvoiceError, match=r"needs the text of every utterance.*add a text column"):
        make_folds(open_protocol("text-folds"), TABLE.drop(columns="text"), seed=0)


@pytest.mark.parametrize("name", ["random", "speaker-folds"])
def test_the_validation_cut_follows_its_seed(name: str) -> None:
    protocol = open_protocol(name)
    fold = make_folds(protocol, TABLE, seed=0)[0]
    cuts = [set(cut_validation(fold, TABLE, 0.25, seed, protocol).validation.tolist()) for seed in (0, 0, 1, 2, 3)]
    assert cuts[0] == cuts[1]
    assert len({frozenset(cut) for cut in cuts}) > 1


def test_a_promise_holds_between_validation_and_test() -> None:
    """A speaker of the test part who is in validation selects on herself."""
    protocol = open_protocol("speaker-folds")
    fold = make_folds(protocol, TABLE, seed=0)[0]
    smuggled = dataclasses.replace(fold, validation=fold.test[:1], test=fold.test[1:])
    with pytest.raises(EvenvoiceError, match="is in the test part and in the validation part"):
        check_promise(protocol.promise, smuggled, TABLE)


@pytest.mark.parametrize(("one", "other"), [("training", "validation"), ("validation", "test")])
def test_a_row_in_validation_is_in_no_other_part(one: str, other: str) -> None:
    parts = {"training": [0, 1], "validation": [2], "test": [3, 4]}
    parts[other] = [*parts[other], parts[one][0]]
    fold = Fold(0, *(np.array(parts[name]) for name in ("training", "validation", "test")))
    with pytest.raises(EvenvoiceError, match=f"is in the {one} part and in the {other} part"):
        check_promise(open_protocol("random").promise, fold, TABLE)


def test_as_many_speakers_as_folds_are_enough() -> None:
    five = fabricate.utterances(n_speakers=5)
    assert len(make_folds(open_protocol("speaker-folds"), five, seed=0)) == 5


def test_the_random_split_has_each_emotion_in_its_share() -> None:
    (fold,) = make_folds(open_protocol("random"), TABLE, seed=0)
    share = TABLE["emotion"].iloc[fold.test].value_counts() / TABLE["emotion"].value_counts()
    assert (share - 0.2).abs().max() < 0.03


@pytest.mark.parametrize("seed", range(4))
def test_the_validation_cut_has_each_emotion_in_its_share(seed: int) -> None:
    protocol = open_protocol("random")
    fold = cut_validation(make_folds(protocol, TABLE, seed=0)[0], TABLE, 0.25, seed, protocol)
    cut = TABLE["emotion"].iloc[fold.validation].value_counts()
    rest = TABLE["emotion"].iloc[fold.train].value_counts()
    assert (cut / (cut + rest) - 0.25).abs().max() < 0.05
