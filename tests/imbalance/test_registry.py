"""Input that no sampler accepts, and how a sampler is made by name; test_contract.py has what samplers promise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import SAMPLERS, SMOTE, Sampler, make_sampler

every_sampler = pytest.mark.parametrize("sampler", [make_sampler(name) for name in SAMPLERS.shipped])


def training_set(shape: tuple[int, ...] = (3,)) -> tuple[NDArray[np.float32], NDArray[Any], NDArray[Any]]:
    random = np.random.default_rng(2)
    y = random.permutation(np.repeat(["neutral", "angry", "happy"], [40, 25, 12]))
    return random.normal(size=(77, *shape)).astype(np.float32), y, np.arange(77) % 3


def test_another_seed_gives_other_rows() -> None:
    X, y, _ = training_set()
    assert (SMOTE().plan(X, y, seed=0).gap != SMOTE().plan(X, y, seed=1).gap).all()


@every_sampler
def test_input_that_does_not_fit_together_is_refused(sampler: Sampler) -> None:
    X, y, speakers = training_set()
    unlabelled = y.astype(object)
    unlabelled[:2] = [None, float("nan")]
    for arguments, message in (
        ((X, y[:-1], speakers), r"y: shape \(76,\), but X has 77 rows"),
        ((X, y[:, None], speakers), r"y: shape \(77, 1\)"),
        ((X, y, speakers[:5]), r"groups: shape \(5,\), but X has 77 rows"),
        ((X[:0], y[:0], speakers[:0]), r"X: shape \(0, 3\) holds no values"),
        ((X[:, :0], y, speakers), r"X: shape \(77, 0\) holds no values"),
        ((np.float32(1), y, speakers), r"X: shape \(\) holds no values"),
        ((X, unlabelled, speakers), "y: 2 of 77 rows have no label"),
        ((X, np.where(np.arange(77) > 3, 1.0, np.nan), speakers), "y: 4 of 77 rows have no label"),
        ((X, np.array([1] + ["sad"] * 76, dtype=object), speakers), r"y: labels of mixed types \(int, str\)"),
        ((X, y, speakers, -1), "seed: -1; give an integer from 0 to 4294967295"),
        ((X, y, speakers, 1.5), "seed: 1.5"),
        ((X, y, speakers, None), "seed: None"),
    ):
        with pytest.raises(EvenvoiceError, match=message):
            sampler.plan(*arguments)  # type: ignore[arg-type]


def test_a_sampler_is_made_by_name() -> None:
    assert list(SAMPLERS)[:3] == ["none", "class-weights", "smote"]
    assert make_sampler("smote", k_neighbors="shrink", rule="box") == SMOTE(k_neighbors="shrink", rule="box")


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            "smoke",
            {},
            f"sampler 'smoke' is unknown (did you mean 'smote'?); known are {', '.join(SAMPLERS)}; "
            "name a class of your own as package.module:Class",
        ),
        (
            "smote",
            {"k_neighbours": 3, "k_neighbors": 3},
            "sampler 'smote': unknown option 'k_neighbours' (did you mean 'k_neighbors'?); "
            "it takes k_neighbors, sampling_strategy, rule, parents, bases",
        ),
        ("none", {"seed": 3}, "sampler 'none': unknown option 'seed'; it takes no options"),
    ],
)
def test_unknown_names_and_options_are_named(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(EvenvoiceError) as caught:
        make_sampler(name, **options)
    assert str(caught.value) == message
