"""Calls on a real cluster: results, errors, versions, what is shared, and how much is sent ahead."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import evenvoice
from evenvoice.cluster import DaskExecutor, connection
from evenvoice.cluster.packing import pack
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.parallel import Call, in_parallel, is_remote
from tests.cluster.fleet import Fleet, until


def _double(number: int) -> int:
    return 2 * number


def _raise(error: Exception) -> None:
    raise error


def test_results_of_all_calls_come_back(cluster: DaskExecutor) -> None:
    until(lambda: len(cluster._client.nthreads()) == 1)
    calls = ((_double, (number,), {}) for number in range(30))
    assert sorted(in_parallel(calls, "doubling", 30, jobs=1, executor=cluster)) == list(range(0, 60, 2))
    assert is_remote(cluster)


def test_functions_of_a_script_travel(cluster: DaskExecutor) -> None:
    assert list(cluster.run([(lambda a, b: a + b, (1,), {"b": 2})])) == [3]


def test_what_is_shared_is_sent_once_and_arrives_whole(cluster: DaskExecutor) -> None:
    values = np.arange(100_000.0)
    shared = cluster.share(values)
    packed, futures = pack((np.sum, (shared,), {"out": [shared]}))
    assert len(packed) < 1000
    assert futures == [shared.future]
    calls: list[Call] = [(np.sum, ([shared, shared],), {}), (np.sum, (shared,), {})]
    assert sorted(cluster.run(calls)) == [values.sum(), 2 * values.sum()]


@pytest.mark.parametrize("error", [AudioError("a.wav: empty"), PermissionError(13, "no"), KeyError("ours")])
def test_what_a_call_raises_is_raised(cluster: DaskExecutor, error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        list(cluster.run([(_raise, (error,), {})]))
    assert raised.value.args == error.args


def test_calls_are_taken_as_there_is_room(cluster: DaskExecutor) -> None:
    """A million calls are not made up at once; who stops early leaves none behind."""
    taken: list[int] = []

    def calls() -> Iterator[Call]:
        for number in count():
            taken.append(number)
            yield _double, (number,), {}

    results = cluster.run(calls())
    assert next(results) % 2 == 0
    results.close()
    assert len(taken) <= 2 * cluster.workers + 8 + 1


def test_one_call_at_a_time_in_a_process(cluster: DaskExecutor) -> None:
    def span() -> tuple[int, float, float]:
        start = time.monotonic()
        time.sleep(0.02)
        return os.getpid(), start, time.monotonic()

    spans = sorted(cluster.run([(span, (), {})] * 8))
    for (one, _, end), (other, start, _) in pairwise(spans):
        assert one != other or start >= end


def test_a_worker_of_another_version_is_one_line(cluster: DaskExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evenvoice, "__version__", "9.9.9")
    with pytest.raises(EvenvoiceError, match=r"the worker on \S+ has evenvoice \S+, this process 9\.9\.9; install the"):
        list(cluster.run([(_double, (1,), {})]))
    shared = cluster.share([1])
    monkeypatch.undo()
    with pytest.raises(EvenvoiceError, match=r"this process 9\.9\.9"):
        list(cluster.run([(_double, (shared,), {})]))


def test_what_a_worker_cannot_import_is_one_line(
    cluster: DaskExecutor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "only_here.py").write_text("def one():\n    return 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    import only_here  # type: ignore[import-not-found]

    with pytest.raises(EvenvoiceError, match=r"a worker cannot load the work \(No module named 'only_here'\)"):
        list(cluster.run([(only_here.one, (), {})]))


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("127.0.0.1:1", r"no scheduler answers there within .* s \(.*\); start one \(dask scheduler\)"),
        ("ipx://1", r"no scheduler answers there .*unknown address scheme 'ipx'"),
        ("local:0", r"found 'local:0'; expected local:N with N from 1"),
        ("local:two", r"found 'local:two'; expected local:N"),
    ],
)
def test_where_no_cluster_is_is_one_line(where: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "PATIENCE", 0.2)
    with pytest.raises(EvenvoiceError, match=line) as raised:
        DaskExecutor(where)
    assert "\n" not in str(raised.value)


def test_a_client_of_the_callers_stays_open(fleet: Fleet) -> None:
    from distributed import Client

    with Client(fleet.address, set_as_default=False) as client:
        with DaskExecutor(client) as executor:
            assert list(executor.run([(_double, (4,), {})])) == [8]
        assert client.status == "running"
    wrong: Any = 7
    with pytest.raises(EvenvoiceError, match="cluster: found 7; expected an address, local:N, or a Dask Client"):
        DaskExecutor(wrong)
