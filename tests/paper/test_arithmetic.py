from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.corpora import open_corpus
from evenvoice.paper import table_1
from evenvoice.paper.arithmetic import bounds
from evenvoice.paper.published import IEMOCAP, TABLE_1, TABLE_5
from tests.corpora.iemocap_twin import write_iemocap_twin


def test_table_1_comes_out_as_printed_of_iemocaps_labels_alone(tmp_path: Path) -> None:
    corpus = open_corpus(f"iemocap:{write_iemocap_twin(tmp_path)}")
    assert not any(Path(file).exists() for file in corpus.table["file"])
    counts = corpus.table["emotion"].value_counts().to_dict()
    assert counts == IEMOCAP
    found = table_1(counts)
    assert (found.balanced_first.train, found.balanced_first.test) == (5465, 1367)
    assert found.balanced_first == TABLE_1


def test_the_other_orders_give_other_counts() -> None:
    found = table_1(IEMOCAP)
    # 4490 rows: a fifth, rounded up, is tested. Of 1708 neutral ones 1366 or 1367 are in the training part.
    assert (found.split_first.train, found.split_first.test) == (3592, 898)
    assert found.training_balanced.train in (4 * 1366, 4 * 1367)
    assert found.training_balanced.test == 898


@pytest.mark.parametrize(("excited", "test"), [(1636, 1107), (1041, 988)])
def test_merging_or_replacing_happy_does_not_change_the_balanced_counts(excited: int, test: int) -> None:
    found = table_1(IEMOCAP | {"happy": excited})
    assert found.balanced_first == TABLE_1
    assert found.split_first.test == test


def test_what_is_left_for_real_rows_by_hand() -> None:
    # Two emotions of 4 and 1 utterances, raised to 4 each; recalls 0.5 and 0.85. If the synthetic three quarters of the
    # second were all recognised, 0.85 = 0.25 r + 0.75 gives r = 0.4.
    found = bounds({"a": 4, "b": 1}, {"a": 0.5, "b": 0.85})
    assert found.ua == pytest.approx(((0.5 + 0.4) / 2, (0.5 + 0.85) / 2))
    assert found.wa == pytest.approx(((4 * 0.5 + 0.4) / 5, (4 * 0.5 + 0.85) / 5))


def test_what_is_left_of_the_published_recalls() -> None:
    found = bounds(IEMOCAP, {emotion: row.recall / 100 for emotion, row in TABLE_5.items()})
    assert [round(100 * value, 1) for value in (*found.wa, *found.ua)] == [71.1, 77.1, 72.9, 81.0]


def test_a_recall_that_leaves_less_than_nothing_is_nothing() -> None:
    assert bounds({"a": 4, "b": 1}, {"a": 0.5, "b": 0.1}).wa[0] == pytest.approx(4 * 0.5 / 5)
