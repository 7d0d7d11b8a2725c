"""Runs of the command line, in this process or in one of its own, and what they leave behind."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from evenvoice.cli.main import main

# What every command that fits is told here: one short epoch, classes of three or more, no worker processes.
QUICK = ("--set", "training.epochs=1", "--set", "balance.options.k_neighbors=2", "--jobs", "1")


# Commands that take a recipe, and the quick network that these tests of the command line are about.
_FITTING, _RECIPE = ("evaluate", "train"), ("--recipe", "smote-2dcnn")


def _quick(arguments: tuple[Path | str, ...]) -> tuple[Path | str, ...]:
    """Name the quick recipe where a command that fits names none, but for its help and for what it refuses at once."""
    fits = bool(arguments) and arguments[0] in _FITTING and len(arguments) > 3
    return (*arguments, *_RECIPE) if fits and "--recipe" not in arguments else arguments


@dataclass(frozen=True)
class Answer:
    """How a command ended, and what it wrote to stdout and to stderr."""

    code: int
    out: str
    err: str

    def complaint(self) -> str:
        """Return the one line that says what is wrong, after seeing that there is nothing but this line."""
        assert self.code == 2, self
        assert self.out == ""
        lines = self.err.splitlines()
        complaints = [line for line in lines if line.startswith("evenvoice: ")]
        assert complaints == lines[-1:], self.err
        assert "Traceback" not in self.err
        assert "Warning" not in self.err
        return complaints[0].removeprefix("evenvoice: ")

    def result(self) -> str:
        """Return stdout, after seeing that the command went well."""
        assert self.code == 0, self.err
        assert "Traceback" not in self.err
        assert "Warning" not in self.err
        return self.out


def run(*arguments: Path | str) -> Answer:
    """Run ``evenvoice`` in this process. Whatever is not a clean exit is raised, as a user would see its traceback."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    argv = ["evenvoice", *map(str, _quick(arguments))]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), mock.patch.object(sys, "argv", argv):
        try:
            main()
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        else:
            code = 0
    return Answer(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


def start(*arguments: Path | str, before: str = "", folder: Path | None = None) -> subprocess.Popen[bytes]:
    """Start ``evenvoice`` in a process of its own, in a group of its own.

    Args:
        arguments: Of the command line.
        before: Python to run before evenvoice is imported.
        folder: Where to run it.
    """
    code = f"{before}\nfrom evenvoice.cli.main import main\nmain()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(os.fsencode, _quick(arguments))],
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # A shell's background jobs ignore Ctrl-C, and so would their children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def finish(process: subprocess.Popen[bytes]) -> Answer:
    """Wait for a process."""
    out, err = process.communicate(timeout=120)
    return Answer(process.returncode, out.decode(), err.decode())


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return everything under a folder, hidden files included: path → bytes, ``None`` for what is not a file."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def predictions(out: Path) -> dict[str, bytes]:
    """Return the predictions of an evaluation: path → bytes."""
    files = out.glob("runs/*/*/*/fold-*/predictions.csv")
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}
