"""A model that asks for too much gets an error, and not the machine; memory comes back after a long recording."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from evenvoice.errors import EvenvoiceError
from evenvoice.recognizer import Recognizer
from evenvoice.recognizer.bounds import bounded_run
from evenvoice.recognizer.ready import ready_model
from tests.recognizer import tiny

# Each makes `many` from constants alone: onnxruntime would compute it while it opens the file.
MANY = {
    "ConstantOfShape": [("ConstantOfShape", "shape", "many")],
    "Cos": [("ConstantOfShape", "shape", "zeros"), ("Cos", "zeros", "many")],
    "Expand": [("Expand", "none shape", "many")],
    "Tile": [("Tile", "none shape", "many")],
    "Range": [("Range", "zero size one", "many")],
    "HannWindow": [("HannWindow", "size", "many")],
    "Pad": [("Pad", "none pads", "many")],
    "OneHot": [("OneHot", "pads size ends", "rows"), ("Reshape", "rows flat", "many")],
    "MatMul": [("Expand", "none square", "a"), ("MatMul", "a a", "b"), ("Reshape", "b flat", "many")],
    "hidden shape": [("Cast", "real", "shape2"), ("Expand", "none shape2", "many")],
}


def greedy(values: int, how: str = "ConstantOfShape") -> Any:
    """The tiny model, after it has summed up so many numbers, all of them constant."""
    model = tiny.graph()
    side = round(values**0.5)
    constants = {
        "shape": [values], "size": values, "zero": 0, "one": 1, "pads": [0, values], "square": [side, side],
        "flat": [-1], "none": np.zeros(1, np.float32), "ends": np.zeros(2, np.float32),
        "real": np.array([values], np.float32),
    }  # fmt: skip
    model.graph.initializer.extend(
        numpy_helper.from_array(np.asarray(value, getattr(value, "dtype", np.int64)), name)
        for name, value in constants.items()
    )
    nodes = [
        helper.make_node(kind, inputs.split(), [output], **({"to": TensorProto.INT64} if kind == "Cast" else {}))
        for kind, inputs, output in MANY[how]
    ]
    nodes += [
        helper.make_node("Cast", ["many"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["floats"], ["sum-of-many"], keepdims=0),
        helper.make_node("Mul", ["sum-of-many", "none"], ["nothing"]),
        helper.make_node("Add", ["waveform", "nothing"], ["more"]),
    ]
    model.graph.node[0].input[0] = "more"
    inside = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*nodes, *inside])
    return model


def test_more_memory_than_the_machine_has(tmp_path: Path) -> None:
    file = tmp_path / "greedy.onnx"
    file.write_bytes(tiny.model_file(greedy(2**45)))  # 128 TiB
    with pytest.raises(EvenvoiceError, match="failed on 1 waveforms"):
        Recognizer(file)(tiny.steady(0.5, 800))
    file.write_bytes(tiny.model_file(greedy(1000)))
    assert Recognizer(file)(tiny.steady(0.5, 800))[0]["label"] == "angry"


OPENS = """
import resource, sys
from evenvoice.recognizer import Recognizer
for file in sys.argv[1:]:
    Recognizer(file)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux says in kB how much memory was in use at most")
def test_nothing_is_computed_while_a_file_is_opened(tmp_path: Path) -> None:
    """A file of a kilobyte would take gigabytes, or hours, of no bound: here 100 MB each."""
    small, *greedy_ones = [tmp_path / f"{how}.onnx" for how in ("small", *MANY)]
    small.write_bytes(tiny.model_file())
    for file, how in zip(greedy_ones, MANY, strict=True):
        file.write_bytes(tiny.model_file(greedy(25_000_000, how)))
    opened = subprocess.run(
        [sys.executable, "-c", OPENS, small, *greedy_ones], capture_output=True, text=True, check=False
    )
    assert opened.returncode == 0, opened.stderr
    before, *after = map(int, opened.stdout.split())
    grown = {how: (now - before) // 1000 for how, now in zip(MANY, after, strict=True)}
    assert max(grown.values()) < 50, grown


def test_a_run_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    recognizer = Recognizer(ready_model())
    monkeypatch.setattr("evenvoice.recognizer.session.bounded_run", lambda samples: bounded_run(samples, 1e-3))
    started = time.monotonic()
    with pytest.raises(EvenvoiceError, match=r"failed on 1 waveforms .*terminate"):
        recognizer(np.random.default_rng(0).uniform(-0.1, 0.1, 16000 * 120).astype(np.float32))
    assert time.monotonic() - started < 60


# In processes of their own: in one that has run other tests, what these left behind comes and goes meanwhile.
RESIDENT = """
import os
import numpy as np
from evenvoice.recognizer import Recognizer

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

noise = np.random.default_rng(0).uniform(-0.1, 0.1, 16000 * 300).astype(np.float32)
recognizer = Recognizer()
"""
LONG = """
recognizer(noise[:16000])
before = resident()
recognizer(noise)
print(resident() - before)
"""
MANY_LENGTHS = """
for length in range(8000, 10000, 50):
    recognizer(noise[:length])
before = resident()
for length in range(8001, 10001, 5):
    recognizer(noise[:length])
print(resident() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux says how much memory is in use")
@pytest.mark.parametrize(("what", "most"), [(LONG, 60), (MANY_LENGTHS, 5)], ids=["a long one", "many lengths"])
def test_memory_comes_back(what: str, most: float) -> None:
    """onnxruntime would keep the plan of its memory, some 30 kB, for every length that it was given once."""
    found = subprocess.run([sys.executable, "-c", RESIDENT + what], capture_output=True, text=True, check=True)
    assert float(found.stdout) < most
