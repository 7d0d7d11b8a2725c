"""Speakers crossed with fits: the variance of a score when both are samples.

Every fit is tested on every speaker, as every reader in radiology reads every case, and the analysis is the one of
radiology: jackknife pseudo-values in a two-way table with random effects (Dorfman, Berbaum and Metz 1992,
Investigative Radiology 27, 723-731; Hillis 2007, Statistics in Medicine 26, 596-619; Gallas, Pennello and Myers 2007,
JOSA A 24, B70-B80). With S speakers and R fits, any measure M gives

    Z_sr = S·M_r - (S - 1)·M_r(without speaker s)

and the mean squares of speakers, fits and remainder give the variance of the mean over fits.

All functions take tables ``[..., speakers, fits]`` and work on the last two axes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from evenvoice.metrics.counts import quotient
from evenvoice.metrics.interval import Components

Floats = npt.NDArray[np.float64]

FLAT = 1e-20
"""A variance below this is none: rounding leaves about 1e-28."""


FEW = 2
"""So few fits of two systems count as unpaired."""


class MeanSquares(NamedTuple):
    """Mean squares of a two-way table, each ``[...]``; those of fits and remainder are NaN with one fit."""

    speakers: Floats
    fits: Floats
    both: Floats


class Error(NamedTuple):
    """Variance of a mean, and the degrees of freedom of its t statistic, each ``[...]``."""

    variance: Floats
    df: Floats


def mean_squares(Z: Floats) -> MeanSquares:
    """Return the mean squares of tables ``[..., speakers, fits]``; NaN for what takes more speakers or fits.

    Examples:
        >>> mean_squares(np.array([[1.0, 3.0], [5.0, 7.0]]))  # 2·2² · 2 / 1, 2·1² · 2 / 1, and nothing is left
        MeanSquares(speakers=array(16.), fits=array(4.), both=array(0.))
    """
    S, R = Z.shape[-2:]
    by_speaker, by_fit = Z.mean(axis=-1, keepdims=True), Z.mean(axis=-2, keepdims=True)
    mean = Z.mean(axis=(-2, -1), keepdims=True)
    none = np.full(Z.shape[:-2], np.nan)

    def over(squares: Floats, n: int) -> Floats:
        return np.asarray(squares.sum(axis=(-2, -1)) / n, float) if n > 0 else none

    return MeanSquares(
        over(R * (by_speaker - mean) ** 2, S - 1),
        over(S * (by_fit - mean) ** 2, R - 1),
        over((Z - by_speaker - by_fit + mean) ** 2, (S - 1) * (R - 1)),
    )


def components_of(Z: Floats) -> Components | None:
    """Return the variance components of one table ``[speakers, fits]``; negative estimates become 0.

    Examples:
        >>> components_of(np.array([[1.0, 3.0], [5.0, 7.0]]))
        Components(speakers=8.0, fits=2.0, both=0.0)
    """
    S, R = Z.shape
    if S < 2:
        return None
    squares = mean_squares(Z)
    if R < 2:
        return Components(float(squares.speakers))
    return Components(
        max(0.0, float(squares.speakers - squares.both)) / R,
        max(0.0, float(squares.fits - squares.both)) / S,
        float(squares.both),
    )


def over_speakers(Z: Floats) -> Error:
    """Return the error of the mean where the fits are given and speakers are a sample: the jackknife's."""
    S, R = Z.shape[-2:]
    variance = mean_squares(Z).speakers / (S * R)
    return Error(variance, np.full(variance.shape, S - 1.0))


def over_speakers_and_fits(Z: Floats) -> Error:
    """Return the error of the mean where speakers and fits are samples.

    The variance is max(MS_S + MS_R - MS_E, MS_S, MS_R) / (S·R); the maximum keeps a negative component from making it
    smaller than speakers or fits alone would. The degrees of freedom are Satterthwaite's.

    Examples:
        >>> over_speakers_and_fits(np.array([[1.0, 3.0], [5.0, 7.0]]))  # 20 / 4, and 20² / (16² + 4²)
        Error(variance=array(5.), df=array(1.47058824))
    """
    S, R = Z.shape[-2:]
    speakers, fits, both = mean_squares(Z)
    total = np.maximum(np.maximum(speakers + fits - both, speakers), fits)
    spread = speakers**2 / (S - 1) + fits**2 / (R - 1) + both**2 / ((S - 1) * (R - 1))
    return Error(np.asarray(total / (S * R)), quotient(total**2, spread))


def over_paired_fits(first: Floats, second: Floats) -> Error:
    """Return the error of the difference of two systems with the same speakers, fit i of both of the same seed.

    With three fits or more it is that of their differences. Two fits agree by chance too often for that: p would be
    below 5 % in up to 12 % of the comparisons of equal recipes. They count as unpaired, which is never less than they
    deserve: what the seeds have in common is then ignored (docs/paired-tests.md has the simulations).

    Args:
        first: ``[..., speakers, fits]``, at least two fits.
        second: The same speakers and fits.
    """
    if first.shape[-1] > FEW:
        return over_speakers_and_fits(second - first)
    return over_unpaired_fits(first, second)


def over_unpaired_fits(first: Floats, second: Floats) -> Error:
    """Return the error of the difference of two systems with the same speakers, but fits that do not correspond.

    Speakers are paired, so their part is the variance of the difference of the speakers' means; each system's fits add
    max(0, MS_R - MS_E) / (S·R) of their own.

    Args:
        first: ``[..., speakers, fits]``, at least two fits.
        second: The same speakers, and as many fits as there are.
    """
    S = first.shape[-2]
    gaps = first.mean(axis=-1) - second.mean(axis=-1)
    variance = np.asarray(gaps.var(axis=-1, ddof=1) / S, float)
    spread = variance**2 / (S - 1)
    for Z in (first, second):
        R = Z.shape[-1]
        squares = mean_squares(Z)
        more = squares.fits > squares.both
        variance = variance + np.where(more, squares.fits - squares.both, 0) / (S * R)
        terms = squares.fits**2 / (R - 1) + squares.both**2 / ((S - 1) * (R - 1))
        spread = spread + np.where(more, terms, 0) / (S * R) ** 2
    return Error(variance, quotient(variance**2, spread))


def unpaired_components(first: Floats, second: Floats) -> Components:
    """Return the components of a difference with unpaired fits, ``[speakers, fits]`` each; those of a single fit."""
    parts = [components_of(Z) for Z in (first, second)]
    fits, both = (sum(getattr(part, name) for part in parts if part) for name in ("fits", "both"))
    noise = sum(part.both / Z.shape[-1] for part, Z in zip(parts, (first, second), strict=True) if part)
    gaps = first.mean(axis=-1) - second.mean(axis=-1)
    return Components(max(0.0, float(gaps.var(ddof=1)) - noise), fits, both)


def training_factor(folds: int) -> float:
    """Return Nadeau and Bengio's factor on the variance, for another training corpus of the same size.

    Folds share most of their training part, so the spread over test folds does not show what another training corpus
    would do. With J folds the variance is multiplied by 1 + J · n_test / n_train = 1 + J / (J - 1) (Nadeau and Bengio
    2003, "Inference for the generalization error", Machine Learning 52, 239-281). It is an approximation: no unbiased
    estimator exists (Bengio and Grandvalet 2004).

    Examples:
        >>> training_factor(5)
        2.25
    """
    return 1 + folds / (folds - 1)
