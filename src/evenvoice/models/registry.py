"""Models by name. A new model is one file beside this one and one line here; the contract tests cover it at once."""

from __future__ import annotations

from typing import Any

from torch import nn

from evenvoice.errors import EvenvoiceError, nearest
from evenvoice.models.bilstm_attention import BiLSTMAttention
from evenvoice.models.blstm_self_attention import BLSTMSelfAttention
from evenvoice.models.classical import DBN, DTW, GMM, HMM, KNN, MLP, SVM, LinearSVM, Majority
from evenvoice.models.cnn2d import CNN2D
from evenvoice.models.cnn_lstm import CNNLSTM
from evenvoice.models.estimator import Estimator
from evenvoice.models.lstm_attention import LSTMAttention
from evenvoice.models.options import check_options
from evenvoice.models.transformer import TransformerClassifier

# Each is made as Model(input_shape=(c, h, w), n_classes=k, **options). A network is an `nn.Module`, returns logits
# [b, k], and has penalty(): a scalar that is added to the loss of each batch. A classical classifier is an `Estimator`.
MODELS: dict[str, type[nn.Module] | type[Estimator]] = {
    "2dcnn": CNN2D,
    "bilstm-attention": BiLSTMAttention,
    "blstm-self-attention": BLSTMSelfAttention,
    "lstm-attention": LSTMAttention,
    "cnn-lstm": CNNLSTM,
    "transformer": TransformerClassifier,
    "gmm": GMM,
    "hmm": HMM,
    "dtw": DTW,
    "knn": KNN,
    "svm": SVM,
    "linear-svm": LinearSVM,
    "mlp": MLP,
    "dbn": DBN,
    "majority": Majority,
}


def is_network(name: str) -> bool:
    """Return whether a model is fitted by gradient descent, epoch by epoch; the others are classical classifiers.

    Examples:
        >>> is_network("2dcnn")
        True
    """
    return issubclass(MODELS[name], nn.Module)


def needed_form(name: str) -> str | None:
    """Return the form of features that a model needs; ``None`` where any will do.

    Examples:
        >>> needed_form("hmm"), needed_form("svm")
        ('sequence', None)
    """
    return getattr(MODELS[name], "form", None)


def weighs_classes(name: str) -> bool:
    """Return whether a model can weigh its classes: every network can, and some classical classifiers.

    Examples:
        >>> weighs_classes("2dcnn"), weighs_classes("knn")
        (True, False)
    """
    return bool(getattr(MODELS[name], "weighs_classes", True))


def check_model(name: str, options: dict[str, Any]) -> None:
    """Raise an `EvenvoiceError` unless the model is known and takes these options, with values of their types.

    Examples:
        >>> check_model("2dcnn", {"dropuot": 0.3})
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: model '2dcnn': unknown option 'dropuot' (did you mean 'dropout'?); it takes \
filters, kernel_size, dense_units, dropout, negative_slope, l2, batch_norm_momentum, batch_norm_eps, initialisation
    """
    if name not in MODELS:
        raise EvenvoiceError(f"model {name!r} is unknown{nearest(name, list(MODELS))}; known are {', '.join(MODELS)}")
    check_options(name, MODELS[name], options)


def make_model(name: str, input_shape: tuple[int, ...], n_classes: int, **options: Any) -> nn.Module | Estimator:
    """Build a model by name for features of shape (c, h, w) and ``n_classes`` emotions.

    Raises:
        EvenvoiceError: Unknown name or option, or an input too small for the model.

    Examples:
        >>> type(make_model("2dcnn", (1, 16, 8), 4, dropout=0.3)).__name__
        'CNN2D'
    """
    check_model(name, options)
    return MODELS[name](input_shape=input_shape, n_classes=n_classes, **options)
