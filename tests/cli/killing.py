"""Signals at random moments to a command or a worker of it, and what is left of it afterwards."""

from __future__ import annotations

import fcntl
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.cli.command import Answer

# What a user, a scheduler, a terminal that is closed and the system without memory send.
TO_PARENT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
TO_WORKER = (signal.SIGTERM, signal.SIGKILL)

# Workers look once a second whether their parent lives, and first when they have imported what they need.
_PATIENCE = 180.0


@dataclass(frozen=True)
class Shot:
    """One signal, and how the command took it.

    Attributes:
        target: ``parent``, ``worker`` or ``nobody``, where the command had ended before.
        number: The signal.
        seconds: When, from the start of the command.
        answer: Of the command.
    """

    target: str
    number: signal.Signals
    seconds: float
    answer: Answer


class Commands:
    """Starts commands of ``evenvoice`` as forks of one process that has imported it: a command then takes a second.

    Args:
        before: Python to run before the first.
        folder: For what they write to stdout and stderr.
    """

    def __init__(self, before: str, folder: Path) -> None:
        self._out, self._err = folder / "stdout", folder / "stderr"
        self._server = subprocess.Popen(
            [sys.executable, "-c", f"{before}\n{_SERVER}"], env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def start(self, *arguments: Path | str) -> int:
        """Start a command in a session of its own; return its process id."""
        assert self._server.stdin is not None
        print(json.dumps([[*map(str, arguments)], str(self._out), str(self._err)]), file=self._server.stdin, flush=True)
        return int(self._line())

    def wait(self) -> Answer:
        """Wait for the end of the command."""
        code = int(self._line())
        return Answer(code, self._out.read_text(encoding="utf-8"), self._err.read_text(encoding="utf-8"))

    def close(self) -> None:
        """End the process that forks."""
        self._server.communicate()

    def _line(self) -> str:
        assert self._server.stdout is not None
        return self._server.stdout.readline()


# The child leaves the loop, becomes a command, and ends as Python ends.
_SERVER = """
import json, os, signal, sys
from evenvoice.cli.main import main
for line in sys.stdin:
    arguments, out, err = json.loads(line)
    child = os.fork()
    if not child:
        break
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    sys.exit()
os.setsid()
for number, path, flags in ((0, os.devnull, os.O_RDONLY), (1, out, 577), (2, err, 577)):  # 577: write, create, empty
    os.dup2(os.open(path, flags, 0o600), number)
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup has it ignored
sys.argv = ["evenvoice", *arguments]
main()
"""


def shoot(commands: Commands, arguments: tuple[Path | str, ...], rng: random.Random, longest: float) -> Shot:
    """Start a command, send a random signal at a random moment to it or to a worker, and wait for its end.

    Args:
        commands: Starts it.
        arguments: Of its command line.
        rng: Draws the moment, the signal and whom it meets.
        longest: Seconds that the command takes undisturbed.
    """
    wanted, moment = rng.choice(("parent", "worker")), rng.uniform(0, longest)
    pid = commands.start(*arguments)
    started = time.monotonic()
    while time.monotonic() - started < moment and Path(f"/proc/{pid}").exists():
        time.sleep(0.05)
    workers = [worker for worker in living(pid) if worker != pid and b"resource_tracker" not in _command(worker)]
    # Where no worker has started yet, the parent is met.
    target = "worker" if wanted == "worker" and workers else "parent"
    number = rng.choice(TO_WORKER if target == "worker" else TO_PARENT)
    if pid not in living(pid):
        target = "nobody"
    else:
        try:
            os.kill(rng.choice(workers) if target == "worker" else pid, number)
        except ProcessLookupError:
            target = "nobody"
    answer = commands.wait()
    until(lambda: not living(pid), f"processes go on after {number.name} to the {target}")
    until(lambda: not shared_memory(pid), f"shared memory is left after {number.name} to the {target}")
    return Shot(target, number, moment, answer)


def until(condition: Callable[[], bool], otherwise: str) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.2)


def living(group: int) -> list[int]:
    """Return the processes of a group that work: a zombie that nobody has waited for does not."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group and fields[0] not in "ZX":
            found.append(int(stat.parent.name))
    return found


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def shared_memory(pid: int) -> list[str]:
    """Return the names of the shared memory and the semaphores of a process: joblib puts its id into them."""
    return [path.name for path in Path("/dev/shm").iterdir() if re.search(rf"[-_]{pid}[-_]", path.name)]


def is_locked(path: Path) -> bool:
    """Whether a process holds the lock of a file or folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def half_written(folder: Path) -> list[Path]:
    """Return what is half-written under a folder."""
    return [path for path in folder.rglob(".*") if path.name.startswith((".writing-", ".evenvoice-lease-"))]
