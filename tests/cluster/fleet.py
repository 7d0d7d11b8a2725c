"""A scheduler and workers as processes of their own. A worker that opens a file of the tests' gets an error."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import evenvoice

SCHEDULER = [
    sys.executable,
    "-m",
    "distributed.cli.dask_scheduler",
    "--no-dashboard",
    "--port",
    "0",
]
WORKER = Path(__file__).with_name("worker.py")


class Fleet:
    """A scheduler, and the workers that were started for it; a context manager.

    Args:
        forbidden: A folder that no worker may look into, as if it lay on another machine.
        host: The address at which the scheduler listens.
    """

    def __init__(self, forbidden: Path, host: str = "127.0.0.1") -> None:
        self._place = tempfile.TemporaryDirectory()
        self.folder = Path(self._place.name)
        self.forbidden = forbidden
        self.workers: list[subprocess.Popen[bytes]] = []
        file = self.folder / "scheduler.json"
        self.scheduler = self._start([*SCHEDULER, "--host", host, "--scheduler-file", str(file)])
        until(lambda: file.exists() and file.read_text(encoding="utf-8").strip().endswith("}"))
        from json import loads

        self.address: str = loads(file.read_text(encoding="utf-8"))["address"]

    def start_worker(self, inside: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        """Start a worker with two threads; ``inside``: a command that starts it somewhere else."""
        self.workers.append(self._start([*inside, sys.executable, str(WORKER), self.address, str(self.forbidden)]))
        return self.workers[-1]

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        # Workers run what these tests run, be it a copy in which scripts/mutants.py has planted a fault.
        source, tests = Path(evenvoice.__file__).parents[1], Path(__file__).parents[2]
        environment = {
            "PYTHONPATH": f"{source}{os.pathsep}{tests}",
            "TMPDIR": str(self.folder),
            "EVENVOICE_CACHE": str(self.folder / "cache"),
            "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "critical",
        }
        return subprocess.Popen(command, env=os.environ | environment, cwd=self.folder, stderr=subprocess.DEVNULL)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()
        self._place.cleanup()


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
