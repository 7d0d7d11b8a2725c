"""Tables of two systems brought into one order, or refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics.matching import matched
from evenvoice.metrics.simulated_pairs import Pair

PAIR = Pair(preference=0.5)


def test_rows_are_put_in_the_order_of_the_first() -> None:
    first, second = PAIR.draw(6, 2, np.random.default_rng(0))
    ours, theirs = matched(first, [table.sample(frac=1, random_state=1) for table in second])
    for before, after in zip((*first, *second), (*ours, *theirs), strict=True):
        pd.testing.assert_frame_equal(after[before.columns.to_list()], before)


def test_speakers_that_one_table_names_in_part_are_not_taken_over() -> None:
    """The other's whole column is; where neither is whole, what is known stays as it is."""
    [first], [second] = PAIR.draw(6, 1, np.random.default_rng(0))
    part = first.assign(speaker=first["speaker"].where(first.index > 3))
    [ours], _ = matched([part], [second])
    assert ours["speaker"].equals(second["speaker"])
    _, [theirs] = matched([part], [second.drop(columns="speaker")])
    assert "speaker" not in theirs


def _spoilt(damage) -> tuple[list[pd.DataFrame], list[pd.DataFrame]]:
    first, second = PAIR.draw(6, 2, np.random.default_rng(0))
    return first, [second[0], damage(second[1])]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda table: table.iloc[3:], "table 2: 3 utterances were tested by one system only, '0' by the first"),
        (
            lambda table: table.replace({"utterance": {"1": "x"}}),
            "table 2: 2 utterances were tested by one system only",
        ),
        (lambda table: table.replace({"utterance": {"1": "2"}}), "table 2: utterance '2' stands in it twice"),
        (
            lambda table: table.assign(emotion=table["emotion"].where(table.index > 1, "sad")),
            "table 2: 2 utterances have another emotion in the second system, '0' is 'angry' in the first and 'sad' in",
        ),
        (
            lambda table: table.assign(speaker=table["speaker"].replace("000", "777")),
            "utterances have another speaker in the second system, '0' is '000' in the first and '777' in the second",
        ),
    ],
)
def test_tables_of_other_utterances_are_refused_in_one_line(damage, message: str) -> None:
    with pytest.raises(EvenvoiceError, match=f"compare: .*{message}.*; compare runs of the same corpus, protocol and"):
        matched(*_spoilt(damage))


def test_other_numbers_of_seeds_are_refused() -> None:
    first, second = PAIR.draw(6, 2, np.random.default_rng(0))
    with pytest.raises(
        EvenvoiceError, match="found 2 seeds of the first system and 1 of the second; expected the same"
    ):
        matched(first, second[:1])
    with pytest.raises(EvenvoiceError, match="found 0 seeds"):
        matched([], [])
