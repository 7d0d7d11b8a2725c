"""A study's runs as loggers get them: when they are there, once, and with what must be said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import evenvoice
from evenvoice.errors import EvenvoiceError
from evenvoice.loggers import Log
from evenvoice.study import RunKey, load_study
from evenvoice.study.logged import StudyLog
from tests.report.fabricated import write_honest, write_leaky, write_study
from tests.study.noise import noise_corpus


class Memory:
    """A logger that keeps what it is given; ``fails`` begins the name of a run whose numbers it cannot take."""

    def __init__(self, fails: str = "") -> None:
        self.fails = fails
        self.runs: dict[str, dict[str, Any]] = {}

    def has(self, name: str, fingerprint: str) -> bool:
        return self.runs.get(name, {}).get("fingerprint") == fingerprint

    @contextmanager
    def run(self, name: str, about: Mapping[str, Any], fingerprint: str) -> Iterator[Log]:
        assert name not in self.runs, "logged twice"
        rows: list[tuple[int | None, dict[str, float]]] = []

        def log(values: Mapping[str, float], step: int | None = None) -> None:
            if self.fails and name.startswith(self.fails):
                raise EvenvoiceError("no server")
            rows.append((step, dict(values)))

        yield log
        self.runs[name] = {"about": dict(about), "fingerprint": fingerprint, "rows": rows}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_study(tmp_path)
    write_leaky(tmp_path)
    write_honest(tmp_path, seeds=1)
    return tmp_path


KEYS = [RunKey("smote-2dcnn", protocol, 0, 0, fold) for protocol, fold in (("speaker-folds", 0), ("paper", 0))]


def test_a_run_is_logged_once_it_is_there_and_a_leaky_score_says_so(folder: Path) -> None:
    memory, said = Memory(), list[str]()
    absent = RunKey("smote-2dcnn", "speaker-folds", 7, 7, 0)
    for _ in range(2):  # as an evaluation that is started again
        log = StudyLog([memory], folder, "tiny", said.append)
        log.expect([*KEYS, absent])
        log.look()
        log.finish(load_study(folder))
    assert not said
    honest = memory.runs["smote-2dcnn/speaker-folds/seed-0/fold-0"]
    assert (honest["about"]["corpus"], honest["about"]["fold"], honest["about"]["marks"]) == ("tiny", 0, "")
    assert honest["about"]["shape.name"] == "mean"
    epochs = [step for step, _ in honest["rows"]]
    assert epochs == [1, 2, None], "each epoch, then the scores"
    assert "train/accuracy" in honest["rows"][0][1]
    assert set(honest["rows"][-1][1]) == {"result/ua", "result/wa", "result/macro_f1"}
    leaky = memory.runs["smote-2dcnn/paper/seed-0/fold-0"]
    assert leaky["about"]["marks"].startswith("LEAKY")
    assert all(name.endswith(" LEAKY") for name in leaky["rows"][-1][1])
    result = load_study(folder)["smote-2dcnn", "speaker-folds"]
    [(_, pooled)] = memory.runs["smote-2dcnn/speaker-folds/pooled"]["rows"]
    assert pooled["result/ua"] == result.ua
    assert pooled["result/ua low"] == result.intervals["ua"].low


def test_a_logger_that_fails_is_named_and_the_others_go_on(folder: Path) -> None:
    good, bad, said = Memory(), Memory(fails="smote-2dcnn/paper/seed-0/fold-0"), list[str]()
    log = StudyLog([bad, good], folder, "tiny", said.append)
    log.expect(reversed(KEYS))
    log.look()
    log.finish(load_study(folder))
    assert said == [f"warning: no server. The runs are in {folder}; the same command logs the rest"]
    assert len(good.runs) == 4
    assert not bad.runs


def test_evaluate_logs_the_runs_that_it_finds_and_those_that_it_makes(tmp_path: Path) -> None:
    corpus = noise_corpus(tmp_path)
    what: dict[str, Any] = {"out": tmp_path / "study", "jobs": 1, "on_message": lambda line: None}
    evenvoice.evaluate(corpus, "majority", "random", **what)
    memory = Memory()
    evenvoice.evaluate(corpus, ["majority", "knn"], "random", log_to=memory, **what)
    assert sorted(memory.runs) == [
        f"{recipe}/random/{part}" for recipe in ("knn", "majority") for part in ("pooled", "seed-0/fold-0")
    ]
    with pytest.raises(EvenvoiceError, match=r"logger 'mlfow' is unknown \(did you mean 'mlflow'\?\)"):
        evenvoice.evaluate(corpus, "knn", "random", log_to="mlfow", **what)
    with pytest.raises(EvenvoiceError, match="logger 'int': found no has and no run"):
        evenvoice.evaluate(corpus, "knn", "random", log_to=3, **what)
