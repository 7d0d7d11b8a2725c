"""``evenvoice tune``: the whole way on recordings, killed, and twice at once."""

from __future__ import annotations

import importlib
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from evenvoice.recipes import open_recipe
from evenvoice.study import load_study
from evenvoice.tuning import load_tuning
from evenvoice.tuning.outcome import Tuning
from tests.cli.command import finish, run, start
from tests.workers import start_workers_in

pytestmark = pytest.mark.slow

# Before evenvoice: a machine of known speed, and no report of both recipes.
QUICK = """
import importlib
import evenvoice.report
import evenvoice.tuning.cost
evenvoice.report.write_report = lambda folder, **_: folder
evenvoice.tuning.cost.rows_per_second = lambda *_: 100.0
run = importlib.import_module("evenvoice.tuning.run")
"""
# The second trial never ends.
HANGS = (
    QUICK
    + """
import time
from evenvoice.tuning import trial
judge, judged = trial.validation_ua, []

def hang(*arguments, **more):
    judged.append(0)
    if len(judged) == 2:
        open("hangs", "w").close()
        time.sleep(600)
    return judge(*arguments, **more)

trial.validation_ua = hang
"""
)
# No trial begins before both processes are there.
TOGETHER = QUICK + "from tests.cli import test_tune\nrun.make_trial = test_tune.together(run.make_trial)\n"


def together(make: Callable[[object], tuple[int, float | None] | None]) -> Callable[[object], object]:
    """Make a trial when there are two processes, and leave a mark that says who made it."""
    here = Path("here")

    def made(job: object) -> object:
        here.mkdir(exist_ok=True)
        (here / str(os.getpid())).touch()
        while len(list(here.iterdir())) < 2:
            time.sleep(0.01)
        found = make(job)
        if found:
            Path(f"made-{os.getpid()}-{found[0]}").touch()
        return found

    return made


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, undrawn: None) -> None:
    monkeypatch.setattr("evenvoice.tuning.cost.rows_per_second", lambda *_: 100.0)


@pytest.fixture
def tuning(voices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """A tuning that is quick, in the folder of the test."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(
        "extends: smote-2dcnn\n"
        "features: {n_mfcc: 13}\nshape: mean\n"
        "balance: {options: {k_neighbors: 2}}\n"
        "model: {options: {filters: 4, dense_units: 4}}\n"
        "training: {epochs: 1, batch_size: 16}\n"
        "search:\n"
        "  training.learning_rate: {low: 1.0e-4, high: 3.0e-2, log: true}\n"
        "  model.options.dropout: null\n"
        "  model.options.kernel_size: null\n",
        encoding="utf-8",
    )
    corpus = (f"folder:{voices}", "--speaker-from", "([a-z]+)_", "--protocol=speaker")
    return ("tune", *corpus, "--recipe=mine.yaml", "--inner-folds=2", "--jobs=1", "--out=out")


def outcome(found: Tuning) -> list[tuple[object, ...]]:
    return [(trial.state, trial.ua, trial.settings) for trial in found.trials if trial.state != "interrupted"]


def test_the_whole_way(tuning: tuple[str, ...], tmp_path: Path) -> None:
    assert str(tmp_path) not in start_workers_in(tmp_path / "elsewhere")
    answer = run(*tuning, "--trials=3", "--jobs=2")  # the last says: trials in worker processes
    text = answer.result()
    assert "3 trials of 2 fits each, about " in answer.err
    assert "with 2 jobs" in answer.err
    assert re.search(r"trial [01]: UA ", answer.err)  # whichever ends first
    assert "was opened once, after 3 trials, for these two recipes" in text
    assert text.splitlines()[-1] == f"report: {Path('out/tuning.html')}"
    names = {"runs", "study.json", "tuning.db", "tuning.html", "trials.csv", "mine-tuned.yaml", "figures", ".locks"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    found, study = load_tuning("out"), load_study("out")
    assert [(result.recipe, result.protocol) for result in study.results] == [
        ("mine", "predefined"),
        ("mine-tuned", "predefined"),
    ]
    for result in study.results:
        tested = result.runs[0].predictions["speaker"].unique().tolist()
        assert tested == ["anna"]  # the first speaker, whole
        assert result.runs[0].info["promise"]["disjoint"] == ["speaker"]
        assert len(result.runs[0].predictions) == 9
    assert found.best is not None
    assert (
        study.results[1].runs[0].info["recipe"]["training"]["learning_rate"]
        == (found.best.settings["training.learning_rate"])
    )
    made = open_recipe("out/mine-tuned.yaml")
    assert made.training.learning_rate == found.best.settings["training.learning_rate"]
    assert "Found by: evenvoice tune folder:" in Path("out/mine-tuned.yaml").read_text(encoding="utf-8")
    # Again: nothing is tried or fitted any more, and the page is made again.
    Path("out/tuning.html").unlink()
    again = run(*tuning, "--trials=3", "--json")
    printed = json.loads(again.result())
    assert printed["trials"] == {"complete": 3, "pruned": 0, "failed": 0, "interrupted": 0}
    assert [each["system"] for each in printed["test"]] == ["mine", "mine-tuned"]
    assert "2 fits: all are there already" in again.err
    assert Path("out/tuning.html").is_file()
    more = run(*tuning, "--trials=4").complaint()
    assert "the test part has been opened, after 3 trials" in more
    assert run("compare", "out").code == 0
    assert run("audit", "run", "out").out.startswith("out: 0 leaks, 1 comparison refused")  # of one fit each


def test_a_killed_tuning_goes_on_and_ends_the_same(tuning: tuple[str, ...], tmp_path: Path) -> None:
    process = start(*tuning, "--trials=3", before=HANGS)
    while not Path("hangs").exists():
        assert process.poll() is None, finish(process)
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    finish(process)
    assert [trial.state for trial in load_tuning("out").trials] == ["complete", "running"]
    answer = run(*tuning, "--trials=3")
    assert answer.code == 0, answer.err
    assert "2 trials (1 are there already) of 2 fits each" in answer.err
    whole = run(*tuning[:-1], "--trials=3", "--out=whole")
    assert whole.code == 0
    found = load_tuning("out")
    assert [trial.state for trial in found.trials].count("interrupted") == 1
    assert outcome(found) == outcome(load_tuning("whole"))


def test_two_processes_share_the_trials_and_open_the_test_part_once(
    tuning: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, [Path(__file__).parents[2], *sys.path])))
    other = start(*tuning, "--trials=5", before=TOGETHER)
    module = importlib.import_module("evenvoice.tuning.run")
    monkeypatch.setattr(module, "make_trial", together(module.make_trial))
    for answer in (run(*tuning, "--trials=5"), finish(other)):
        assert answer.code == 0, answer.err
        assert "was opened once, after 5 trials" in answer.out
    found = load_tuning("out")
    assert [trial.state for trial in found.trials] == ["complete"] * 5
    assert len({json.dumps(trial.settings) for trial in found.trials}) == 5
    made = [path.name.split("-")[1:] for path in tmp_path.glob("made-*")]
    assert sorted(number for _, number in made) == [str(number) for number in range(5)]
    assert {process for process, _ in made} == {str(other.pid), str(os.getpid())}
    assert len(list(tmp_path.glob("out/runs/*/*/*/*/run.json"))) == 2


def test_no_search_space_is_one_line(voices: Path, tmp_path: Path) -> None:
    complaint = run("tune", f"folder:{voices}", "--recipe=majority", "--out", tmp_path / "out").complaint()
    assert complaint.startswith("recipe 'majority' has no search space; declare one in a file that extends it")
    assert complaint.endswith("search: {normalise: [training, speaker]}")  # it has no epochs to search
    assert not (tmp_path / "out").exists()
