"""Nothing leaves this machine, and nothing is written but what was asked for."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import soundfile

from tests.cli.sounds import noise
from tests.measured import not_measured

SOURCES = [file for folder in ("src", "scripts") for file in (Path(__file__).parents[1] / folder).rglob("*.py")]
IMPORTS = re.compile(r"^\s*(import|from) onnxruntime\b", re.MULTILINE)

# Calls of the system that open a connection, look up a name, or write a file.
WATCHED = "connect,sendto,sendmsg,sendmmsg,bind,openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2"
WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|\b(?:creat|mkdir|mkdirat|rename|renameat|renameat2)\(")


def test_onnxruntime_is_imported_in_one_place():
    assert [file.name for file in SOURCES if IMPORTS.search(file.read_text(encoding="utf-8"))] == ["_onnxruntime.py"]


PROGRAMS = {
    "predict": "from evenvoice.cli.main import main; main()",
    # A child inherits the variable, though it imports onnxruntime itself.
    "worker": "import evenvoice.recognizer, subprocess, sys; "
    "subprocess.run([sys.executable, '-c', 'import onnxruntime'], check=True)",
    # A service that answers one request, from outside, and is then stopped as a scheduler does it.
    "serve": "import sys; from evenvoice.cli.main import main; sys.argv[1:] = ['serve', '--port', '0']; main()",
}


@pytest.mark.slow
@not_measured
@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.parametrize("code", PROGRAMS)
def test_no_connection_and_no_file_of_another(code: str, tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    soundfile.write(tmp_path / "a.wav", noise(1.0), 16000)
    surroundings = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        surroundings[name] = str(home)
    said = tmp_path / "said"
    with said.open("wb") as out:
        traced = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", tmp_path / "trace", "-e", f"trace={WATCHED}",
             sys.executable, "-B", "-c", PROGRAMS[code], "predict", tmp_path / "a.wav"],
            env=surroundings, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        if code == "serve":
            _ask_and_stop(traced, said, tmp_path / "a.wav")
        ended = traced.wait(timeout=300)
    if "ptrace" in said.read_text(errors="replace", encoding="utf-8"):
        pytest.skip("strace may not trace here")
    assert ended == 0, said.read_text(encoding="utf-8")
    lines = (tmp_path / "trace").read_text(errors="replace", encoding="utf-8").splitlines()
    assert any("libonnxruntime" in line or "onnxruntime_pybind11_state" in line for line in lines), "traced nothing"
    connections = [line for line in lines if re.search(r"\b(connect|send\w+|bind)\(", line) and "AF_UNIX" not in line]
    # A service listens at loopback, wakes itself through a pair of sockets, and answers the one who asked.
    own = re.compile(r'bind\(\d+, .*inet_addr\("127\.0\.0\.1"\)|sendto\(\d+, "(HTTP/|[\[{]|\\0", 1,)|msg_name=NULL')
    assert [line for line in connections if not (code == "serve" and own.search(line))] == []
    written = [line for line in lines if WRITES.search(line) and not re.search(r'"/(dev|proc|sys)/', line)]
    assert [line for line in written if " = -1 " not in line] == []
    assert list(home.iterdir()) == []


def _ask_and_stop(traced: subprocess.Popen[bytes], said: Path, sound: Path) -> None:
    """Send a recording to the service that strace runs, and SIGTERM."""
    deadline = time.monotonic() + 120
    while (found := re.search(r" at (http://\S+:\d+) ", said.read_text(encoding="utf-8"))) is None:
        if traced.poll() is not None or time.monotonic() > deadline:
            return
        time.sleep(0.1)
    request = urllib.request.Request(f"{found[1]}/predict", sound.read_bytes(), {"Content-Type": "audio/wav"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        assert b"label" in answer.read()
    children = subprocess.run(["pgrep", "-P", str(traced.pid)], capture_output=True, text=True, check=True).stdout
    os.kill(int(children.split()[0]), signal.SIGTERM)
