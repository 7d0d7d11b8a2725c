"""Nothing leaves this machine, and nothing is written but what was asked for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from tests.cli.sounds import noise

SOURCES = [file for folder in ("src", "scripts") for file in (Path(__file__).parents[1] / folder).rglob("*.py")]
IMPORTS = re.compile(r"^\s*(import|from) onnxruntime\b", re.MULTILINE)

# Calls of the system that open a connection, look up a name, or write a file.
WATCHED = "connect,sendto,sendmsg,sendmmsg,bind,openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2"
WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|\b(?:creat|mkdir|mkdirat|rename|renameat|renameat2)\(")


def test_onnxruntime_is_imported_in_one_place():
    assert [file.name for file in SOURCES if IMPORTS.search(file.read_text(encoding="utf-8"))] == ["_onnxruntime.py"]


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.parametrize("code", ["predict", "worker"])
def test_no_connection_and_no_file_of_another(code: str, tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    soundfile.write(tmp_path / "a.wav", noise(1.0), 16000)
    program = {
        "predict": "from evenvoice.cli.main import main; main()",
        # A child inherits the variable, though it imports onnxruntime itself.
        "worker": "import evenvoice.recognizer, subprocess, sys; "
        "subprocess.run([sys.executable, '-c', 'import onnxruntime'], check=True)",
    }[code]
    surroundings = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        surroundings[name] = str(home)
    traced = subprocess.run(
        ["strace", "-f", "-qq", "-o", tmp_path / "trace", "-e", f"trace={WATCHED}",
         sys.executable, "-B", "-c", program, "predict", tmp_path / "a.wav"],
        env=surroundings, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "ptrace" in traced.stderr:
        pytest.skip("strace may not trace here")
    assert traced.returncode == 0, traced.stderr
    lines = (tmp_path / "trace").read_text(errors="replace").splitlines()
    assert any("libonnxruntime" in line or "onnxruntime_pybind11_state" in line for line in lines), "traced nothing"
    connections = [line for line in lines if re.search(r"\b(connect|send\w+|bind)\(", line) and "AF_UNIX" not in line]
    assert connections == []
    written = [line for line in lines if WRITES.search(line) and not re.search(r'"/(dev|proc|sys)/', line)]
    assert [line for line in written if " = -1 " not in line] == []
    assert list(home.iterdir()) == []
