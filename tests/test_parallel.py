"""Parallel work: in order or as it comes, and quiet when it is stopped early."""

from __future__ import annotations

import time
import warnings
from contextlib import closing

import pytest
from joblib import delayed

from evenvoice.parallel import in_parallel


def _slowly(number: int) -> int:
    time.sleep(0.02 * number)
    return number


@pytest.mark.parametrize(("jobs", "threads"), [(1, False), (2, True), (2, False)])
def test_results_come_in_the_order_of_the_calls(jobs: int, threads: bool) -> None:
    calls = (delayed(_slowly)(number) for number in (3, 0, 2, 1))
    assert list(in_parallel(calls, "waiting", 4, jobs=jobs, threads=threads)) == [3, 0, 2, 1]


def test_unordered_results_are_all_there() -> None:
    calls = (delayed(_slowly)(number) for number in (5, 0))
    assert sorted(in_parallel(calls, "waiting", 2, jobs=2, threads=True, ordered=False)) == [0, 5]


def test_stopping_early_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """joblib would warn of cancelled tasks, in the way of the one line that says why it was stopped."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        with closing(in_parallel((delayed(_slowly)(n) for n in range(8)), "waiting", 8, jobs=2, threads=True)) as work:
            assert next(work) == 0
    assert not heard
    assert "cancelled" not in capfd.readouterr().err
