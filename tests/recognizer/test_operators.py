"""Graphs of strangers: nothing but bounded, standard computation gets to onnxruntime."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from evenvoice.errors import EvenvoiceError
from evenvoice.recognizer.metadata import read_card
from evenvoice.recognizer.operators import MOST_NODES, OPERATORS, check_graph
from evenvoice.recognizer.ready import ready_model
from tests.recognizer import tiny


def loop() -> Any:
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["more"])], "body",
        [helper.make_tensor_value_info("i", TensorProto.INT64, []), helper.make_tensor_value_info("go", 9, [])],
        [helper.make_tensor_value_info("more", 9, [])],
    )  # fmt: skip
    return helper.make_node("Loop", ["", "always"], [], body=body)


def external() -> Any:
    tensor = numpy_helper.from_array(np.zeros(3, np.float32), "secret")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    return tensor


def sparse() -> Any:
    node = helper.make_node("Constant", [], ["c"])
    node.attribute.add(name="sparse_value", type=11).sparse_tensor.values.CopyFrom(external())
    return node


def with_node(node: Any) -> Any:
    model = tiny.graph()
    model.graph.node.append(node)
    return model


def with_subgraph() -> Any:
    model = with_node(loop())
    model.graph.node[-1].op_type = "Identity"
    return model


def with_weights(tensor: Any) -> Any:
    model = tiny.graph()
    model.graph.initializer.append(tensor)
    return model


def of_domain(domain: str) -> Any:
    model = with_node(helper.make_node("FusedMatMul", ["a"], ["b"], domain=domain))
    model.opset_import.append(helper.make_opsetid(domain, 1))
    return model


def with_training() -> Any:
    model = tiny.graph()
    model.training_info.add()
    return model


def with_many_nodes() -> Any:
    model = tiny.graph()
    model.graph.node.extend([helper.make_node("Identity", ["a"], ["a"])] * MOST_NODES)
    return model


@pytest.mark.parametrize(
    ("model", "holds"),
    [
        (with_node(loop()), "the operator 'Loop'"),
        (with_node(helper.make_node("If", ["a"], ["b"])), "the operator 'If'"),
        (with_node(helper.make_node("Scan", ["a"], ["b"])), "the operator 'Scan'"),
        (with_node(helper.make_node("RandomNormal", [], ["b"])), "the operator 'RandomNormal'"),
        (with_node(helper.make_node("StringSplit", ["a"], ["b"])), "the operator 'StringSplit'"),
        (with_node(helper.make_node("x" * 10_000, ["a"], ["b"])), "the operator 'xxx"),
        (with_subgraph(), "a graph within its graph"),
        (of_domain("com.microsoft"), "the operator 'com.microsoft.FusedMatMul'"),
        (of_domain("\x1b[2J"), "the operator '\\x1b[2J.FusedMatMul'"),
        (with_weights(external()), "weights in another file"),
        (with_node(helper.make_node("Constant", [], ["c"], value=external())), "weights in another file"),
        (with_node(sparse()), "sparse weights"),
        (with_training(), "a graph for training"),
        (with_many_nodes(), "more than 20,000 nodes"),
    ],
)
def test_what_no_recognizer_needs_is_refused(model: Any, holds: str) -> None:
    with pytest.raises(EvenvoiceError) as caught:
        read_card(tiny.model_file(model), "a.onnx")
    line = str(caught.value)
    assert line.startswith("a.onnx: its graph holds ")
    assert holds in line
    assert line.isprintable()


def test_the_ready_model_is_fine() -> None:
    check_graph(ready_model().read_bytes(), "ready")


def test_the_list_holds_standard_operators_without_graphs_inside() -> None:
    known = {schema.name: schema for schema in onnx.defs.get_all_schemas() if schema.domain == ""}
    newer = {"Attention", "RMSNormalization", "Swish"}  # than the oldest onnx that we take
    assert OPERATORS - newer <= set(known)
    graphs = (onnx.defs.OpSchema.AttrType.GRAPH, onnx.defs.OpSchema.AttrType.GRAPHS)
    inside = {name for name, schema in known.items() if any(a.type in graphs for a in schema.attributes.values())}
    assert not OPERATORS & inside
    chance = {name for name, schema in known.items() if "seed" in schema.attributes}
    assert OPERATORS & chance <= {"Dropout"}  # which does nothing outside training


SOUND = tiny.graph().SerializeToString()


@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), max_size=6), st.integers(0, len(SOUND)))
@settings(max_examples=300, deadline=None)
def test_mutations_get_one_line_or_pass(changes: list[tuple[int, int]], size: int) -> None:
    changed = bytearray(SOUND)
    for place, value in changes:
        changed[place] = value
    for model in (bytes(changed), bytes(changed[:size])):
        with suppress(EvenvoiceError):
            check_graph(model, "a.onnx")
