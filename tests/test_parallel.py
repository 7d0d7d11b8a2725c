"""Parallel work: in order or as it comes, and quiet when it is stopped early."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from joblib import delayed

from evenvoice import parallel
from evenvoice.errors import EvenvoiceError
from evenvoice.parallel import HereFirst, in_parallel


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


@pytest.mark.parametrize(("start", "processes"), [(60.0, 1), (0.0, 2)])
def test_workers_start_where_they_save_more_than_their_start(
    start: float, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "_WORKERS_START", start)
    found = list(in_parallel((delayed(os.getpid)() for _ in range(5)), "waiting", 5, jobs=2, executor=HereFirst(2, 5)))
    assert len(found) == 5
    assert found[:2] == [os.getpid()] * 2
    assert len({pid == os.getpid() for pid in found}) == processes


def test_stopping_early_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """joblib would warn of cancelled tasks, in the way of the one line that says why it was stopped."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        with closing(in_parallel((delayed(_slowly)(n) for n in range(8)), "waiting", 8, jobs=2, threads=True)) as work:
            assert next(work) == 0
    assert not heard
    assert "cancelled" not in capfd.readouterr().err


def test_stopping_early_waits_for_what_threads_are_at() -> None:
    """They would use what is closed by then, and C++ aborts a process that ends while they wait for Python."""
    busy = set[int]()

    def work(number: int) -> int:
        busy.add(number)
        time.sleep(0.5 if number else 0)
        busy.remove(number)
        return number

    with closing(in_parallel((delayed(work)(n) for n in range(8)), "waiting", 8, jobs=2, threads=True)) as results:
        assert next(results) == 0
        while not busy:
            time.sleep(0.01)
    assert not busy
    time.sleep(0.6)  # nor is one begun
    assert not busy


def _is_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_is_killed_is_one_line() -> None:
    """As the system kills it where memory is short."""
    with pytest.raises(EvenvoiceError, match=r"waiting: a worker process was killed.*use fewer --jobs"):
        list(in_parallel((delayed(_is_killed)() for _ in range(2)), "waiting", 2, jobs=2))


PARENT = """
import os, sys, time
from pathlib import Path
from joblib import delayed
from evenvoice.parallel import in_parallel

def work(folder, number):
    Path(folder, str(os.getpid())).touch()
    time.sleep(600)

if __name__ == "__main__":
    list(in_parallel((delayed(work)(sys.argv[1], n) for n in range(2)), "working", 2, jobs=2))
"""


def _lives(pid: int) -> bool:
    """A process that nobody waited for is there as a zombie: it works no more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script, marks = tmp_path / "parent.py", tmp_path / "workers"
    script.write_text(PARENT, encoding="utf-8")
    marks.mkdir()
    process = subprocess.Popen([sys.executable, str(script), str(marks)], stderr=subprocess.DEVNULL)
    _until(lambda: len(list(marks.iterdir())) == 2)
    workers = [int(path.name) for path in marks.iterdir()]
    assert all(map(_lives, workers))
    process.kill()
    process.wait()
    _until(lambda: not any(map(_lives, workers)))


LATE = """
import os, sys, time
from pathlib import Path
from joblib import delayed
from evenvoice.parallel import in_parallel

class Slow:
    def __init__(self, folder):
        self.folder = folder
    def __setstate__(self, state):  # what a worker does before its first call: most of it is importing torch
        self.__dict__.update(state)
        Path(self.folder, f"{os.getpid()}.began").touch()
        while not Path(self.folder, "go").exists():
            time.sleep(0.05)

def work(slow, number):
    Path(slow.folder, f"{os.getpid()}.worked").touch()
    time.sleep(600)

if __name__ == "__main__":
    list(in_parallel((delayed(work)(Slow(sys.argv[1]), n) for n in range(2)), "working", 2, jobs=2))
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
def test_workers_whose_parent_is_killed_before_their_first_call_end_as_well(tmp_path: Path) -> None:
    script, marks = tmp_path / "parent.py", tmp_path / "workers"
    script.write_text(LATE, encoding="utf-8")
    marks.mkdir()
    process = subprocess.Popen([sys.executable, str(script), str(marks)], stderr=subprocess.DEVNULL)
    _until(lambda: len(list(marks.glob("*.began"))) == 2)
    workers = [int(path.stem) for path in marks.glob("*.began")]
    process.kill()
    process.wait()
    (marks / "go").touch()
    _until(lambda: not any(map(_lives, workers)))
    assert list(marks.glob("*.worked")) == []


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
