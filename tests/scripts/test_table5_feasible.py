"""``scripts/table5_feasible.py`` against every confusion matrix there is, of small test sets."""

from __future__ import annotations

import doctest
import importlib.util
import itertools
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

Matrix = tuple[tuple[int, ...], ...]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script as a module."""
    path = Path(__file__).parents[2] / "scripts" / "table5_feasible.py"
    spec = importlib.util.spec_from_file_location("table5_feasible", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _rows(size: int) -> Iterator[tuple[int, ...]]:
    """Every way in which three emotions can be answered to ``size`` rows."""
    return (row for row in itertools.product(range(size + 1), repeat=3) if sum(row) == size)


def _printed(matrix: Matrix) -> list[tuple[float, float, float]]:
    """Precision, recall and F1 of each emotion in per cent; not rounded."""
    columns = list(zip(*matrix, strict=True))
    counts = [(matrix[i][i], sum(matrix[i]), sum(columns[i])) for i in range(3)]
    return [(100 * hit / answers, 100 * hit / size, 200 * hit / (size + answers)) for hit, size, answers in counts]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(*[st.tuples(*[st.integers(0, 3)] * 3)] * 3).filter(lambda rows: all(rows[i][i] for i in range(3))))
def test_the_accuracies_are_those_of_all_confusion_matrices_that_print_the_same(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, matrix: Matrix
) -> None:
    table = [tuple(round(value) for value in values) for values in _printed(matrix)]
    monkeypatch.setattr(script, "TABLE_5", dict(enumerate(table)))
    sizes = [sum(row) for row in matrix]
    found = {
        sum(other[i][i] for i in range(3))
        for other in itertools.product(*map(_rows, sizes))
        if all(other[i][i] for i in range(3))
        and all(
            abs(value - per_cent) <= 0.5
            for values, row in zip(_printed(other), table, strict=True)
            for value, per_cent in zip(values, row, strict=True)
        )
    }
    assert script.hits(sizes) == found
    assert sum(matrix[i][i] for i in range(3)) in found


@pytest.mark.parametrize("seed", range(5))
def test_a_stratified_split_has_one_of_the_class_sizes(script: ModuleType, seed: int) -> None:
    for pool in script.POOLS.values():
        labels = [name for name, size in zip("ahsn", pool, strict=True) for _ in range(size)]
        _, test = train_test_split(labels, test_size=0.2, stratify=labels, random_state=seed)
        assert tuple(test.count(name) for name in "ahsn") in script.stratified(pool, len(test))


def test_a_matrix_needs_room_for_the_lost_rows_of_each_emotion(script: ModuleType) -> None:
    # 3 rows of the first emotion were lost and 2 were wrongly answered with it; the second has one error to give.
    assert not script.has_matrix((4, 4, 4), [(1, 3), (3, 3), (4, 6)])
    assert script.has_matrix((4, 4, 4), [(1, 1), (4, 5), (4, 6)])


def test_answers_that_add_up_but_have_no_matrix_are_refused(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 1 of 4 angry found in 3 answers, 3 of 4 sad in 5: the answers are 8, as the rows; but 3 angry rows were lost, and
    # of the answers "sad" only 2 are wrong.
    monkeypatch.setattr(script, "TABLE_5", {"angry": (33, 25, 29), "sad": (60, 75, 67)})
    assert script.reach((4, 4)) == (8, 8)
    assert script.hits((4, 4)) == set()


def test_its_examples(script: ModuleType) -> None:
    result = doctest.testmod(script)
    assert (result.failed, result.attempted) == (0, 2)


def test_the_chance_counts_draws_whose_answers_can_add_up(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "TABLE_5", {"angry": (100, 100, 100), "sad": (100, 100, 100)})
    assert script.chance((9, 9), 12, draws=500) == 1
    # Half of the rows are found, and nothing is answered wrongly: the answers are half as many as the rows.
    monkeypatch.setattr(script, "TABLE_5", {"angry": (100, 50, 67), "sad": (100, 50, 67)})
    assert script.chance((9, 9), 12, draws=500) == 0
    # Of 4 rows only 2 + 2 can print 50 % twice (1 of 3 is 33 %, and no row has no recall): C(9, 2)² of C(18, 4) draws.
    monkeypatch.setattr(script, "TABLE_5", {"angry": (50, 50, 50), "sad": (50, 50, 50)})
    assert script.chance((9, 9), 4, draws=5000) == pytest.approx(1296 / 3060, abs=0.03)
