"""The contract of a model: a network or a classical classifier."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from evenvoice.models import Estimator, make_model

N_CLASSES = 3


def check_model(model: type | str, input_shape: tuple[int, int, int] = (1, 16, 8), **options: Any) -> None:
    """Check a model of your own: a class, or a name as a recipe writes it.

    What is checked of both kinds: it is built as ``Model(input_shape=(c, h, w), n_classes=k, **options)``; an answer
    does not depend on the other rows asked about; the same seed learns the same. Of a network: logits ``[b, k]``, a
    scalar ``penalty()``, gradients that reach every parameter. Of a classical classifier: probabilities that sum to 1,
    inputs left as they are, and a ``module()``, where it has one, whose softmax is what it answers.

    Args:
        model: What to check.
        input_shape: Channels, height and width of the features to try it on; for models of sequences the last row is
            the mask of an utterance's own frames.
        **options: Of the model.

    Raises:
        AssertionError: The contract is broken; the message says what was expected and what was found.

    Examples:
        >>> check_model("2dcnn", filters=8)
        >>> check_model("linear-svm")
    """
    name = model if isinstance(model, str) else f"{model.__module__}:{model.__qualname__}"

    def build() -> nn.Module | Estimator:
        torch.manual_seed(0)
        if isinstance(model, str):
            return make_model(model, input_shape, N_CLASSES, **options)
        made: nn.Module | Estimator = model(input_shape=input_shape, n_classes=N_CLASSES, **options)
        return made

    built = build()
    X, y = _rows(input_shape, needs_mask=getattr(type(built), "needs_shape", None) == "sequence")
    if isinstance(built, Estimator):
        _check_estimator(name, build, X, y)
    else:
        _expect(isinstance(built, nn.Module), f"model {name!r}: neither a torch.nn.Module nor an Estimator")
        _check_network(name, build, X, y)


def _rows(shape: tuple[int, int, int], *, needs_mask: bool) -> tuple[np.ndarray, np.ndarray]:
    """Features of three classes that differ a little."""
    rng = np.random.default_rng(0)
    y = np.tile(np.arange(N_CLASSES), 14)
    X = rng.standard_normal((len(y), *shape)).astype(np.float32) + y[:, None, None, None].astype(np.float32)
    if needs_mask:
        own = np.arange(shape[2]) < rng.integers(shape[2] // 2, shape[2], (len(y), 1)) + 1
        X[:, 0] *= own[:, None]
        X[:, 0, -1] = own
    return X, y.astype(np.int64)


def _check_network(name: str, build: Any, X: np.ndarray, y: np.ndarray) -> None:
    """A network's logits, penalty and gradients."""
    network = build()
    rows = torch.from_numpy(X)
    logits = network(rows)
    _expect(
        tuple(logits.shape) == (len(X), N_CLASSES),
        f"model {name!r}: logits of shape {tuple(logits.shape)}; expected {(len(X), N_CLASSES)}",
    )
    penalty = network.penalty()
    _expect(
        isinstance(penalty, torch.Tensor) and penalty.ndim == 0,
        f"model {name!r}: penalty() is {penalty!r}; expected a scalar tensor, torch.zeros(()) for none",
    )
    (nn.functional.cross_entropy(logits, torch.from_numpy(y)) + penalty).backward()
    lacking = [key for key, value in network.named_parameters() if value.requires_grad and value.grad is None]
    _expect(not lacking, f"model {name!r}: no gradient reaches {', '.join(lacking)}")
    network.eval()
    with torch.inference_mode():
        together, alone = network(rows), torch.cat([network(rows[row : row + 1]) for row in range(len(X))])
    _expect(
        bool(torch.allclose(together, alone, atol=1e-4)),
        f"model {name!r}: a row's logits depend on the other rows of its batch in evaluation mode",
    )
    again = build()
    same = all(torch.equal(a, b) for a, b in zip(network.parameters(), again.parameters(), strict=True))
    _expect(same, f"model {name!r}: the same seed gives other initial weights; draw from torch's generator alone")


def _check_estimator(name: str, build: Any, X: np.ndarray, y: np.ndarray) -> None:
    """A classical classifier's answers."""
    before = X.copy()
    first, second = build(), build()
    first.fit(X, y, seed=3)
    second.fit(X, y, seed=3)
    _expect(np.array_equal(X, before), f"model {name!r}: fit changes X; work on a copy")
    probabilities = first.probabilities(X)
    _expect(
        probabilities.shape == (len(X), N_CLASSES) and probabilities.dtype == np.float32,
        f"model {name!r}: probabilities {probabilities.dtype} {probabilities.shape}; expected float32 [n, classes]",
    )
    _expect(
        bool(np.allclose(probabilities.sum(axis=1), 1, atol=1e-4) and (probabilities >= 0).all()),
        f"model {name!r}: probabilities do not sum to 1, or are negative",
    )
    alone = np.concatenate([first.probabilities(X[row : row + 1]) for row in range(len(X))])
    _expect(
        bool(np.allclose(alone, probabilities, atol=1e-5)),
        f"model {name!r}: an answer depends on the other rows asked about",
    )
    learned, again = first.learned(), second.learned()
    _expect(
        learned.keys() == again.keys() and all(np.array_equal(learned[key], again[key]) for key in learned),
        f"model {name!r}: the same seed learns otherwise; draw from the seed alone",
    )
    if first.deterministic:
        second.fit(X, y, seed=4)
        other = second.learned()
        _expect(
            all(np.array_equal(learned[key], other[key]) for key in learned),
            f"model {name!r}: another seed learns otherwise; say deterministic = False",
        )
    module = first.module()
    if module is not None:
        with torch.inference_mode():
            found = module(torch.from_numpy(X)).softmax(dim=1).numpy()
        far = float(np.abs(found - probabilities).max())
        _expect(far < 1e-4, f"model {name!r}: the softmax of module() differs from probabilities() by {far:.1e}")
    exportable = bool(type(first).exportable)
    _expect(exportable == (module is not None), f"model {name!r}: exportable is {exportable}, and module() says other")


def _expect(kept: bool, message: str) -> None:
    if not kept:
        raise AssertionError(message)
