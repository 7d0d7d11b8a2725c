"""What the graph of a model file may do: compute, in a bounded number of steps, with what the file itself holds.

A model file may come from anywhere. ONNX has loops, branches, operators of other libraries and weights in other
files; a recognizer needs none of them. The graph is read here, before onnxruntime sees it.

Source:
    ``onnx.proto`` (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) for the numbers of the fields;
    https://onnx.ai/onnx/operators for the operators.
"""

from __future__ import annotations

from evenvoice.errors import EvenvoiceError
from evenvoice.recognizer.wire import BYTES, fields

# Operators of the standard domain without control flow, sequences, strings, images and chance.
OPERATORS = frozenset((
    "Abs", "Acos", "Acosh", "Add", "And", "ArgMax", "ArgMin", "Asin", "Asinh", "Atan", "Atanh", "Attention",
    "AveragePool", "BatchNormalization", "BitShift", "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor",
    "BlackmanWindow", "Cast", "CastLike", "Ceil", "Celu", "CenterCropPad", "Clip", "Compress", "Concat", "Constant",
    "ConstantOfShape", "Conv", "ConvTranspose", "Cos", "Cosh", "CumSum", "DFT", "DepthToSpace", "DequantizeLinear",
    "Det", "Div", "Dropout", "DynamicQuantizeLinear", "Einsum", "Elu", "Equal", "Erf", "Exp", "Expand", "EyeLike",
    "Flatten", "Floor", "GRU", "Gather", "GatherElements", "GatherND", "Gelu", "Gemm", "GlobalAveragePool",
    "GlobalLpPool", "GlobalMaxPool", "Greater", "GreaterOrEqual", "GroupNormalization", "HammingWindow",
    "HannWindow", "HardSigmoid", "HardSwish", "Hardmax", "Identity", "InstanceNormalization", "IsInf", "IsNaN",
    "LRN", "LSTM", "LayerNormalization", "LeakyRelu", "Less", "LessOrEqual", "Log", "LogSoftmax", "LpNormalization",
    "LpPool", "MatMul", "MatMulInteger", "Max", "MaxPool", "Mean", "MeanVarianceNormalization", "MelWeightMatrix",
    "Min", "Mish", "Mod", "Mul", "Neg", "NonZero", "Not", "OneHot", "Or", "PRelu", "Pad", "Pow", "QuantizeLinear",
    "RMSNormalization", "RNN", "Range", "Reciprocal", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp",
    "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare", "Relu", "Reshape",
    "Resize", "ReverseSequence", "Round", "STFT", "ScatterElements", "ScatterND", "Selu", "Shape", "Shrink",
    "Sigmoid", "Sign", "Sin", "Sinh", "Size", "Slice", "Softmax", "Softplus", "Softsign", "SpaceToDepth", "Split",
    "Sqrt", "Squeeze", "Sub", "Sum", "Swish", "Tan", "Tanh", "ThresholdedRelu", "Tile", "TopK", "Transpose",
    "Trilu", "Unique", "Unsqueeze", "Where", "Xor",
))  # fmt: skip

# Our largest graph has some hundred nodes, and some thousand where a loop over bands or lags was unrolled.
MOST_NODES = 20_000

_STANDARD = ("", "ai.onnx")
_LONGEST_NAME = 500

# The fields of ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto and OperatorSetIdProto that matter.
_GRAPH, _OPSETS, _TRAINING, _FUNCTIONS = 7, 8, 20, 25
_NODE, _INITIALIZER, _SPARSE = 1, 5, 15
_NODE_NAME, _OPERATOR, _ATTRIBUTE, _DOMAIN = 3, 4, 5, 7
_TENSOR_ATTRIBUTE, _GRAPH_ATTRIBUTE, _TENSORS, _GRAPHS = 5, 6, 10, 11
_SPARSE_ATTRIBUTE, _SPARSES = 22, 23
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14
_OPSET_DOMAIN = 1

_ANOTHER = "name a file that evenvoice exported"


def check_graph(model: bytes, name: str) -> None:
    """Raise unless a model's graph holds nothing but standard operators, and its own weights.

    Args:
        model: A serialised ``ModelProto``.
        name: What error messages call the file.

    Raises:
        EvenvoiceError: An operator that is not in `OPERATORS`, a graph within the graph, functions, weights in another
            file, or more than `MOST_NODES` nodes.
    """
    nodes = 0
    for number, content in _inside(memoryview(model), name):
        if number in (_TRAINING, _FUNCTIONS):
            raise _refused(name, "functions of its own, or a graph for training")
        if number == _OPSETS:
            domain = _last_text(_inside(content, name), _OPSET_DOMAIN)
            if domain not in _STANDARD:
                raise _refused(name, f"operators of {domain!r:.60}")
        if number != _GRAPH:
            continue
        for kind, part in _inside(content, name):
            if kind == _NODE:
                nodes += 1
                _check_node(part, name)
            elif kind == _INITIALIZER:
                _check_tensor(part, name)
            elif kind == _SPARSE:
                raise _refused(name, "sparse weights")
            if nodes > MOST_NODES:
                raise _refused(name, f"more than {MOST_NODES:,} nodes")


def _check_node(node: memoryview, name: str) -> None:
    inside = _inside(node, name)
    operator, domain = _last_text(inside, _OPERATOR), _last_text(inside, _DOMAIN)
    if domain not in _STANDARD or operator not in OPERATORS:
        raise _refused(name, f"the operator {f'{domain}.{operator}' if domain else operator!r:.60}")
    for number, attribute in inside:
        if number != _ATTRIBUTE:
            continue
        for kind, value in _inside(attribute, name):
            if kind in (_GRAPH_ATTRIBUTE, _GRAPHS):
                raise _refused(name, "a graph within its graph")
            if kind in (_SPARSE_ATTRIBUTE, _SPARSES):
                raise _refused(name, "sparse weights")
            if kind in (_TENSOR_ATTRIBUTE, _TENSORS):
                _check_tensor(value, name)


def _check_tensor(tensor: memoryview, name: str) -> None:
    if any(field.number in (_EXTERNAL_DATA, _DATA_LOCATION) for field in fields(tensor, name)):
        raise _refused(name, "weights in another file")


def _last_text(inside: list[tuple[int, memoryview]], number: int) -> str:
    """The last string under a number, as protocol buffers have it; empty where there is none."""
    found = next((content for each, content in reversed(inside) if each == number), memoryview(b""))
    return bytes(found[:_LONGEST_NAME]).decode("utf-8", "replace")


def _inside(message: memoryview, name: str) -> list[tuple[int, memoryview]]:
    return [(field.number, field.content) for field in fields(message, name) if field.kind == BYTES]


def _refused(name: str, what: str) -> EvenvoiceError:
    return EvenvoiceError(f"{name}: its graph holds {what}, which no model of evenvoice does; {_ANOTHER}")
