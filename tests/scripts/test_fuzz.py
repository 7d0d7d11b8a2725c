"""A small run of `scripts/fuzz.py`: docs/faults.md has the large ones. And what is a fault is seen."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
import threading
from pathlib import Path

import pytest
from packaging.version import Version

from evenvoice._onnxruntime import onnxruntime
from evenvoice.errors import EvenvoiceError
from tests.fuzz import KINDS, Kind

SCRIPT = Path(__file__).parents[2] / "scripts" / "fuzz.py"
_spec = importlib.util.spec_from_file_location("fuzz_script", SCRIPT)
assert _spec is not None
assert _spec.loader is not None
fuzz = importlib.util.module_from_spec(_spec)
sys.modules["fuzz_script"] = fuzz
_spec.loader.exec_module(fuzz)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads processor time from /proc")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "count"), [("sounds", 250), ("models", 100), ("recipes", 60), ("tables", 60)])
def test_damaged_inputs_are_read_or_refused(name: str, count: int) -> None:
    if name == "models" and Version(onnxruntime.__version__) < Version("1.32"):
        pytest.skip("onnxruntime before 1.32 takes all memory for the shapes of some of them (docs/faults.md)")
    rows = list(fuzz.results(KINDS[name], 0, count))
    assert [row for row in rows if row["outcome"] == "fault"] == []
    assert [int(row["number"]) for row in rows] == list(range(count))
    assert {row["outcome"] for row in rows} == {"read", "refused"}


@pytest.mark.parametrize("name", ["spreadsheets", "parquet"])
def test_damaged_spreadsheets_are_read_or_refused(name: str) -> None:
    # Where their library is not installed, one line says so.
    rows = list(fuzz.results(KINDS[name], 0, 40))
    assert [row for row in rows if row["outcome"] == "fault"] == []
    assert len(rows) == 40


def _prints(file: Path) -> None:
    os.write(2, b"Traceback (most recent call last):")


def _raises(file: Path) -> None:
    raise KeyError


def _says_much(file: Path) -> None:
    raise EvenvoiceError("x" * 5000)


def _dies(file: Path) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _takes_memory(file: Path) -> None:
    bytearray(b"x" * 700_000_000)


def _hangs(file: Path) -> None:
    while True:
        pass


def _waits(file: Path) -> None:
    threading.Event().wait()


@pytest.mark.slow
@pytest.mark.parametrize("use", [_prints, _raises, _says_much, _dies, _takes_memory, _hangs, _waits])
def test_a_fault_is_seen_and_the_next_case_comes(use: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fuzz, "SECONDS", 0.3)
    monkeypatch.setattr(fuzz, "PATIENCE", 2.0)

    def first_alone(file: Path) -> None:
        if file.read_bytes() == b"0":
            use(file)  # type: ignore[operator]

    kind = Kind("kind", ".x", lambda random: b"", first_alone)
    monkeypatch.setattr(Kind, "case", lambda self, number: str(number).encode())
    rows = fuzz.recorded(kind, 3, tmp_path, lambda line: None)
    assert [row["outcome"] for row in rows] == ["fault", "read", "read"]
    assert (tmp_path / "kind-0.x").read_bytes() == b"0"
    assert fuzz.recorded(kind, 3, tmp_path, lambda line: None) == rows
