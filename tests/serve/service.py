"""``evenvoice serve`` in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# What the command line has no options for.
_PROGRAM = """
import functools
from evenvoice.serve import limits
limits.Limits = functools.partial(limits.Limits, **{limits})
from evenvoice.serve import run
run._ANSWERED_SECONDS = {answered} or run._ANSWERED_SECONDS
from evenvoice.cli.main import main
main()
"""


@dataclass(frozen=True)
class Service:
    """A running service: where it is, and the file with all that it writes to stdout and stderr."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def memory(self) -> float:
        """Return what it holds in memory now, in MB."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text(encoding="utf-8").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def serving(
    model: Path, log: Path, *arguments: str, limits: dict[str, float] | None = None, answered: float | None = None
) -> Iterator[Service]:
    """Start a service at a free port, perhaps with other limits; stop it as Ctrl-C does.

    Args:
        model: The model file.
        log: Where stdout and stderr go.
        arguments: More of the command line.
        limits: Of `Limits`, other than the shipped ones.
        answered: For how many seconds it answers what is in flight when it is stopped, other than 3.
    """
    with log.open("wb") as written:
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                _PROGRAM.format(limits=limits or {}, answered=answered),
                "serve",
                str(model),
                "--port",
                "0",
                *arguments,
            ],
            stdout=written,
            stderr=subprocess.STDOUT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            # A shell's background jobs ignore Ctrl-C, and so would their children.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
    try:
        yield Service(_url(process, log), process, log)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)


def _url(process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait for the line that says where it is."""
    for _ in range(600):
        found = re.search(r" at (http://\S+:\d+) ", log.read_text(encoding="utf-8"))
        if found:
            return found[1]
        assert process.poll() is None, log.read_text(encoding="utf-8")
        time.sleep(0.1)
    raise AssertionError(f"no address within a minute: {log.read_text(encoding='utf-8')}")
