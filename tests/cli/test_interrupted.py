"""Commands that are stopped half-way, in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.command import QUICK, finish, predictions, run, start
from tests.cli.killing import half_written, is_locked, living, until

# Run before evenvoice: the second run is never written to its end.
HANGS = """
import time
from evenvoice.study import records

write_json, runs = records.write_json, []

def hang(path, data):
    runs.append(path)
    if len([path for path in runs if path.name == "run.json"]) == 2:
        time.sleep(600)
    write_json(path, data)

records.write_json = hang
"""


@pytest.fixture
def evaluation(voices: Path) -> tuple[Path | str, ...]:
    """Eight fits."""
    return ("evaluate", f"folder:{voices}", "--speaker-from", "([a-z]+)_", "--protocol=speaker", "--seeds=2", *QUICK)


@pytest.fixture
def half_way(evaluation: tuple[Path | str, ...], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The evaluation in a process of its own, with one run written and half of another."""
    process = start(*evaluation, "--out", tmp_path / "out", before=HANGS)
    # In this order: the first run's own half-written folder, seen just before it is whole, is not that of the second.
    while len(predictions(tmp_path / "out")) < 1 or not list(tmp_path.glob("out/runs/*/*/seed-*/.*/plan.csv")):
        assert process.poll() is None, finish(process)
        time.sleep(0.01)
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def hidden(folder: Path) -> list[Path]:
    """Return what is half-written."""
    return [path for path in folder.rglob("*") if path.name.startswith(".")]


@pytest.mark.slow
def test_a_killed_evaluation_goes_on_and_ends_the_same(
    half_way: subprocess.Popen[bytes], evaluation: tuple[Path | str, ...], tmp_path: Path, undrawn: None
) -> None:
    out = tmp_path / "out"
    os.killpg(half_way.pid, signal.SIGKILL)
    assert finish(half_way).code == -signal.SIGKILL
    (path,) = predictions(out)
    stamp = (out / path).stat().st_mtime_ns
    assert hidden(out)
    answer = run(*evaluation, "--out", out)
    assert answer.code == 0
    assert "7 fits (1 are there already), about " in answer.err
    assert (out / path).stat().st_mtime_ns == stamp
    assert not hidden(out)
    run(*evaluation, "--out", tmp_path / "whole").result()
    assert len(predictions(out)) == 8
    assert predictions(out) == predictions(tmp_path / "whole")


def test_ctrl_c_is_one_line_and_keeps_what_was_finished(half_way: subprocess.Popen[bytes], tmp_path: Path) -> None:
    out = tmp_path / "out"
    os.killpg(half_way.pid, signal.SIGINT)
    answer = finish(half_way)
    assert (answer.code, answer.out) == (130, "")
    assert answer.err.splitlines()[-1] == "evenvoice: interrupted; what was finished is kept"
    assert "Traceback" not in answer.err
    assert len(predictions(out)) == 1
    assert not hidden(out)
    assert (out / "study.json").is_file(), "the folder cannot be reported on"


@pytest.mark.slow
def test_a_scheduler_that_ends_the_command_ends_its_workers(evaluation: tuple[Path | str, ...], tmp_path: Path) -> None:
    """SIGTERM goes to the command alone: `timeout`, SLURM, systemd, `docker stop`."""
    endless = ("--set", "training.epochs=1000000", "--jobs", "2", "--out", tmp_path / "out")
    process = start(*evaluation, *endless)
    try:
        while len(_group(process.pid)) < 3:  # the command and two workers
            assert process.poll() is None, finish(process)
            time.sleep(0.05)
        process.terminate()
        answer = finish(process)
        assert answer.code == 143
        assert answer.err.splitlines()[-1] == "evenvoice: interrupted; what was finished is kept"
        until = time.monotonic() + 60
        while _group(process.pid):
            assert time.monotonic() < until, "workers go on without the command"
            time.sleep(0.05)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


# A fit that no signal ends before it is done, as one of libsvm or liblinear: a lock that is held cannot be taken again,
# and ctypes lets other threads run meanwhile.
NATIVE = """
import ctypes, os
from evenvoice.models import Estimator

class Native(Estimator):
    name = "native"

    def _fit(self, X, y, class_weights, seed):
        lock, library = ctypes.create_string_buffer(256), ctypes.CDLL(None)
        library.pthread_mutex_lock(lock)
        open(os.environ["FITTING"] + str(os.getpid()), "w").close()
        library.pthread_mutex_lock(lock)

    def _probabilities(self, X):
        raise NotImplementedError

    def learned(self):
        return {}
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a mutex of zeros is Linux'")
@pytest.mark.parametrize(("number", "jobs"), [(signal.SIGINT, 1), (signal.SIGTERM, 1), (signal.SIGTERM, 2)])
def test_no_fit_is_waited_for(
    number: signal.Signals, jobs: int, voices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGTERM goes to the command alone, Ctrl-C to its workers as well."""
    (tmp_path / "native_model.py").write_text(NATIVE, encoding="utf-8")
    (tmp_path / "mine.yaml").write_text("extends: majority\nmodel: {name: 'native_model:Native'}\n", encoding="utf-8")
    for name, value in {"PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}", "TMPDIR": str(tmp_path / "tmp"),
                        "FITTING": str(tmp_path / "fitting-")}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    (tmp_path / "tmp").mkdir()
    process = start(
        "evaluate", f"folder:{voices}", "--speaker-from", "([a-z]+)_", "--protocol=speaker",
        "--recipe", tmp_path / "mine.yaml", "--jobs", str(jobs), "--out", tmp_path / "out",
    )  # fmt: skip
    try:
        while len(list(tmp_path.glob("fitting-*"))) < jobs:
            assert process.poll() is None, finish(process)
            time.sleep(0.05)
        if number == signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        answer = finish(process)
        assert answer.code == {signal.SIGINT: 130, signal.SIGTERM: 143}[number]
        assert answer.err.splitlines()[-1] == "evenvoice: interrupted; what was finished is kept"
        assert answer.err.count("interrupted") == 1
        until(lambda: not living(process.pid), "workers go on without the command")
        assert not any(map(is_locked, half_written(tmp_path)))
        if jobs == 1:
            assert not half_written(tmp_path)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _group(leader: int) -> list[str]:
    """The processes that a command has started, and itself."""
    return subprocess.run(["pgrep", "-g", str(leader)], capture_output=True, text=True, check=False).stdout.split()


def test_ctrl_c_in_this_process(voices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("evenvoice.training.on_corpus.fit", interrupt)
    answer = run("train", f"folder:{voices}", "--set", "training.epochs=1", "--jobs", "1", "--out", tmp_path / "out")
    assert (answer.code, answer.out) == (130, "")
    assert answer.err.splitlines()[-1] == "evenvoice: interrupted; what was finished is kept"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["--version", "predict"])
def test_a_reader_that_has_gone_is_no_traceback(command: str, model: Path, voices: Path) -> None:
    # The one prints at its end, when it is flushed; the other after each file.
    files = (model, *[voices / "sad" / "anna_0.wav"] * 5) if command == "predict" else ()
    process = start(*command.split(), *files)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=120) == 1
    process.stderr.close()
