"""Models by name. A new model is one file beside this one and one line here; the contract tests cover it at once."""

from __future__ import annotations

import inspect
from typing import Any

from torch import nn

from evenvoice.errors import EvenvoiceError, nearest
from evenvoice.models.cnn2d import CNN2D

# Each is an `nn.Module` made as Model(input_shape=(c, h, w), n_classes=k, **options), returns logits [b, k], and has
# penalty(): a scalar that is added to the loss of each batch.
MODELS: dict[str, type[nn.Module]] = {
    "2dcnn": CNN2D,
}


def check_model(name: str, options: dict[str, Any]) -> None:
    """Raise an `EvenvoiceError` unless the model is known and takes these options.

    Examples:
        >>> check_model("2dcnn", {"dropuot": 0.3})
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: model '2dcnn': unknown option 'dropuot' (did you mean 'dropout'?); it takes \
filters, kernel_size, dense_units, dropout, negative_slope, l2, batch_norm_momentum, batch_norm_eps, initialisation
    """
    if name not in MODELS:
        raise EvenvoiceError(f"model {name!r} is unknown{nearest(name, list(MODELS))}; known are {', '.join(MODELS)}")
    known = [p for p in inspect.signature(MODELS[name]).parameters if p not in ("input_shape", "n_classes")]
    for option in options:
        if option not in known:
            raise EvenvoiceError(
                f"model {name!r}: unknown option {option!r}{nearest(option, known)}; it takes {', '.join(known)}"
            )


def make_model(name: str, input_shape: tuple[int, ...], n_classes: int, **options: Any) -> nn.Module:
    """Build a model by name for features of shape (c, h, w) and ``n_classes`` emotions.

    Raises:
        EvenvoiceError: Unknown name or option, or an input too small for the model.

    Examples:
        >>> type(make_model("2dcnn", (1, 16, 8), 4, dropout=0.3)).__name__
        'CNN2D'
    """
    check_model(name, options)
    return MODELS[name](input_shape=input_shape, n_classes=n_classes, **options)
