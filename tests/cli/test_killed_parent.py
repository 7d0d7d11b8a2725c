"""A command that is killed leaves no worker behind, and the same command goes on: those that test_killed.py has not."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.cli import sounds
from tests.cli.command import run, start
from tests.cli.killing import half_written, is_locked, living, shared_memory, until
from tests.recognizer import tiny

_ENDLESS = "training.epochs=1000000"
WORKING = {
    "balance": ("balance", "folder:{voices}", "--speaker-from", "([a-z]+)_", "--recipe", "2dcnn", "--protocol=speaker",
                "--methods=random-over", "--set", _ENDLESS),
    "reproduce": ("reproduce", "folder:{voices}", "--speaker-from", "([a-z]+)_", "--quick", "--scale=1",
                  "--experiment=2", "--set", _ENDLESS),
}  # fmt: skip


@contextmanager
def started(*arguments: Path | str, workers: int = 0) -> Iterator[int]:
    """Start a command, wait until it has so many workers, give its process id, and leave nothing of it behind."""
    process = start(*arguments)
    try:
        deadline = time.monotonic() + 120
        while len(living(process.pid)) < 1 + workers:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline, "no workers"
            time.sleep(0.05)
        yield process.pid
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.mark.long
@pytest.mark.parametrize("name", WORKING)
def test_workers_end_with_a_command_that_is_killed(name: str, voices: Path, tmp_path: Path) -> None:
    command = [part.format(voices=voices) for part in WORKING[name]]
    with started(*command, "--jobs", "2", "--out", tmp_path / "out", workers=2) as pid:
        os.kill(pid, signal.SIGKILL)
        until(lambda: not living(pid), f"workers of {name} go on")
        until(lambda: not shared_memory(pid), "shared memory is left")
    assert not any(map(is_locked, half_written(tmp_path)))


def test_predictions_that_were_killed_at_work_go_on(model: Path, tmp_path: Path) -> None:
    out, voices = tmp_path / "out.csv", tmp_path / "voices"
    voices.mkdir()
    for number in range(300):
        sounds.sound(tiny.steady(0.5 - number / 600), tiny.RATE, subtype="FLOAT")(voices / f"{number:03}.wav")
    command = ("predict", model, voices, "--out", out, "--jobs", "2")
    with started(*command) as pid:
        until(lambda: out.exists() and out.stat().st_size > 2000, "no predictions")
        os.kill(pid, signal.SIGKILL)
        until(lambda: not living(pid), "something of it goes on")
        assert len(out.read_text(encoding="utf-8").splitlines()) < 301
    assert "recordings are there already" in run(*command).err
    assert [line.split(",")[0] for line in out.read_text(encoding="utf-8").splitlines()[1:]] == [
        str(voices / f"{number:03}.wav") for number in range(300)
    ]
