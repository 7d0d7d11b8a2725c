"""Studies whose networks are trained side by side, as on a GPU: here on the CPU, in the same way."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.audit import audit_run
from evenvoice.corpora import Corpus
from evenvoice.errors import StorageError
from evenvoice.recipes import open_recipe
from evenvoice.study import Study, evaluate
from evenvoice.study.execution import Execution
from evenvoice.training import StackedTrainer
from tests.study.noise import noise_corpus

QUICK = {"training": {"epochs": 2}, "balance": {"options": {"k_neighbors": 2}}}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return noise_corpus(tmp_path_factory.mktemp("noise"))


@pytest.fixture(autouse=True)
def _side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Execution, "trainer", property(lambda self: StackedTrainer("cpu", at_once=6)))


def _evaluate(corpus: Corpus, out: Path, said: list[str]) -> Study:
    recipes = [open_recipe("smote-2dcnn", QUICK), open_recipe("functionals-svm")]
    return evaluate(corpus, recipes, ["speaker", "paper"], seeds=2, out=out, on_message=said.append)


@pytest.mark.slow
def test_every_run_is_made_written_and_clean(corpus: Corpus, tmp_path: Path) -> None:
    said: list[str] = []
    study = _evaluate(corpus, tmp_path, said)
    runs = sorted(path.parent for path in tmp_path.glob("runs/*/*/*/*/run.json"))
    assert len(runs) == 2 * 2 * (4 + 1)  # recipes, seeds, folds of `speaker` and one of `paper`
    assert {result.recipe for result in study.results} == {"smote-2dcnn", "functionals-svm"}
    # The protocol that balances first leaks, and is marked so; of the other, nothing is to be said.
    assert [audit_run(run).findings for run in runs if "speaker" in run.parts] == [()] * 16
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("predictions.csv")}
    _evaluate(corpus, tmp_path, said)
    assert said[-1] == "20 fits: all are there already"
    assert stamps == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("predictions.csv")}


def test_a_run_that_cannot_be_made_costs_the_others_nothing(corpus: Corpus, tmp_path: Path) -> None:
    """A class of fewer rows than SMOTE has neighbours, in one recipe of two."""
    failed: list[str] = []
    hungry = open_recipe("smote-2dcnn", {"training": {"epochs": 1}, "balance": {"options": {"k_neighbors": 1000}}})
    plain = open_recipe("2dcnn", {"training": {"epochs": 1}})
    study = evaluate(
        corpus, [hungry, plain], "speaker", out=tmp_path,
        on_message=str, on_failure=lambda key, why: failed.append(f"{key.recipe}: {why}"),
    )  # fmt: skip
    assert len(failed) == 4
    assert all(line.startswith("smote-2dcnn: ") and "1000" in line for line in failed)
    assert [result.recipe for result in study.results] == ["2dcnn"]


def test_a_full_disk_is_no_failed_run(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others would fail too: the study ends, and no run is counted as one that cannot be made."""

    def full(*_: object, **__: object) -> None:
        raise StorageError("runs: cannot be written (No space left on device)")

    monkeypatch.setattr("evenvoice.study.work.write_run", full)
    failed: list[str] = []
    with pytest.raises(StorageError, match="No space left"):
        evaluate(
            corpus, "functionals-svm", "speaker", out=tmp_path,
            on_message=str, on_failure=lambda key, why: failed.append(why),
        )  # fmt: skip
    assert not failed
