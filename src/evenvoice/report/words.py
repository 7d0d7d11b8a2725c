"""How numbers and marks are written in tables, figures and pages."""

from __future__ import annotations

import math

from evenvoice.metrics import Interval
from evenvoice.study import Result, Study
from evenvoice.study.results import Spread

NOTHING = "–"
"""What stands where there is no value."""

LEAKY = "LEAKY"
TRANSDUCTIVE = "transductive"
SHARED = "speakers may be shared"


def per_cent(fraction: float | None) -> str:
    """Write a fraction as per cent with one decimal; a dash where there is none.

    Examples:
        >>> per_cent(0.6968), per_cent(float("nan")), per_cent(None)
        ('69.7', '–', '–')
    """
    return NOTHING if fraction is None or math.isnan(fraction) else f"{100 * fraction:.1f}"


def spread(value: Spread | None) -> str:
    """Write mean ± standard deviation over seeds as per cent; the mean alone with one seed.

    Examples:
        >>> spread(Spread(0.7, 0.0123)), spread(Spread(0.7, None)), spread(None)
        ('70.0 ± 1.2', '70.0', '–')
    """
    if value is None:
        return NOTHING
    return per_cent(value.mean) if value.sd is None else f"{per_cent(value.mean)} ± {per_cent(value.sd)}"


def with_interval(interval: Interval | None, signed: bool = False) -> str:
    """Write an estimate with its interval as per cent; a dash where there is none.

    Examples:
        >>> with_interval(Interval(0.689, 0.6211, 0.7502, "t", 0.95, "speaker", 10))
        '68.9 [62.1, 75.0]'
        >>> with_interval(Interval(-0.02, -0.05, 0.01, "t", 0.95, "speaker", 10), signed=True)
        '-2.0 [-5.0, +1.0]'
    """
    if interval is None:
        return NOTHING
    estimate = NOTHING if math.isnan(interval.estimate) else _form(signed).format(100 * interval.estimate)
    return f"{estimate} {ends(interval, signed)}"


def ends(interval: Interval, signed: bool = False) -> str:
    """Write an interval alone as per cent.

    Examples:
        >>> ends(Interval(0.689, 0.6211, 0.7502, "t", 0.95, "speaker", 10))
        '[62.1, 75.0]'
        >>> ends(Interval(0.689, float("nan"), float("nan"), "t", 0.95, "speaker", 1))
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
        >>> count(1, "seed"), count(5, "fold")
        ('1 seed', '5 folds')
    """
    return f"{number:g} {noun}{'' if number == 1 else 's'}"


def units(study: Study) -> str:
    """Return what the study's intervals were drawn over: ``speakers``, or ``utterances`` where these are not known."""
    return " or ".join(sorted({f"{result.intervals['ua'].unit}s" for result in study.results}))


def marks(result: Result) -> list[str]:
    """Return what must be said wherever this result is shown.

    ``LEAKY``: the test part took part in the training. ``transductive``: a test speaker's other, unlabelled audio did.
    ``speakers may be shared``: the protocol does not promise that test speakers are unseen.
    """
    found = {LEAKY: result.leaky, TRANSDUCTIVE: result.transductive, SHARED: not speakers_unseen(result)}
    return [mark for mark, applies in found.items() if applies]


def speakers_unseen(result: Result) -> bool:
    """Return whether the protocol promises that test speakers are unseen. Another corpus has other speakers."""
    return not {"speaker", "corpus"}.isdisjoint(result.runs[0].info["promise"]["disjoint"])
