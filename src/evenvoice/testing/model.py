"""The contract of a model: a network or a classical classifier."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import nn

from evenvoice.errors import EvenvoiceError
from evenvoice.models import Estimator, is_network, make_model
from evenvoice.testing.watch import copies_of, expect, made, watched

N_CLASSES = 3
# Between one row alone and in a batch, and how many rows a large batch has.
_ROUNDING, _MANY = 1e-4, 84


def check_model(model: type | str, input_shape: tuple[int, int, int] = (1, 16, 8), **options: Any) -> None:
    """Check a model of your own: a class, or a name as a recipe writes it.

    What is checked of both kinds: it is built as ``Model(input_shape=(c, h, w), n_classes=k, **options)``; an answer
    depends neither on the other rows asked about nor on questions before it; the same seed learns the same; inputs and
    global random states are left alone, and nothing is printed. Of a network: logits ``[b, k]`` before any softmax, a
    finite scalar ``penalty()``, gradients that reach every parameter, no change in evaluation mode. Of a classical
    classifier: probabilities that sum to 1, a second fit like the first, a ``module()`` whose softmax is what it
    answers, and that it can be restored, where it says so.

    What is not seen: dependence on batches that are larger than those tried, and a state in a module or in a file.

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
    expect(isinstance(model, str | type), f"model {model!r:.60}: expected a class, or a name as a recipe writes it")
    name = model if isinstance(model, str) else f"{model.__module__}:{model.__qualname__}"
    what = f"model {name!r}"
    network = is_network(model) if isinstance(model, str) else issubclass(model, nn.Module)

    def build() -> nn.Module | Estimator:
        torch.manual_seed(0)
        if isinstance(model, str):
            return make_model(model, input_shape, N_CLASSES, **options)
        built: nn.Module | Estimator = model(input_shape=input_shape, n_classes=N_CLASSES, **options)
        return built

    # Networks draw from torch's generator, which `fork_rng` puts back as it was.
    with torch.random.fork_rng(devices=[]), watched(what, draws=True):
        built = made(what, build)
        X, y = _rows(input_shape, needs_mask=getattr(type(built), "needs_shape", None) == "sequence")
        if network:
            _check_network(what, build, X, y)
        else:
            expect(isinstance(built, Estimator), f"{what}: neither a torch.nn.Module nor an Estimator")
            _check_estimator(what, build, X, y)


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


def _between(X: np.ndarray) -> np.ndarray:
    """Features of which every second row lies between two classes, where answers are not sure; [n, c, h, w]."""
    asked = X.copy()
    if not np.isin(X[:, 0, -1], (0, 1)).all():  # sequences have a mask there, which is not mixed
        asked[::2] = (0.5 * (X + X[::-1]))[::2]
    return asked


def _check_network(what: str, build: Any, X: np.ndarray, y: np.ndarray) -> None:
    """A network's logits, penalty and gradients."""
    network = build()
    rows = torch.from_numpy(X)
    before = rows.clone()
    logits = network(rows)
    expect(isinstance(logits, torch.Tensor), f"{what}: returns a {type(logits).__name__}; expected logits [b, classes]")
    expect(torch.equal(rows, before), f"{what}: changes the features that it is given; work on a copy")
    expect(
        tuple(logits.shape) == (len(X), N_CLASSES),
        f"{what}: logits of shape {tuple(logits.shape)}; expected {(len(X), N_CLASSES)}",
    )
    expect(logits.dtype == rows.dtype, f"{what}: logits of {logits.dtype}; expected {rows.dtype}, as the features")
    sums = float((logits.detach().sum(dim=1) - 1).abs().max())
    expect(
        sums > _ROUNDING or float(logits.detach().min()) < 0,
        f"{what}: returns probabilities; expected logits before any softmax",
    )
    penalty = network.penalty()
    scalar = isinstance(penalty, torch.Tensor) and penalty.ndim == 0
    expect(scalar, f"{what}: penalty() is {penalty!r}; expected a scalar tensor, torch.zeros(()) for none")
    expect(bool(torch.isfinite(penalty)), f"{what}: penalty() is {penalty.item()}; expected a finite number")
    (nn.functional.cross_entropy(logits, torch.from_numpy(y)) + penalty).backward()
    lacking = [key for key, value in network.named_parameters() if value.requires_grad and value.grad is None]
    expect(not lacking, f"{what}: no gradient reaches {', '.join(lacking)}")
    again = build()
    same = all(torch.equal(value, again.state_dict()[key]) for key, value in build().state_dict().items())
    expect(same, f"{what}: the same seed gives other initial weights; draw from torch's generator alone")
    _check_answers(what, network.eval(), rows)


def _check_answers(what: str, network: nn.Module, rows: torch.Tensor) -> None:
    """In evaluation mode a row's logits are its own, whatever was asked about before."""
    # Copies: what a network keeps of its first batch would make every later answer alike.
    several, single = copies_of(network, what)
    many = rows.repeat(math.ceil(_MANY / len(rows)), *(1 for _ in rows.shape[1:]))
    with torch.inference_mode():
        together, alone = several(many), torch.cat([single(rows[row : row + 1]) for row in range(len(rows))])
        backwards = several(rows.flip(0)).flip(0)
    for found in (together[: len(rows)], backwards):
        expect(
            torch.allclose(found, alone, atol=_ROUNDING),
            f"{what}: a row's logits depend on the other rows of its batch in evaluation mode, or on batches before it",
        )
    kept = all(torch.equal(value, several.state_dict()[key]) for key, value in network.state_dict().items())
    expect(kept, f"{what}: changes its weights or buffers in evaluation mode")


def _check_estimator(what: str, build: Any, X: np.ndarray, y: np.ndarray) -> None:
    """A classical classifier's answers."""
    state = torch.random.get_rng_state()
    before, labels = X.copy(), y.copy()
    first, second = build(), build()
    torch.random.set_rng_state(state)
    first.fit(X, y, seed=3)
    second.fit(X, y, seed=3)
    expect(torch.equal(state, torch.random.get_rng_state()), f"{what}: fit draws from torch's global generator")
    expect(np.array_equal(X, before), f"{what}: fit changes X; work on a copy")
    expect(np.array_equal(y, labels), f"{what}: fit changes y; work on a copy")
    asked_alone, _ = copies_of(first, what)
    fitted, X = X, _between(X)
    before = X.copy()
    probabilities = first.probabilities(X)
    expect(np.array_equal(probabilities, first.probabilities(X)), f"{what}: the same question has two answers")
    expect(np.array_equal(probabilities, second.probabilities(X)), f"{what}: the same seed answers otherwise")
    expect(np.array_equal(X, before), f"{what}: probabilities() changes X; work on a copy")
    expect(
        probabilities.shape == (len(X), N_CLASSES) and probabilities.dtype == np.float32,
        f"{what}: probabilities {probabilities.dtype} {probabilities.shape}; expected float32 [n, classes]",
    )
    expect(
        bool(np.allclose(probabilities.sum(axis=1), 1, atol=1e-4) and (probabilities >= 0).all()),
        f"{what}: probabilities do not sum to 1, or are negative",
    )
    # A copy: what a model keeps of its first question would make every later answer alike.
    alone = np.concatenate([asked_alone.probabilities(X[row : row + 1]) for row in range(len(X))])
    expect(
        bool(np.allclose(alone, probabilities, atol=1e-5)),
        f"{what}: an answer depends on the other rows asked about, or on questions before it",
    )
    learned = {key: np.array(value) for key, value in first.learned().items()}
    expect(learned, f"{what}: learned() is empty; give what fit learned, by name, so that two fits can be compared")
    expect(_same(learned, second.learned()), f"{what}: the same seed learns otherwise; draw from the seed alone")
    second.fit(fitted[::2], y[::2], seed=4)
    second.fit(fitted, y, seed=3)
    expect(_same(learned, second.learned()), f"{what}: a second fit learns otherwise than the first; keep nothing")
    if first.deterministic:
        second.fit(fitted, y, seed=4)
        expect(_same(learned, second.learned()), f"{what}: another seed learns otherwise; say deterministic = False")
    _check_kept(what, build(), learned, X, probabilities, restorable=bool(first.restorable))
    module = first.module()
    if module is not None:
        with torch.inference_mode():
            found = module(torch.from_numpy(X)).softmax(dim=1).numpy()
        far = float(np.abs(found - probabilities).max())
        expect(far < 1e-4, f"{what}: the softmax of module() differs from probabilities() by {far:.1e}")
    exportable = bool(type(first).exportable)
    expect(exportable == (module is not None), f"{what}: exportable is {exportable}, and module() says other")


def _check_kept(
    what: str, other: Estimator, learned: dict[str, Any], X: np.ndarray, probabilities: np.ndarray, *, restorable: bool
) -> None:
    """What says that it can be restored answers as it did."""
    if not restorable:
        return
    try:
        other.restore(learned)
    except EvenvoiceError as error:
        raise AssertionError(f"{what}: says restorable, and restore() refuses what learned() gave: {error}") from error
    far = float(np.abs(other.probabilities(X) - probabilities).max())
    expect(far < 1e-5, f"{what}: answers otherwise once restored, by {far:.1e}; put into learned() all that it needs")


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether two fits learned the same."""
    return one.keys() == other.keys() and all(np.array_equal(one[key], other[key]) for key in one)
