"""The tiny model with a speaker: softmax of (mean of the waveform - speaker's first number) times (2, 0, -2)."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from tests.recognizer import tiny

KAPPA = 5


def graph(rows: int | str = "speakers", width: int | str = 2, optional: bool = True, normalised: bool = True) -> Any:
    """An ``onnx.ModelProto`` without metadata; the arguments make it a wrong one."""
    model = tiny.graph()
    nodes = {node.name or node.output[0]: node for node in model.graph.node}
    nodes["logits"].input[0] = "moved"
    del model.graph.node[:]
    # Two numbers say where a speaker lies: the mean, and the mean again.
    extra = [
        helper.make_node("Concat", ["mean", "mean"], ["normalised"], axis=1),
        helper.make_node("Sub", ["normalised", "speaker"], ["both"]),
        helper.make_node("Gather", ["both", "axis0"], ["moved"], axis=1),
    ]
    order = ["sum", "count", "column", "mean"]
    model.graph.node.extend([nodes[key] for key in order] + extra + [nodes["logits"], nodes["probabilities"]])
    model.graph.initializer.append(numpy_helper.from_array(np.array([0], np.int64), "axis0"))
    if optional:
        model.graph.initializer.append(numpy_helper.from_array(np.zeros((1, 2), np.float32), "speaker"))
    model.graph.input.append(helper.make_tensor_value_info("speaker", TensorProto.FLOAT, [rows, width]))
    if normalised:
        model.graph.output.append(helper.make_tensor_value_info("normalised", TensorProto.FLOAT, None))
    return model


def model_file(model: Any = None, kappa: Any = KAPPA) -> bytes:
    """The bytes of a model file, sound unless changes say otherwise."""
    return tiny.model_file(graph() if model is None else model, recipe={"name": "tiny", "kappa": kappa})
