"""Groups scored by hand; groups that are not known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics import intervals
from evenvoice.metrics.simulation import EMODB_4
from evenvoice.metrics.subgroups import FEWEST, SUBGROUPS, subgroup_columns, subgroups, worst

LABELS = ("angry", "happy", "sad")


def _table(**changes: object) -> pd.DataFrame:
    """Speaker a: angry 2 of 2, happy 0 of 1. Speaker b: angry 1 of 1, sad 1 of 2."""
    columns: dict[str, object] = {
        "utterance": [*"123456"],
        "speaker": [*"aaabbb"],
        "gender": ["f", "f", None, "m", "m", "m"],
        "emotion": ["angry", "angry", "happy", "angry", "sad", "sad"],
        "predicted": ["angry", "angry", "sad", "angry", "sad", "happy"],
        "seconds": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    }
    return pd.DataFrame(columns | changes)


def test_speakers_worked_by_hand() -> None:
    """Emotions that a speaker does not have take no part in the speaker's UA."""
    found = subgroups(_table(), LABELS, "speaker")
    assert found[["n", "ua", "wa"]].to_dict("index") == {
        "a": {"n": 3, "ua": pytest.approx((1 + 0) / 2), "wa": pytest.approx(2 / 3)},
        "b": {"n": 3, "ua": pytest.approx((1 + 1 / 2) / 2), "wa": pytest.approx(2 / 3)},
    }
    assert found.index.name == "speaker"


def test_scores_are_means_over_fits_of_scores_not_scores_of_pooled_rows() -> None:
    other = _table(predicted=["angry", "sad", "happy", "sad", "sad", "sad"])
    # a: (1/2 + 1) / 2 = 0.75 beside 0.5; b: (0 + 1) / 2 = 0.5 beside 0.75. WA of a: 2/3 beside 2/3.
    found = subgroups([_table(), other], LABELS, "speaker")
    assert found["ua"].to_list() == [pytest.approx(0.625), pytest.approx(0.625)]
    assert found["n"].to_list() == [3, 3]


def test_a_group_that_a_seed_does_not_test_takes_its_scores_from_the_others() -> None:
    """Protocol random tests other utterances with each seed."""
    only_a, only_b = _table().iloc[:2], _table().iloc[3:]
    found = subgroups([only_a, only_b], LABELS, "speaker")
    assert found["ua"].to_list() == [1.0, 0.75]
    assert found["wa"].to_list() == [1.0, pytest.approx(2 / 3)]
    assert found["n"].to_list() == [2, 3]


def test_rows_of_no_known_group_are_left_out() -> None:
    found = subgroups(_table(), LABELS, "gender")
    assert found["n"].to_dict() == {"f": 2, "m": 3}
    assert found.loc["f", "ua"] == 1.0


@pytest.mark.parametrize("by", SUBGROUPS)
def test_what_is_not_known_is_empty(by: str) -> None:
    column = "seconds" if by == "duration" else by
    for table in (_table().drop(columns=column, errors="ignore"), _table(**{column: None})):
        found = subgroups([table, table], LABELS, by)
        assert found.empty
        assert list(found) == ["n", "speakers", "ua", "low", "high", "wa", "warning"]
        assert worst(table, LABELS, by) is None


@pytest.mark.parametrize("by", ["session", "text"])
def test_other_columns_are_groups_too(by: str) -> None:
    found = subgroups(_table(**{by: [1, 1, 1, 2, 2, 2]}), LABELS, by)
    assert found["n"].to_dict() == {"1": 3, "2": 3}
    assert found["ua"].to_list() == [0.5, 0.75]


def test_durations_are_quartiles_in_order_and_own_their_longest() -> None:
    seconds = [12.0, 1.0, 2.0, 3.0, 10.0, np.nan]
    # Quartiles of 1, 2, 3, 10, 12: 2, 3, 10. The first holds 1 and 2. By name, 10.0 would come before 2.0.
    found = subgroups(_table(seconds=seconds), LABELS, "duration")
    assert list(found.index) == ["1.0–2.0 s", "2.0–3.0 s", "3.0–10.0 s", "10.0–12.0 s"]
    assert found["n"].to_list() == [2, 1, 1, 1]
    assert found["wa"].to_list() == [0.5, 1.0, 1.0, 1.0]


def test_durations_that_are_alike_are_one_group() -> None:
    assert subgroups(_table(seconds=2.04), LABELS, "duration")["n"].to_dict() == {"2.0 s": 6}


def test_durations_that_lie_close_are_told_apart() -> None:
    """One and two decimals would name two groups alike."""
    found = subgroups(_table(seconds=[1.001, 1.002, 1.003, 1.004, 1.005, np.nan]), LABELS, "duration")
    assert list(found.index) == ["1.001–1.002 s", "1.002–1.003 s", "1.003–1.004 s", "1.004–1.005 s"]
    assert found["n"].to_list() == [2, 1, 1, 1]


def test_durations_that_differ_by_less_than_a_millisecond_are_one_group() -> None:
    found = subgroups(_table(seconds=1 + np.arange(6) / 1e5), LABELS, "duration")
    assert found["n"].to_dict() == {"1.0 s": 6}


def test_the_worst_speaker_is_named() -> None:
    table = pd.concat([_table(), _table()], ignore_index=True)
    assert worst([table, table], LABELS) == ("a", 0.5)


def test_a_group_of_few_is_not_the_worst() -> None:
    few = _table().iloc[:FEWEST].assign(speaker="c", emotion="sad", predicted="angry")
    table = pd.concat([_table(), _table()], ignore_index=True)
    assert worst(pd.concat([table, few.iloc[1:]]), LABELS) == ("a", 0.5)
    assert worst(pd.concat([table, few]), LABELS) == ("c", 0.0)
    assert worst(_table(), LABELS) is None


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(EvenvoiceError, match=r"subgroups by 'speakers': unknown \(did you mean 'speaker'\?\)"):
        subgroups(_table(), LABELS, "speakers")


def test_any_column_makes_groups_with_intervals_and_a_warning_where_speakers_are_few() -> None:
    tables = EMODB_4.draw(12, 3, np.random.default_rng(0))
    device = {f"{number:03d}": "phone" if number < 9 else "studio" for number in range(12)}
    tables = [table.assign(device=table["speaker"].map(device)) for table in tables]
    found = subgroups(tables, EMODB_4.labels, "device")
    assert found["speakers"].to_dict() == {"phone": 9, "studio": 3}
    assert found["warning"].to_dict() == {"phone": "", "studio": "3 speakers: too few to say"}
    own = intervals([table[table["device"] == "phone"] for table in tables], EMODB_4.labels)["ua"]
    assert found.loc["phone", ["ua", "low", "high"]].to_list() == pytest.approx([own.estimate, own.low, own.high])
    assert worst(tables, EMODB_4.labels, "device") == (found["ua"].idxmin(), found["ua"].min())
    assert subgroup_columns(tables) == ["speaker", "device"]


def test_many_numbers_are_cut_into_quarters_and_few_are_groups() -> None:
    table = EMODB_4.draw(20, 1, np.random.default_rng(0))[0]
    ages = subgroups(table.assign(age=20 + table["speaker"].astype(int)), EMODB_4.labels, "age")
    assert len(ages) == 4
    assert ages.index[0].startswith("20.0–")
    few = subgroups(table.assign(year=2020 + table["speaker"].astype(int) % 2), EMODB_4.labels, "year")
    assert list(few.index) == ["2020", "2021"]


def test_a_speaker_by_itself_has_no_interval_and_no_warning() -> None:
    found = subgroups(EMODB_4.draw(4, 2, np.random.default_rng(0)), EMODB_4.labels, "speaker")
    assert found[["low", "high"]].isna().all(axis=None)
    assert (found["warning"] == "").all()
    assert (found["speakers"] == 1).all()
