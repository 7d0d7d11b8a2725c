"""A plan's record holds every row that is not as it was, and is read back as it was written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from evenvoice.imbalance import Plan, added_rows, kept_times, made_rows, parent_ids, plan_table, read_plan

IDS = ["a", "b", "007", "d"]
Y = ["sad", "sad", "sad", "angry"]


def written(plan: Plan | dict[tuple[int, int], Plan], tmp_path: Path) -> pd.DataFrame:
    table = plan_table(plan, IDS, Y)
    table.to_csv(tmp_path / "plan.csv", index=False, float_format="%.17g")
    read = read_plan(tmp_path / "plan.csv")
    pd.testing.assert_frame_equal(read, table, check_dtype=False)
    return read


def test_made_removed_and_repeated_rows_are_on_record(tmp_path: Path) -> None:
    plan = Plan(
        kept=[0, 2, 2],  # type: ignore[arg-type]
        made_from=[[0, 1, 2], [2, -1, -1], [-1, -1, -1], [3, -1, -1]],  # type: ignore[arg-type]
        weights=[[0.5, 0.3, 0.2], [1, 0, 0], [0, 0, 0], [1, 0, 0]],  # type: ignore[arg-type]
        labels=["sad", "sad", "sad", "angry"],  # type: ignore[arg-type]
        maker=["line", "waveform:noise", "values", "line"],
        values=np.array([[9.0]]),
    )
    read = written(plan, tmp_path)
    made = made_rows(read)
    assert made["maker"].tolist() == ["line", "waveform:noise", "values", "line"]
    assert parent_ids(made).tolist() == [["a", "b", "007"], ["007", "", ""], ["", "", ""], ["d", "", ""]]
    assert made["lambda"].iloc[0] == 0.3
    assert made["weight-3"].iloc[0] == 0.2
    assert kept_times(read).to_dict() == {"b": 0, "007": 2, "d": 0}
    # b is removed, 007 repeated, three rows are made; d is removed and copied.
    assert added_rows(read).to_dict() == {"sad": 3, "angry": 0}
    assert parent_ids(read)[len(made) :].tolist() == [["", "", ""], ["007", "", ""], ["", "", ""]]


def test_a_plan_that_changes_nothing_is_an_empty_table(tmp_path: Path) -> None:
    read = written(Plan.keep([0, 1, 2, 3]), tmp_path)
    assert len(read) == 0
    assert list(read) == ["synthetic", "emotion", "maker", "base", "neighbour", "lambda", "times"]
    assert added_rows(read).to_dict() == {}


def test_plans_of_several_epochs_are_one_record(tmp_path: Path) -> None:
    plans = {
        (1, 1): Plan.pairs([0, 1, 2, 3], base=[0], neighbour=[1], gap=[0.5], labels=["sad"]),
        (2, 1): Plan.keep([0, 1, 3, 3]),
    }
    read = written(plans, tmp_path)
    assert read["epoch"].tolist() == [1, 2, 2]
    assert made_rows(read)["synthetic"].tolist() == ["synthetic-1-0"]
    assert added_rows(read).to_dict() == {"sad": 1}


def test_a_plan_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("synthetic,emotion,base,neighbour,lambda\nsynthetic-0,sad,a,007,0.25\n", encoding="utf-8")
    read = read_plan(path)
    assert parent_ids(read).tolist() == [["a", "007"]]
    assert made_rows(read)["lambda"].tolist() == [0.25]
    assert added_rows(read).to_dict() == {"sad": 1}
    assert kept_times(read).to_dict() == {}
