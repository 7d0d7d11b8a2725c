"""A hundred random signals to commands and their workers: what was stopped goes on, and ends the same.

pytest -m long -s -o faulthandler_timeout=0 tests/cli/test_killed.py      prints what docs/faults.md has
EVENVOICE_SIGNALS=20 …                                                    a fifth of them
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.command import predictions
from tests.cli.killing import Commands, Shot, half_written, is_locked, shoot

pytestmark = pytest.mark.long

# What a command may end with: by signal, where the parent was met.
_CODES = {
    signal.SIGINT: 130,
    signal.SIGTERM: 143,
    signal.SIGHUP: -signal.SIGHUP,
    signal.SIGKILL: -signal.SIGKILL,
}

# Before the commands: their libraries, a machine of known speed, and no report, which has tests of its own.
_BEFORE = """
import evenvoice.report.tuning, evenvoice.study.cost, evenvoice.training.export, evenvoice.tuning, optuna, sklearn.svm
evenvoice.report.write_report = lambda folder, **_: folder / "report.html"
evenvoice.report.tuning.write_tuning_report = lambda folder, **_: folder / "tuning.html"
evenvoice.study.cost.rows_per_second = lambda *_: 100.0
"""

_RECIPE = """extends: smote-2dcnn
features: {n_mfcc: 13}
shape: mean
balance: {options: {k_neighbors: 2}}
model: {options: {filters: 4, dense_units: 4}}
training: {epochs: 3, batch_size: 16}
search:
  training.learning_rate: {low: 1.0e-4, high: 3.0e-2, log: true}
  model.options.dropout: null
"""


@dataclass(frozen=True)
class Case:
    """A command to be shot at.

    Attributes:
        name: What it is.
        options: Of the command line, beside corpus and recipe.
        signals: How many it gets.
        results: What it leaves, and what must be the same in the end.
    """

    name: str
    options: tuple[str, ...]
    signals: int
    results: Callable[[Path], dict[str, bytes]]


def of_model(out: Path) -> dict[str, bytes]:
    """The model's graph and weights: the file itself has the date in it."""
    import onnx

    model = onnx.load(out / "model.onnx")
    model.ClearField("metadata_props")
    return {"model.onnx": model.SerializeToString(deterministic=True)}


def of_recipe_itself(out: Path) -> dict[str, bytes]:
    """The predictions of the recipe as it is: with two jobs, what is tried depends on which trial ends first."""
    return {name: text for name, text in predictions(out).items() if "tuned" not in name}


CASES = [
    Case("evaluate --jobs 2", ("evaluate", "--protocol=speaker", "--seeds=3", "--jobs=2"), 50, predictions),
    Case("tune --jobs 1", ("tune", "--protocol=speaker", "--trials=3", "--inner-folds=2", "--jobs=1"), 15, predictions),
    Case(
        "tune --jobs 2", ("tune", "--protocol=speaker", "--trials=4", "--inner-folds=2", "--jobs=2"), 15,
        of_recipe_itself,
    ),
    Case("train --jobs 2", ("train", "--jobs=2"), 20, of_model),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hundred_signals(
    case: Case, voices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    places = [tmp_path / name for name in ("cache", "tmp")]
    for place, variable in zip(places, ("EVENVOICE_CACHE", "TMPDIR"), strict=True):
        place.mkdir()
        monkeypatch.setenv(variable, str(place))
    recipe = tmp_path / "mine.yaml"
    recipe.write_text(_RECIPE, encoding="utf-8")
    corpus = (f"folder:{voices}", "--speaker-from", "([a-z]+)_", "--recipe", str(recipe))
    name, *options = case.options

    commands = Commands(_BEFORE, tmp_path)

    def arguments(out: Path) -> tuple[Path | str, ...]:
        return name, *corpus, *options, "--out", out

    def finished(out: Path) -> dict[str, bytes]:
        commands.start(*arguments(out))
        answer = commands.wait()
        assert answer.code == 0, answer.err
        return case.results(out)

    finished(tmp_path / "first")
    started = time.monotonic()
    expected = finished(tmp_path / "whole")
    longest = time.monotonic() - started
    assert expected
    rng, counted, rounds, met = random.Random(case.name), Counter[tuple[str, str, int]](), 0, 0
    wanted = max(1, case.signals * int(os.environ.get("EVENVOICE_SIGNALS", "100")) // 100)
    while met < wanted:
        out = tmp_path / f"out-{rounds}"
        if rounds % 2:  # else the features are there, and the signals meet the fits
            shutil.rmtree(places[0])
            places[0].mkdir()
        rounds += 1
        # Some are met once, some again and again.
        for _ in range(rng.randint(1, 4)):
            shot = shoot(commands, arguments(out), rng, longest)
            check(shot)
            counted[shot.target, shot.number.name, shot.answer.code] += 1
            met += shot.target != "nobody"
            if shot.target == "nobody":
                break
            assert not any(map(is_locked, half_written(tmp_path))), shot
        assert finished(out) == expected
        assert [path for folder in (out, *places) for path in half_written(folder)] == []
        ours = [path for path in places[1].iterdir() if not path.name.startswith("torchinductor")]  # that is torch's
        assert ours == []
    commands.close()
    lines = [f"{case.name}: {met} signals in {rounds} rounds, {longest:.0f} s undisturbed"]
    lines += [f"  {' '.join(map(str, how))}: {times}" for how, times in sorted(counted.items())]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")


def check(shot: Shot) -> None:
    """One line, and the right exit code."""
    assert "Traceback" not in shot.answer.err, shot
    if shot.target == "nobody":
        assert shot.answer.code == 0, shot
    elif shot.target == "worker":
        # It may have ended just before, with nothing left to do.
        assert shot.answer.code in (0, 2), shot
        assert shot.answer.code == 0 or "a worker process was killed" in shot.answer.err, shot
    else:
        # Before the command has begun, the signals do what they do to any process; after its end, nothing.
        assert shot.answer.code in {_CODES[shot.number], -shot.number, 0}, shot
