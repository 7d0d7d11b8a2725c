"""How numbers are written in tables, figures and pages."""

from __future__ import annotations

import math
from typing import Protocol

NOTHING = "–"
"""What stands where there is no value."""


class Ends(Protocol):
    """An estimate with its interval, as `evenvoice.metrics.Interval`; fractions."""

    @property
    def estimate(self) -> float: ...  # noqa: D102
    @property
    def low(self) -> float: ...  # noqa: D102
    @property
    def high(self) -> float: ...  # noqa: D102


class MeanAndDeviation(Protocol):
    """Mean and standard deviation over seeds, ``None`` with one seed; fractions."""

    @property
    def mean(self) -> float: ...  # noqa: D102
    @property
    def sd(self) -> float | None: ...  # noqa: D102


def per_cent(fraction: float | None) -> str:
    """Write a fraction as per cent with one decimal; a dash where there is none.

    Examples:
        >>> per_cent(0.6968), per_cent(float("nan")), per_cent(None)
        ('69.7', '–', '–')
    """
    return NOTHING if fraction is None or math.isnan(fraction) else f"{100 * fraction:.1f}"


def spread(value: MeanAndDeviation | None) -> str:
    """Write mean ± standard deviation over seeds as per cent; the mean alone with one seed.

    Examples:
        >>> from types import SimpleNamespace as Spread
        >>> spread(Spread(mean=0.7, sd=0.0123)), spread(Spread(mean=0.7, sd=None)), spread(None)
        ('70.0 ± 1.2', '70.0', '–')
    """
    if value is None:
        return NOTHING
    return per_cent(value.mean) if value.sd is None else f"{per_cent(value.mean)} ± {per_cent(value.sd)}"


def with_interval(interval: Ends | None, signed: bool = False) -> str:
    """Write an estimate with its interval as per cent; a dash where there is none.

    Examples:
        >>> from types import SimpleNamespace as Interval
        >>> with_interval(Interval(estimate=0.689, low=0.6211, high=0.7502))
        '68.9 [62.1, 75.0]'
        >>> with_interval(Interval(estimate=-0.02, low=-0.05, high=0.01), signed=True)
        '-2.0 [-5.0, +1.0]'
    """
    if interval is None:
        return NOTHING
    estimate = NOTHING if math.isnan(interval.estimate) else _form(signed).format(100 * interval.estimate)
    return f"{estimate} {ends(interval, signed)}"


def ends(interval: Ends, signed: bool = False) -> str:
    """Write an interval alone as per cent.

    Examples:
        >>> from types import SimpleNamespace as Interval
        >>> ends(Interval(estimate=0.689, low=0.6211, high=0.7502))
        '[62.1, 75.0]'
        >>> ends(Interval(estimate=0.689, low=float("nan"), high=float("nan")))
        '–'
    """
    if math.isnan(interval.low) or math.isnan(interval.high):
        return NOTHING
    return f"[{_form(signed)}, {_form(signed)}]".format(100 * interval.low, 100 * interval.high)


def _form(signed: bool) -> str:
    return "{:+.1f}" if signed else "{:.1f}"


def p_value(value: float) -> str:
    """Write a p value with three decimals.

    Examples:
        >>> p_value(0.0472), p_value(0.00004), p_value(1.0)
        ('0.047', '<0.001', '1.000')
    """
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def count(number: float, noun: str) -> str:
    """Write a number with its noun.

    Examples:
        >>> count(1, "seed"), count(5, "fold"), count(1_234_567, "row")
        ('1 seed', '5 folds', '1234567 rows')
    """
    return f"{number:.12g} {noun}{'' if number == 1 else 's'}"


def time_in_words(seconds: float) -> str:
    """Return a duration in the unit that fits it.

    Examples:
        >>> time_in_words(45), time_in_words(600), time_in_words(9000)
        ('45 s', '10 min', '2.5 h')
    """
    if seconds < 90:
        return f"{max(1, math.ceil(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
