"""A model that asks for too much gets an error, and not the machine; memory comes back after a long recording."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import helper, numpy_helper

from evenvoice.errors import EvenvoiceError
from evenvoice.recognizer import Recognizer
from evenvoice.recognizer.bounds import bounded_run
from evenvoice.recognizer.ready import ready_model
from tests.recognizer import tiny


def greedy(values: int) -> Any:
    """The tiny model, after it has summed up so many zeros."""
    model = tiny.graph()
    shape = numpy_helper.from_array(np.array([values], np.int64), "shape")
    nodes = [
        helper.make_node("ConstantOfShape", ["shape"], ["zeros"]),
        helper.make_node("ReduceSum", ["zeros"], ["zero"], keepdims=0),
        helper.make_node("Add", ["waveform", "zero"], ["more"]),
    ]
    model.graph.initializer.append(shape)
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


def test_a_run_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    recognizer = Recognizer(ready_model())
    monkeypatch.setattr("evenvoice.recognizer.session.bounded_run", lambda samples: bounded_run(samples, 1e-3))
    started = time.monotonic()
    with pytest.raises(EvenvoiceError, match=r"failed on 1 waveforms .*terminate"):
        recognizer(np.random.default_rng(0).uniform(-0.1, 0.1, 16000 * 120).astype(np.float32))
    assert time.monotonic() - started < 60


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux says how much memory is in use")
def test_memory_comes_back_after_a_long_recording() -> None:
    def resident() -> float:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    recognizer = Recognizer(ready_model())
    recognizer(tiny.steady(0.1, 16000))
    before = resident()
    recognizer(np.random.default_rng(0).uniform(-0.1, 0.1, 16000 * 300).astype(np.float32))
    assert resident() - before < 60
