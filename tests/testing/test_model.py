"""The contract of models: kept by what ships, and seen where it is broken."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from evenvoice.models import MODELS, Estimator
from evenvoice.testing import check_model

# What makes each quick.
OPTIONS: dict[str, dict[str, object]] = {
    "dbn": {"hidden_layer_sizes": [8], "n_iter": 2},
    "mlp": {"hidden_layer_sizes": [8]},
    "easy-ensemble": {"n_estimators": 2, "n_boosted": 2},
    "gmm": {"n_components": 1},
    "hmm": {"n_states": 1},
    "cnn-lstm": {"piece_frames": 12, "filters": [2, 2], "kernels": [[3, 3], [3, 3]], "pool": [2, 2], "hidden": 4},
}


@pytest.mark.parametrize("name", list(MODELS.shipped))
def test_shipped_models_keep_the_contract(name: str) -> None:
    needs = getattr(MODELS[name], "needs_shape", None)
    check_model(name, (1, 13, 30) if needs == "sequence" else (1, 16, 8), **OPTIONS.get(name, {}))


class _NoPenalty(nn.Module):
    def __init__(self, input_shape, n_classes):  # type: ignore[no-untyped-def]
        super().__init__()
        self.layer = nn.Linear(int(np.prod(input_shape)), n_classes)

    def forward(self, x):  # type: ignore[no-untyped-def]
        return self.layer(x.flatten(1))

    def penalty(self):  # type: ignore[no-untyped-def]
        return 0


class _Batch(_NoPenalty):
    def forward(self, x):  # type: ignore[no-untyped-def]
        return self.layer(x.flatten(1) - x.flatten(1).mean(dim=0))

    def penalty(self):  # type: ignore[no-untyped-def]
        return torch.zeros(())


class _Remembers(_NoPenalty):
    """What it keeps of its first question makes every later answer alike."""

    def forward(self, x):  # type: ignore[no-untyped-def]
        if not self.training and not hasattr(self, "mean"):
            self.mean = x.mean()
        return self.layer((x - getattr(self, "mean", 0)).flatten(1))

    def penalty(self):  # type: ignore[no-untyped-def]
        return torch.zeros(())


class _Linear(_NoPenalty):
    def penalty(self):  # type: ignore[no-untyped-def]
        return torch.zeros(())


class _Probabilities(_Linear):
    def forward(self, x):  # type: ignore[no-untyped-def]
        return super().forward(x).softmax(dim=1)


class _Double(_Linear):
    def forward(self, x):  # type: ignore[no-untyped-def]
        return super().forward(x).double()


class _Writes(_Linear):
    def forward(self, x):  # type: ignore[no-untyped-def]
        return super().forward(x.mul_(2))


class _Several(_Linear):
    def forward(self, x):  # type: ignore[no-untyped-def]
        return super().forward(x), x


class _Draws(_Linear):
    def forward(self, x):  # type: ignore[no-untyped-def]
        np.random.rand()  # what is planted
        return super().forward(x)


class _Counts(_Linear):
    def __init__(self, input_shape, n_classes):  # type: ignore[no-untyped-def]
        super().__init__(input_shape, n_classes)
        self.register_buffer("asked", torch.zeros(()))

    def forward(self, x):  # type: ignore[no-untyped-def]
        self.asked += 1
        return super().forward(x)


class _Crashes(_Linear):
    def forward(self, x):  # type: ignore[no-untyped-def]
        return x.view(3, 3)


class _Lambda(_Linear):
    def __init__(self, input_shape, n_classes):  # type: ignore[no-untyped-def]
        super().__init__(input_shape, n_classes)
        self.scale = lambda x: x


class _Demands(_Linear):
    def __init__(self, input_shape, n_classes, width):  # type: ignore[no-untyped-def]
        super().__init__(input_shape, n_classes)


class _NaNPenalty(_Linear):
    def penalty(self):  # type: ignore[no-untyped-def]
        return torch.tensor(float("nan"))


class _Means(Estimator):
    """Keeps the contract."""

    name = "means"
    deterministic = True

    def _fit(self, X, y, class_weights, seed):  # type: ignore[no-untyped-def]
        self.means = np.stack([X[y == k].mean(axis=0).ravel() for k in range(self.n_classes)])

    def _probabilities(self, X):  # type: ignore[no-untyped-def]
        far = -((X.reshape(len(X), 1, -1) - self.means) ** 2).mean(axis=2)
        return np.exp(far) / np.exp(far).sum(axis=1, keepdims=True)

    def learned(self):  # type: ignore[no-untyped-def]
        return {"means": self.means}


class _CentresOnItsQuestion(_Means):
    def _probabilities(self, X):  # type: ignore[no-untyped-def]
        self.centre = getattr(self, "centre", X.mean())
        return super()._probabilities(X - self.centre)


class _AnswersAtRandom(_Means):
    def _probabilities(self, X):  # type: ignore[no-untyped-def]
        return super()._probabilities(X + np.random.default_rng().normal(size=X.shape))


class _AddsUp(_Means):
    def _fit(self, X, y, class_weights, seed):  # type: ignore[no-untyped-def]
        before = getattr(self, "means", 0)
        super()._fit(X, y, class_weights, seed)
        self.means = self.means + before


class _TellsNothing(_Means):
    def learned(self):  # type: ignore[no-untyped-def]
        return {}


class _CannotRestore(_Means):
    restorable = True


class _Prints(_Means):
    def _fit(self, X, y, class_weights, seed):  # type: ignore[no-untyped-def]
        print("fitted")  # noqa: T201  # what is planted
        super()._fit(X, y, class_weights, seed)


class _Reseeds(_Means):
    def _fit(self, X, y, class_weights, seed):  # type: ignore[no-untyped-def]
        np.random.seed(seed)  # what is planted
        super()._fit(X, y, class_weights, seed)


class _Restless(Estimator):
    name = "restless"

    def _fit(self, X, y, class_weights, seed):  # type: ignore[no-untyped-def]
        self.drawn = np.random.default_rng().random(3)

    def _probabilities(self, X):  # type: ignore[no-untyped-def]
        return np.full((len(X), self.n_classes), 1 / self.n_classes)

    def learned(self):  # type: ignore[no-untyped-def]
        return {"drawn": self.drawn}


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (_NoPenalty, r"penalty\(\) is 0; expected a scalar tensor"),
        (_Batch, "logits depend on the other rows"),
        (_Restless, "the same seed learns otherwise"),
        (_Remembers, "or on batches before it"),
        (_Probabilities, "returns probabilities; expected logits before any softmax"),
        (_Double, r"logits of torch\.float64; expected torch\.float32, as the features"),
        (_Writes, "changes the features that it is given; work on a copy"),
        (_Several, r"returns a tuple; expected logits \[b, classes\]"),
        (_Draws, r"changes NumPy's global random state; use np\.random\.default_rng\(seed\)"),
        (_Counts, "changes its weights or buffers in evaluation mode"),
        (_Crashes, r"RuntimeError: shape .* \(test_model\.py, line \d+\)"),
        (_Lambda, "cannot be pickled .*; keep no lambdas"),
        (_Demands, "cannot be made .*'width'.*; recipes give options alone: give each a default"),
        (_NaNPenalty, r"penalty\(\) is nan; expected a finite number"),
        (_CentresOnItsQuestion, "an answer depends on the other rows asked about, or on questions before it"),
        (_AnswersAtRandom, "the same question has two answers"),
        (_AddsUp, "a second fit learns otherwise than the first; keep nothing"),
        (_TellsNothing, r"learned\(\) is empty"),
        (_CannotRestore, r"says restorable, and restore\(\) refuses"),
        (_Prints, r"prints to standard output \('fitted'\), where results stand"),
        (_Reseeds, "changes NumPy's global random state"),
    ],
)
def test_a_broken_contract_is_seen(model: type, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_model(model)


def test_those_that_keep_it() -> None:
    check_model(_Means)
    check_model(_Linear)
    for wrong in (None, 3, _Linear((1, 16, 8), 3)):
        with pytest.raises(AssertionError, match="expected a class, or a name as a recipe writes it"):
            check_model(wrong)  # type: ignore[arg-type]
