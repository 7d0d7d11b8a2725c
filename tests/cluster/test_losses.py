"""What a long study meets on a cluster: a worker killed, one that joins late, a scheduler gone. Minutes: `-m long`."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from evenvoice.cluster import DaskExecutor
from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import open_recipe
from evenvoice.study import evaluate
from tests.cluster.fleet import Fleet, until
from tests.cluster.test_studies import QUICK, _files
from tests.study.noise import noise_corpus

pytestmark = pytest.mark.long

RECIPES = ("smote-2dcnn", "voice-linear", "functionals-svm", "knn")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return noise_corpus(tmp_path_factory.mktemp("noise"))


@pytest.fixture(scope="module")
def alone(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The same study on one machine."""
    folder = tmp_path_factory.mktemp("alone")
    evaluate(corpus, _recipes(), ["speaker", "paper"], seeds=3, out=folder, jobs=2, on_message=print)
    return _files(folder)


def _recipes() -> list[Any]:
    return [open_recipe(name, QUICK if name == "smote-2dcnn" else {}) for name in RECIPES]


def _study(corpus: Corpus, folder: Path, executor: DaskExecutor, said: list[str]) -> None:
    evaluate(corpus, _recipes(), ["speaker", "paper"], seeds=3, out=folder, executor=executor, on_message=said.append)


def _runs(folder: Path) -> int:
    return len(list(folder.glob("runs/*/*/*/*/run.json")))


def test_a_worker_is_killed_and_another_joins_late(
    corpus: Corpus, alone: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENVOICE_CACHE", str(tmp_path / "cache"))
    said: list[str] = []
    joined: list[str] = []
    with Fleet(tmp_path.parent.parent) as fleet, DaskExecutor(fleet.address, said.append) as executor:

        def meddle() -> None:
            until(lambda: "no workers; waiting" in "".join(said), 120)
            first = fleet.start_worker()
            until(lambda: _runs(tmp_path / "study") >= 3, 300)
            fleet.start_worker()
            until(lambda: executor.workers == 2, 120)
            first.kill()
            until(lambda: executor.workers == 1, 120)
            joined.append("and the study is not over" if _runs(tmp_path / "study") < len(alone) / 5 else "too late")

        other = threading.Thread(target=meddle)
        other.start()
        _study(corpus, tmp_path / "study", executor, said)
        other.join()
    assert joined == ["and the study is not over"]
    assert _files(tmp_path / "study") == alone


def test_a_scheduler_that_is_gone_is_one_line_and_the_study_goes_on_elsewhere(
    corpus: Corpus, alone: dict[str, Any], tmp_path: Path
) -> None:
    with Fleet(tmp_path.parent.parent) as fleet, DaskExecutor(fleet.address) as executor:
        fleet.start_worker()

        def kill() -> None:
            until(lambda: _runs(tmp_path / "study") >= 2, 300)
            fleet.scheduler.kill()

        threading.Thread(target=kill).start()
        with pytest.raises(
            EvenvoiceError, match=r"the connection to the scheduler is lost .* what is finished is kept"
        ):
            _study(corpus, tmp_path / "study", executor, [])
    assert 2 <= _runs(tmp_path / "study") < len(alone) / 5
    said: list[str] = []
    with DaskExecutor("local:2") as executor:
        _study(corpus, tmp_path / "study", executor, said)
    assert any("are there already" in line for line in said)
    assert _files(tmp_path / "study") == alone


def _end() -> None:
    import os
    import signal

    time.sleep(0.1)
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_call_that_ends_every_worker_is_one_line() -> None:
    """As the system ends them where memory is short; the processes of `local:N` are started anew each time."""
    with (
        DaskExecutor("local:1") as executor,
        pytest.raises(
            EvenvoiceError, match=r"4 workers ended while they made _end, most likely because memory ran out"
        ),
    ):
        list(executor.run([(_end, (), {})]))
