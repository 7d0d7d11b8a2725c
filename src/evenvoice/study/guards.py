"""What is checked in every run of every study: that a prediction stands alone, and that a leak is marked."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from evenvoice.models import MODELS
from evenvoice.protocols import Promise
from evenvoice.training import TrainedModel

Probabilities = npt.NDArray[np.float32]

# Kernels round a batch of another size otherwise: 1e-6 on a CPU, 1e-4 with TF32. Statistics of the batch move
# probabilities by far more.
_TOLERANCE = 1e-3
# Rows that are predicted again: enough to notice, and little to wait for.
_MOST = 32


def depend_on_others(predict: Callable[[npt.NDArray[np.int64]], Probabilities], probabilities: Probabilities) -> int:
    """Return how many test rows have another prediction in other company: in reverse order, with half of the rows gone.

    A model that uses the batch it is asked about (batch statistics, the ranks of test rows, their clusters) answers
    otherwise when other rows are beside a row. One that ignores the order and every second row is not seen by this.

    Args:
        predict: Returns the probabilities ``[r, k]`` of the test rows with these numbers, in their order.
        probabilities: Those of all test rows at once, ``[n, k]``.

    Examples:
        >>> X = np.linspace(0, 1, 10, dtype=np.float32)[:, None]
        >>> alone = lambda rows: X[rows]
        >>> centred = lambda rows: X[rows] - X[rows].mean()
        >>> every = np.arange(10)
        >>> depend_on_others(alone, alone(every)), depend_on_others(centred, centred(every)) > 0
        (0, True)
    """
    n = len(probabilities)
    if n == 0:
        return 0
    # Every second row at the most, the last first; then the first row, alone.
    rows = np.arange(n)[::-1][:: max(2, -(-n // _MOST))]
    different = np.abs(predict(rows) - probabilities[rows]).max(axis=1) > _TOLERANCE
    alone = np.abs(predict(np.zeros(1, np.int64)) - probabilities[:1]).max() > _TOLERANCE
    return int(different.sum()) + int(alone and 0 not in rows[different])


def unasked(model: TrainedModel) -> TrainedModel:
    """Return a copy of a fitted model, from before it is asked about the test part, to be asked the second time.

    One that keeps something of its first test batch would answer its own second question alike. Models that are shipped
    keep nothing, which their contract test says: they are not copied.

    Args:
        model: As it was fitted.
    """
    network = model.network
    if model.recipe.model.name not in MODELS.shipped:
        try:
            network = copy.deepcopy(network)
        except Exception as error:  # noqa: BLE001  # of whatever kind: it is said
            warnings.warn(
                f"recipe {model.recipe.name!r}: model {model.recipe.model.name!r} cannot be copied "
                f"({type(error).__name__}: {error}); if it keeps its first test batch, that is not seen. Keep no locks "
                "or open files in it",
                stacklevel=2,
            )
    return replace(model, network=network, partners=tuple(map(unasked, model.partners)))


def seen_test_rows(split: pd.DataFrame) -> int:
    """Return how many test rows, or enrolled ones, some step of the fit saw, by the record of a run's ``split.csv``.

    Args:
        split: ``utterance``, ``part``, and a column of 0 and 1 for each step.

    Examples:
        >>> seen_test_rows(pd.DataFrame({"utterance": list("abc"), "part": ["train", "test", "test"],
        ...                              "normaliser": [1, 1, 0], "network": [1, 0, 0]}))
        1
    """
    part = split["part"].to_numpy()
    steps = [split[name].to_numpy() == 1 for name in split if name not in ("utterance", "part")]
    return int((((part == "test") | (part == "enrolled")) & np.any(steps, axis=0)).sum())


def marked(promise: Promise, leaks: Mapping[str, int]) -> Promise:
    """Return the promise, marked LEAKY where a run has a leak that its protocol does not admit.

    Args:
        promise: What the protocol promises.
        leaks: Counts of what should never be, by name.

    Examples:
        >>> marked(Promise("speakers apart", ("speaker",)), {"synthetic_test_rows": 3, "test_rows_seen": 0}).words
        'LEAKY: 3 synthetic test rows; else speakers apart'
        >>> marked(Promise("speakers apart"), {"synthetic_test_rows": 0}).leaky
        False
    """
    found = [f"{count} {name.replace('_', ' ')}" for name, count in leaks.items() if count]
    if promise.leaky or not found:
        return promise
    return replace(promise, words=f"LEAKY: {', '.join(found)}; else {promise.words}", leaky=True)
