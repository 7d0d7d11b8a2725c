"""A model file small enough to work out by hand: softmax of the waveform's mean times (2, 0, -2)."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from evenvoice.recognizer.metadata import FORMAT, KEY, model_sha256

LABELS = ["angry", "neutral", "sad"]
RATE = 8000


def graph(waveform: str = "waveform", lengths: str = "lengths", output: str = "probabilities", rank: int = 2) -> Any:
    """An ``onnx.ModelProto`` without metadata; the arguments make it a wrong one."""
    nodes = [
        helper.make_node("ReduceSum", [waveform, "axis"], ["sum"]),
        helper.make_node("Cast", [lengths], ["count"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["count", "axis"], ["column"]),
        helper.make_node("Div", ["sum", "column"], ["mean"]),
        helper.make_node("MatMul", ["mean", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], [output], axis=1),
    ]
    weights = numpy_helper.from_array(np.array([[2, 0, -2]], np.float32), "weights")
    axis = numpy_helper.from_array(np.array([1], np.int64), "axis")
    samples = ["batch", "samples", 1][:rank]
    inputs = [
        helper.make_tensor_value_info(waveform, TensorProto.FLOAT, samples),
        helper.make_tensor_value_info(lengths, TensorProto.INT64, ["batch"]),
    ]
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)]
    body = helper.make_graph(nodes, "tiny", inputs, outputs, [weights, axis])
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def card(model: Any, **changes: Any) -> dict[str, Any]:
    """The metadata of a model, with changes; a change to ``...`` leaves the key out."""
    values = {
        "format": FORMAT,
        "labels": LABELS,
        "sample_rate": RATE,
        "recipe": {"name": "tiny"},
        "corpus": None,
        "measured": None,
        "versions": {},
        "made": "2025-01-31",
        "sha256": model_sha256(model.SerializeToString()),
        "intended_use": "Tests.",
        **changes,
    }
    return {key: value for key, value in values.items() if value is not ...}


def with_card(model: Any, text: str, key: str = KEY) -> bytes:
    """The bytes of a model file whose metadata is this text."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    copy.metadata_props.add(key=key, value=text)
    return copy.SerializeToString()


def model_file(model: Any = None, **changes: Any) -> bytes:
    """The bytes of a model file, sound unless changes say otherwise."""
    model = graph() if model is None else model
    return with_card(model, json.dumps(card(model, **changes)))


def steady(value: float, samples: int = RATE) -> np.ndarray:
    """A waveform whose mean is ``value``, for an even number of samples; a constant would be refused, as no speech."""
    return (value + np.where(np.arange(samples) % 2, 0.0078125, -0.0078125)).astype(np.float32)
