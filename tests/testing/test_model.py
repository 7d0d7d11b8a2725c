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
    ],
)
def test_a_broken_contract_is_seen(model: type, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_model(model)
