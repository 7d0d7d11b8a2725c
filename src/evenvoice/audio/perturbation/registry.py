"""Perturbations by name and value."""

from __future__ import annotations

import math
from collections.abc import Callable

from evenvoice.audio.perturbation.timing import speed, tempo
from evenvoice.audio.waveform import Waveform
from evenvoice.errors import EvenvoiceError, nearest

Perturbation = Callable[[Waveform, int, int], Waveform]
"""From a waveform float32 ``[n]``, its sample rate in Hz and a seed to another waveform."""


def _speed(value: float) -> Perturbation:
    return lambda waveform, rate, seed: speed(waveform, rate, value)


def _tempo(value: float) -> Perturbation:
    return lambda waveform, rate, seed: tempo(waveform, rate, value)


PERTURBATIONS: dict[str, Callable[[float], Perturbation]] = {"speed": _speed, "tempo": _tempo}


def open_perturbation(name: str) -> Perturbation:
    """Return the perturbation of a name: its kind and its value, ``speed:0.9``.

    Raises:
        EvenvoiceError: Unknown, or without a value that it can have.

    Examples:
        >>> import numpy as np
        >>> open_perturbation("speed:1.1")(np.zeros(1100, np.float32), 16000, 0).size
        1000
        >>> open_perturbation("sped:1.1")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: perturbation 'sped:1.1' is unknown (did you mean 'speed'?); known are speed, \
tempo, each with a value: speed:0.9
    """
    kind, _, value = str(name).partition(":")
    if kind not in PERTURBATIONS:
        known = list(PERTURBATIONS)
        raise EvenvoiceError(
            f"perturbation {name!r} is unknown{nearest(kind, known)}; known are {', '.join(known)}, each with a value: "
            "speed:0.9"
        )
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise EvenvoiceError(f"perturbation {name!r}: expected a number above 0 after the colon, such as {kind}:0.9")
    return PERTURBATIONS[kind](number)
