"""Models by name, as ``package.module:Class``, or from installed packages; see `evenvoice.registry`."""

from __future__ import annotations

from typing import Any

from torch import nn

from evenvoice.errors import EvenvoiceError
from evenvoice.models.estimator import Estimator
from evenvoice.options import check_options
from evenvoice.outside import calling
from evenvoice.registry import Registry


def _check(name: str, found: Any) -> None:
    """Raise unless a class from outside is a network or a classical classifier."""
    if not (isinstance(found, type) and issubclass(found, nn.Module | Estimator)):
        raise EvenvoiceError(
            f"model {name!r}: is neither a torch.nn.Module nor an evenvoice.models.Estimator; check yours with "
            "evenvoice.testing.check_model"
        )
    if issubclass(found, nn.Module) and not hasattr(found, "penalty"):
        raise EvenvoiceError(
            f"model {name!r}: has no penalty(); return torch.zeros(()) where nothing is penalised, and check "
            "yours with evenvoice.testing.check_model"
        )


# Each is made as Model(input_shape=(c, h, w), n_classes=k, **options). A network is an `nn.Module`, returns logits
# [b, k], and has penalty(): a scalar that is added to the loss of each batch. A classical classifier is an `Estimator`.
MODELS = Registry(
    "model",
    {
        "2dcnn": "evenvoice.models.cnn2d:CNN2D",
        "bilstm-attention": "evenvoice.models.bilstm_attention:BiLSTMAttention",
        "blstm-self-attention": "evenvoice.models.blstm_self_attention:BLSTMSelfAttention",
        "lstm-attention": "evenvoice.models.lstm_attention:LSTMAttention",
        "attentive-cnn": "evenvoice.models.attentive_cnn:AttentiveCNN",
        "residual-cnn": "evenvoice.models.residual_cnn:ResidualCNN",
        "cnn-lstm": "evenvoice.models.cnn_lstm:CNNLSTM",
        "transformer": "evenvoice.models.transformer:TransformerClassifier",
        **{
            name: f"evenvoice.models.classical:{kind}"
            for name, kind in (
                ("gmm", "GMM"),
                ("hmm", "HMM"),
                ("dtw", "DTW"),
                ("knn", "KNN"),
                ("svm", "SVM"),
                ("linear-svm", "LinearSVM"),
                ("logistic", "Logistic"),
                ("discriminant", "Discriminant"),
                ("linear-fusion", "LinearFusion"),
                ("mlp", "MLP"),
                ("dbn", "DBN"),
                ("balanced-bagging", "BalancedBagging"),
                ("easy-ensemble", "EasyEnsemble"),
                ("rusboost", "RUSBoost"),
                ("correlation-boost", "CorrelationBoost"),
                ("fuzzy-twin-svm", "FuzzyTwinSVM"),
                ("majority", "Majority"),
            )
        },
    },
    _check,
)


def is_network(name: str) -> bool:
    """Return whether a model is fitted by gradient descent, epoch by epoch; the others are classical classifiers.

    Examples:
        >>> is_network("2dcnn")
        True
    """
    return bool(issubclass(MODELS[name], nn.Module))


def needed_shape(name: str) -> str | None:
    """Return the shape that a model needs; ``None`` where any will do.

    Examples:
        >>> needed_shape("hmm"), needed_shape("svm")
        ('sequence', None)
    """
    return getattr(MODELS[name], "needs_shape", None)


def weighs_classes(name: str) -> bool:
    """Return whether a model can weigh its classes: every network can, and some classical classifiers.

    Examples:
        >>> weighs_classes("2dcnn"), weighs_classes("knn")
        (True, False)
    """
    return bool(getattr(MODELS[name], "weighs_classes", True))


def is_exportable(name: str) -> bool:
    """Return whether what a model learns can be a model file: most networks can, and some classical classifiers.

    Examples:
        >>> is_exportable("2dcnn"), is_exportable("knn")
        (True, False)
    """
    return bool(getattr(MODELS[name], "exportable", is_network(name)))


def is_restorable(name: str) -> bool:
    """Return whether what a model learns can be kept in a file of arrays and read again: that of all networks can.

    Examples:
        >>> is_restorable("2dcnn"), is_restorable("linear-fusion"), is_restorable("knn")
        (True, True, False)
    """
    return bool(getattr(MODELS[name], "restorable", is_network(name)))


def is_deterministic(name: str) -> bool:
    """Return whether a model draws nothing at random, so that every seed learns the same.

    Examples:
        >>> is_deterministic("2dcnn"), is_deterministic("knn")
        (False, True)
    """
    return bool(getattr(MODELS[name], "deterministic", False))


def check_model(name: str, options: dict[str, Any]) -> None:
    """Raise an `EvenvoiceError` unless the model is known and takes these options, with values of their types.

    Examples:
        >>> check_model("2dcnn", {"dropuot": 0.3})
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: model '2dcnn': unknown option 'dropuot' (did you mean 'dropout'?); it takes \
filters, kernel_size, dense_units, dropout, negative_slope, l2, batch_norm_momentum, batch_norm_eps, initialisation
    """
    MODELS.check_known(name)
    check_options("model", name, MODELS[name], options)


def make_model(name: str, input_shape: tuple[int, ...], n_classes: int, **options: Any) -> nn.Module | Estimator:
    """Build a model by name for features of shape (c, h, w) and ``n_classes`` emotions.

    Raises:
        EvenvoiceError: Unknown name or option, or an input too small for the model.

    Examples:
        >>> type(make_model("2dcnn", (1, 16, 8), 4, dropout=0.3)).__name__
        'CNN2D'
    """
    check_model(name, options)
    kind = MODELS[name]
    with calling("model", kind):
        made: nn.Module | Estimator = kind(input_shape=input_shape, n_classes=n_classes, **options)
    return made
