"""Calibration: log loss, Brier score, expected calibration error, and the temperature that corrects probabilities.

A network that has learnt its training part by heart is sure of everything. One number, the temperature, takes that back
and leaves every answer as it was. It is fitted on the validation part, never on the test part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics.predictions import PROBABILITY
from evenvoice.metrics.proportions import wilson

Floats = npt.NDArray[np.float64]

TINY = float(np.finfo(np.float32).tiny)
"""Stands for a probability of zero, so that its logarithm (-87.3) is finite: networks write float32, and less than this
is what underflowed."""

TEMPERATURES = (0.05, 20.0)
"""Where `fit_temperature` searches."""


def log_loss(table: pd.DataFrame, labels: Sequence[str]) -> float:
    """Return the mean of -ln p(true emotion), in nats; a probability below `TINY` counts as `TINY`.

    Args:
        table: Predictions, with the columns ``emotion`` and ``p:<emotion>``.
        labels: All emotions.

    Raises:
        EvenvoiceError: No rows, a probability that is missing, or an emotion that is not in ``labels``.

    Examples:
        >>> table = pd.DataFrame({"emotion": ["sad", "sad"], "p:happy": [0.5, 0.75], "p:sad": [0.5, 0.25]})
        >>> round(log_loss(table, ["happy", "sad"]), 4)  # (ln 2 + ln 4) / 2
        1.0397
    """
    probabilities, truth = _arrays(table, labels)
    return float(-np.log(np.maximum(probabilities[np.arange(len(truth)), truth], TINY)).mean())


def brier(table: pd.DataFrame, labels: Sequence[str]) -> float:
    """Return the Brier score as the sum over all emotions: 0 at best, 2 at worst.

    The mean over utterances of Σ (p - y)², with y 1 for the true emotion and 0 for the others (Brier 1950, eq. 2). With
    two emotions this is twice the score of one of them alone.

    Args:
        table: Predictions, with the columns ``emotion`` and ``p:<emotion>``.
        labels: All emotions.

    Raises:
        EvenvoiceError: As `log_loss`.

    Examples:
        >>> table = pd.DataFrame({"emotion": ["sad"], "p:happy": [0.75], "p:sad": [0.25]})
        >>> brier(table, ["happy", "sad"])  # 0.75² + 0.75²
        1.125
    """
    probabilities, truth = _arrays(table, labels)
    return float(((probabilities - np.eye(len(labels))[truth]) ** 2).sum(axis=1).mean())


def ece(table: pd.DataFrame, labels: Sequence[str], bins: int = 15) -> float:
    """Return the expected calibration error: the mean gap between confidence and accuracy, weighted by the bins' sizes.

    Σ over bins of n_bin / n · abs(accuracy - confidence), where confidence is the greatest probability (Guo et al.
    2017, "On calibration of modern neural networks", eq. 3). Bins are equally wide on [0, 1]; each owns its right edge.

    Args:
        table: Predictions, with the columns ``emotion``, ``predicted`` and ``p:<emotion>``.
        labels: All emotions.
        bins: How many.

    Raises:
        EvenvoiceError: As `log_loss`.

    Examples:
        >>> table = pd.DataFrame({"emotion": ["sad", "happy"], "predicted": ["sad", "sad"],
        ...                       "p:happy": [0.25, 0.25], "p:sad": [0.75, 0.75]})
        >>> ece(table, ["happy", "sad"])  # 75 % sure, 50 % right
        0.25
    """
    confidence, right, bin_of = _binned(table, labels, bins)
    gaps = np.bincount(bin_of, weights=right - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(right))


def reliability(table: pd.DataFrame, labels: Sequence[str], bins: int = 10) -> pd.DataFrame:
    """Return what a reliability diagram draws: accuracy against confidence.

    Args:
        table: Predictions, with the columns ``emotion``, ``predicted`` and ``p:<emotion>``.
        labels: All emotions.
        bins: How many, of equal width on [0, 1].

    Returns:
        One row for each bin that is not empty, indexed by the bin's interval; columns ``confidence`` (mean),
        ``accuracy``, ``n``, and ``low`` and ``high``, Wilson's 95 % interval of the accuracy. It takes utterances as
        independent, which those of one speaker are not, so it is somewhat too narrow.

    Raises:
        EvenvoiceError: As `log_loss`.

    Examples:
        >>> table = pd.DataFrame({"emotion": ["sad", "happy"], "predicted": ["sad", "sad"],
        ...                       "p:happy": [0.25, 0.25], "p:sad": [0.75, 0.75]})
        >>> diagram = reliability(table, ["happy", "sad"])
        >>> str(diagram.index[0]), diagram[["confidence", "accuracy", "n"]].to_dict("records")
        ('(0.7, 0.8]', [{'confidence': 0.75, 'accuracy': 0.5, 'n': 2}])
    """
    confidence, right, bin_of = _binned(table, labels, bins)
    found = np.unique(bin_of)
    edges = np.arange(bins + 1) / bins
    of_bin = [right[bin_of == number] for number in found]
    limits = [wilson(hits.sum(), len(hits)) for hits in of_bin]
    return pd.DataFrame(
        {
            "confidence": [confidence[bin_of == number].mean() for number in found],
            "accuracy": [hits.mean() for hits in of_bin],
            "n": [len(hits) for hits in of_bin],
            "low": [float(low) for low, _ in limits],
            "high": [float(high) for _, high in limits],
        },
        index=pd.IntervalIndex.from_arrays(edges[found], edges[found + 1], closed="right", name="bin"),
    )


def fit_temperature(probabilities: npt.ArrayLike, truth: npt.ArrayLike) -> float:
    """Return the temperature T that minimises the log loss of softmax(ln p / T) (Guo et al. 2017, section 4.2).

    Above 1 where the probabilities are too sure, below 1 where they are too timid. Log loss is convex in 1 / T, so the
    search in ln T has one minimum; where it lies outside `TEMPERATURES` (every answer right, say) the end is returned.

    Args:
        probabilities: ``[n, emotions]``, of the validation part.
        truth: int ``[n]``: the column of each row's true emotion.

    Raises:
        EvenvoiceError: No rows, other shapes, a missing or negative probability, a truth that is not a column.

    Examples:
        >>> sure = [[0.99, 0.01]] * 4
        >>> T = fit_temperature(sure, [0, 0, 0, 1])  # right in 3 of 4
        >>> with_temperature(sure, T)[0].round(3).tolist()
        [0.75, 0.25]
    """
    return temperature_of_logits(log_probabilities(probabilities), truth)


def temperature_of_logits(logits: Floats, truth: npt.ArrayLike) -> float:
    """Return `fit_temperature` of logits ``[n, emotions]``.

    Raises:
        EvenvoiceError: A truth that is not a column for each row.

    Examples:
        >>> round(temperature_of_logits(np.array([[2.0, 0.0]] * 4), [0, 0, 0, 1]), 2)  # odds of 3: 2 / ln 3
        1.82
    """
    rows, columns = logits.shape
    answers = np.asarray(truth)
    if answers.shape != (rows,) or not np.issubdtype(answers.dtype, np.integer):
        raise EvenvoiceError(
            f"truth: found {answers.dtype} of shape {answers.shape}; expected one column number (int) for each of "
            f"{rows} rows of probabilities"
        )
    if answers.min() < 0 or answers.max() >= columns:
        raise EvenvoiceError(f"truth: found {answers.min()} to {answers.max()}; expected columns 0 to {columns - 1}")

    def loss(log_temperature: float) -> float:
        tempered = log_softmax(logits / math.exp(log_temperature), axis=1)
        return float(-tempered[np.arange(rows), answers].mean())

    low, high = (math.log(limit) for limit in TEMPERATURES)
    return math.exp(float(minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-6}).x))


def with_temperature(probabilities: npt.ArrayLike, temperature: float) -> Floats:
    """Return softmax(ln p / T), float64 ``[n, emotions]``; the order of the emotions in a row stays as it was.

    Args:
        probabilities: ``[n, emotions]``.
        temperature: Above zero; 1 changes nothing.

    Raises:
        EvenvoiceError: A temperature that is not above zero, or probabilities that `fit_temperature` would refuse.

    Examples:
        >>> with_temperature([[0.8, 0.2]], 2.0).round(3).tolist()  # odds of 4 become odds of 2
        [[0.667, 0.333]]
    """
    if not (math.isfinite(temperature) and temperature > 0):
        raise EvenvoiceError(f"temperature: found {temperature}; expected a number above zero")
    return np.asarray(softmax(log_probabilities(probabilities) / temperature, axis=1), dtype=float)


def log_probabilities(probabilities: npt.ArrayLike) -> Floats:
    """Return ln p, float64 ``[n, emotions]``; a probability below `TINY` counts as `TINY`.

    Raises:
        EvenvoiceError: These are no rows of probabilities.
    """
    values = np.asarray(probabilities, dtype=float)
    if values.ndim != 2 or values.size == 0:
        raise EvenvoiceError(f"probabilities: found shape {values.shape}; expected [n, emotions] with at least one row")
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)).all(axis=1))
    if len(bad):
        raise EvenvoiceError(
            f"probabilities: row {bad[0]}: found {values[bad[0]].tolist()}; expected numbers from 0 to 1 "
            "(softmax outputs, not logits)"
        )
    logarithms: Floats = np.log(np.maximum(values, TINY))
    return logarithms


def _arrays(table: pd.DataFrame, labels: Sequence[str]) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Return probabilities ``[n, emotions]`` and the column of each true emotion."""
    missing = [PROBABILITY + label for label in labels if PROBABILITY + label not in table]
    if table.empty or missing:
        found = f"no column {missing[0]!r}" if missing else "no rows"
        raise EvenvoiceError(f"predictions: {found}; expected a row an utterance and a column p:<emotion> an emotion")
    probabilities = table[[PROBABILITY + label for label in labels]].to_numpy(float)
    truth = pd.Index(labels).get_indexer(pd.Index(table["emotion"]))
    bad = np.flatnonzero((truth < 0) | ~np.isfinite(probabilities).all(axis=1))
    if len(bad):
        name, values = table["emotion"].iloc[bad[0]], probabilities[bad[0]].tolist()
        raise EvenvoiceError(
            f"predictions: row {bad[0]}: found emotion {name!r} with probabilities {values}; expected one of "
            f"{', '.join(labels)} with a probability for each"
        )
    return probabilities, truth


def _binned(table: pd.DataFrame, labels: Sequence[str], bins: int) -> tuple[Floats, Floats, npt.NDArray[np.intp]]:
    """Return each row's confidence, whether it is right (1.0 or 0.0), and the number of its bin."""
    if bins < 1:
        raise EvenvoiceError(f"bins: found {bins}; expected at least one")
    confidence: Floats = _arrays(table, labels)[0].max(axis=1)
    right = (table["predicted"] == table["emotion"]).to_numpy().astype(float)
    # The inner edges as quotients, not multiples of the width: 0.7 must not exceed the edge 7/10 by rounding.
    bin_of: npt.NDArray[np.intp] = np.searchsorted(np.arange(1, bins) / bins, confidence, side="left")
    return confidence, right, bin_of
