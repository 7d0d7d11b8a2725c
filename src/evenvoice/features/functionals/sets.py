"""Which functionals there are, what they are called, and the sets that recipes choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from torch import Tensor

from evenvoice.features.functionals import families
from evenvoice.features.functionals.contours import Contours


class Family(NamedTuple):
    """Functionals that are computed together, and what each is called."""

    compute: Callable[[Contours], list[Tensor]]
    names: tuple[str, ...]


def _percent(before: str, shares: Sequence[float]) -> tuple[str, ...]:
    return tuple(f"{before} {share:.0%}" for share in shares)


_RANGES = ("range 25-50%", "range 50-75%", "range 25-75%", "range 1-99%")

FAMILIES = {
    "spread": Family(families.spread, ("mean", "standard deviation")),
    "mean": Family(families.mean, ("mean",)),
    "moments": Family(families.moments, ("mean", "standard deviation", "skewness", "kurtosis")),
    "extremes": Family(families.extremes, ("minimum", "maximum")),
    "slope": Family(families.slope, ("slope",)),
    "percentiles": Family(families.percentiles, (*_percent("percentile", families.QUANTILES), *_RANGES)),
    "regression": Family(families.regression, ("line slope", "line error", "parabola curvature", "parabola error")),
    "levels": Family(families.levels, _percent("share above", families.LEVELS)),
    "movement": Family(families.movement, ("share rising", "mean step")),
    "places": Family(families.places, ("place of maximum", "place of minimum")),
    "autocorrelation": Family(families.autocorrelation, tuple(f"autocorrelation {lag}" for lag in families.LAGS)),
    "peaks": Family(families.peaks, ("peaks", "peak height")),
}

SETS: dict[str, tuple[str, ...]] = {
    "mean": ("mean",),
    "spread": ("spread",),
    "basic": ("spread", "extremes", "slope"),
    "rich": ("moments", "percentiles", "regression", "levels", "movement", "places", "autocorrelation", "peaks"),
}
"""Kinds of functionals, and their families in order."""

VOICED = ("voiced mean", "voiced deviation", "unvoiced mean", "unvoiced deviation")
_OF_VOICED = (
    *FAMILIES["moments"].names,
    *FAMILIES["percentiles"].names,
    *("slope", "line error", "mean rise", "mean fall", "start", "end"),
)
_RUNS = ("mean", "deviation", "longest")
F0 = (
    *(f"F0 {name}" for name in _OF_VOICED),
    *("voiced share", "voiced runs", *(f"{what} run {name}" for what in ("voiced", "unvoiced") for name in _RUNS)),
)
DURATION = "log duration"
