"""Arithmetic on published tables: the paper's own, worked by hand, and what other orders of steps would give."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from evenvoice.audit.counts import Expected, audit_counts, parse_classes
from evenvoice.audit.orders import EACH_PART, FEWER_AFTER, FEWER_FIRST, NOTHING, ORDERS, SPLIT_FIRST, THEN_SPLIT, Counts
from evenvoice.errors import EvenvoiceError

IEMOCAP = {"angry": 1103, "happy": 595, "sad": 1084, "neutral": 1708}
# Balanced, IEMOCAP's four emotions are 4 × 1708 = 6832 rows.


def _possible(train: int, test: int, classes: dict[str, int], validation: int = 0) -> set[str]:
    counts = Counts(train, validation, test, classes)
    return {order.name for order in ORDERS if order.judge(counts).possible}


def test_the_papers_table_can_only_be_balanced_and_then_split() -> None:
    audit = audit_counts(5465, 1367, IEMOCAP)
    (finding,) = audit.findings
    assert (finding.kind.code, finding.kind.severity) == ("balance-before-split", "leak")
    assert finding.message.startswith("4 × 1708 = 6832 = 5465 + 1367, and no other order")
    # 1708 - 1103 = 605, - 595 = 1113, - 1084 = 624, of 1708 each; 2342 of 6832 rows in all, 34.3 % of 1367 = 468.6
    assert [line.partition(" (")[0] for line in finding.evidence[1:]] == ["angry", "happy", "sad", "neutral"]
    shares = [line.split(": ")[1] for line in finding.evidence[1:]]
    assert shares == [f"{share} % of its test rows made up" for share in ("35.4", "65.2", "36.5", "0.0")]
    assert finding.evidence[0].startswith("about 469 of 1367 test rows made up (34.3 %)")
    assert audit.facts["test_share"] == 0.2001
    assert audit.facts[SPLIT_FIRST].startswith("cannot: ")
    assert audit.facts["synthetic_share_of_test"] == {"angry": 0.3542, "happy": 0.6516, "sad": 0.3653, "neutral": 0.0}


@pytest.mark.parametrize(
    ("train", "test", "order"),
    [
        (3592, 898, NOTHING),  # 80:20 of 4490
        (5464, 898, SPLIT_FIRST),  # 1366 of 1708 neutral train, 4 × 1366 = 5464
        (5465, 1367, THEN_SPLIT),
        (1904, 898, FEWER_AFTER),  # 476 of 595 happy train, 4 × 476 = 1904
    ],
)
def test_each_order_is_recognised_by_its_counts(train: int, test: int, order: str) -> None:
    assert _possible(train, test, IEMOCAP) == {order}
    codes = audit_counts(train, test, IEMOCAP).codes
    assert codes == ({"balance-before-split"} if order == THEN_SPLIT else set())


def test_cutting_down_first_is_no_leak() -> None:
    # 4 × 595 = 2380 = 1904 + 476; a split by speakers that leaves 476 of 595 happy among 4014 would do as well
    assert _possible(1904, 476, IEMOCAP) == {FEWER_FIRST, FEWER_AFTER}
    assert audit_counts(1904, 476, IEMOCAP).findings == ()


def test_a_pair_of_multiples_of_four_may_also_be_balanced_part_by_part() -> None:
    # 1366 + 342 = 1708; or an unstratified split with 3122 to train on, 1366 of which are neutral
    assert _possible(5464, 1368, IEMOCAP) == {THEN_SPLIT, EACH_PART, SPLIT_FIRST}
    audit = audit_counts(5464, 1368, IEMOCAP)
    assert [(finding.kind.code, finding.kind.severity) for finding in audit.findings] == [
        ("balance-before-split", "warning")
    ]


def test_where_every_possible_order_makes_up_test_rows_it_is_a_leak() -> None:
    # 100 and 50: balanced 200 = 160 + 40, or 80 + 20 of each; 110 recorded rows cannot give 160 rows of 2 × 80
    classes = {"angry": 100, "happy": 50}
    assert _possible(160, 40, classes) == {THEN_SPLIT, EACH_PART, SPLIT_FIRST}
    classes = {"angry": 100, "happy": 10}
    assert _possible(160, 40, classes) == {THEN_SPLIT, EACH_PART}
    audit = audit_counts(160, 40, classes)
    assert audit.codes == {"balance-before-split", "balanced-test"}
    assert [leak.kind.code for leak in audit.leaks] == ["balanced-test"]


def test_counts_that_fit_no_order_say_why_for_each() -> None:
    (finding,) = audit_counts(5001, 1000, IEMOCAP).findings
    assert (finding.kind.code, finding.kind.severity) == ("counts-do-not-fit", "warning")
    assert len(finding.evidence) == len(ORDERS)


def test_classes_of_one_size_need_no_balancing() -> None:
    assert audit_counts(160, 40, [100, 100]).findings == ()


def test_a_validation_part_counts() -> None:
    assert _possible(4783, 1367, IEMOCAP, validation=682) == {THEN_SPLIT}
    # 898 tested, 359 validated: 1230 or so of the 1708 neutral are left among 3233; 4 × 1230 = 4920
    assert _possible(4920, 898, IEMOCAP, validation=359) == {SPLIT_FIRST}


sizes = st.lists(st.integers(5, 60), min_size=2, max_size=4)


@given(sizes, st.integers(0, 2**31), st.sampled_from([0.2, 0.25, 0.3]), st.sampled_from([None, "class"]))
def test_what_an_order_of_steps_really_gives_is_called_possible(
    classes: list[int], seed: int, share: float, stratify: str | None
) -> None:
    """Splits by scikit-learn, balanced by repeating: the order that was followed is among those that are possible."""
    named = {f"class {number}": size for number, size in enumerate(classes)}
    labels = [name for name, size in named.items() for _ in range(size)]
    balanced = [name for name in named for _ in range(max(classes))]

    def parts(rows: list[str]) -> tuple[list[str], list[str]]:
        train, test = train_test_split(rows, test_size=share, random_state=seed, stratify=rows if stratify else None)
        return train, test

    def largest(rows: list[str]) -> int:
        return len(named) * max(rows.count(name) for name in named)

    def smallest(rows: list[str]) -> int:
        return len(named) * min(rows.count(name) for name in named)

    train, test = parts(labels)
    assert NOTHING in _possible(len(train), len(test), named)
    if largest(train) != len(train):
        assert SPLIT_FIRST in _possible(largest(train), len(test), named)
        if largest(test) != len(test) and stratify:
            assert EACH_PART in _possible(largest(train), largest(test), named)
    if smallest(train) not in (0, len(train)):
        assert FEWER_AFTER in _possible(smallest(train), len(test), named)
    if len(set(classes)) > 1:
        train, test = parts(balanced)
        assert THEN_SPLIT in _possible(len(train), len(test), named)


def test_the_chance_of_a_parent_in_training_is_that_of_a_small_set_counted_out() -> None:
    # 5 rows, 2 tested. Of a tested synthetic row the parents are 2 of the other 4, of which 1 is tested: never both.
    assert Expected.of(Counts(3, 0, 2, {"a": 3, "b": 2})).with_training_parent == 1
    # 5 rows, 4 tested: both parents are among the 3 of 4 others with 3/4 × 2/3 = 1/2.
    assert Expected.of(Counts(1, 0, 4, {"a": 3, "b": 2})).with_training_parent == pytest.approx(1 / 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 10, [5, 5]), "train 0: expected a number of rows, 1 at least"),
        ((10, -1, [5, 5]), "test -1: expected a number of rows"),
        ((10, 10, [5, 0]), "class 2 has 0 utterances"),
        ((10, 10, [5]), "classes: 1 given; expected two at least"),
    ],
)
def test_counts_that_are_none(arguments: tuple[int, int, list[int]], message: str) -> None:
    with pytest.raises(EvenvoiceError, match=message):
        audit_counts(*arguments)


def test_classes_are_read_with_names_and_without() -> None:
    assert parse_classes("1103, 595") == {"class 1": 1103, "class 2": 595}
    assert parse_classes("angry=3,happy = 2") == {"angry": 3, "happy": 2}
    for text in ("1103;595", "angry=", "=3", "1,,2", "-3,4", "1.5,2", ""):
        with pytest.raises(EvenvoiceError, match="is not a count"):
            parse_classes(text)
    with pytest.raises(EvenvoiceError, match="'a' stands there twice"):
        parse_classes("a=1,a=2")


def test_a_part_that_is_no_multiple_was_not_balanced_by_itself() -> None:
    # 5465 = 4 × 1366 + 1 and 1371 = 4 × 342 + 3, though 1366 + 342 = 1708
    assert EACH_PART not in _possible(5465, 1371, IEMOCAP)


def test_a_verdict_says_whether_it_takes_an_unstratified_split() -> None:
    # 1708 × 3592 / 4490 = 1366.4, rounded down
    assert audit_counts(5464, 898, IEMOCAP).facts[SPLIT_FIRST].startswith("can: 1366 of the 1708 of the largest class")
    # 1708 × 3122 / 4490 = 1187.6
    unstratified = audit_counts(5464, 1368, IEMOCAP).facts[SPLIT_FIRST]
    assert unstratified.startswith("can: only where the split is not stratified: 1366 of the 1708")
    assert unstratified.endswith("not 1188")
