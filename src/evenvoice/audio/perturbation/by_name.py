"""Perturbations by name: ``speed:0.9``, ``noise:10``, and one after the other: ``speed:0.9+codec:telephone``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from evenvoice.audio.perturbation.codecs import CODECS, codec
from evenvoice.audio.perturbation.filters import band, formants, room
from evenvoice.audio.perturbation.level import gain, noise
from evenvoice.audio.perturbation.timing import pitch, speed, tempo
from evenvoice.audio.waveform import Waveform
from evenvoice.errors import EvenvoiceError, nearest

# Of a plus that joins two perturbations, not one of a number.
_JOINED = re.compile(r"\+(?=[a-z])")


@dataclass(frozen=True)
class _Kind:
    """A function of waveform, rate and values, and what the values may be."""

    function: Callable[..., Waveform]
    example: str
    lowest: float = -np.inf
    highest: float = np.inf
    values: int = 1
    seeded: bool = False


PERTURBATIONS: dict[str, _Kind] = {
    "speed": _Kind(speed, "speed:0.9", 0.25, 4),
    "tempo": _Kind(tempo, "tempo:1.1", 0.25, 4),
    "pitch": _Kind(pitch, "pitch:-2", -24, 24),
    "formants": _Kind(formants, "formants:1.1", 0.5, 2),
    "noise": _Kind(noise, "noise:10", -40, 100, seeded=True),
    "room": _Kind(room, "room:0.4", 0.01, 10, seeded=True),
    "gain": _Kind(gain, "gain:-6", -100, 100),
    "band": _Kind(band, "band:300-3400", 0, np.inf, values=2),
    "codec": _Kind(codec, "codec:mp3"),
}
"""What can be done to a waveform, by name."""


@dataclass(frozen=True)
class Perturbation:
    """One way to change a waveform; called as ``perturb(waveform, rate, seed)``: float32 ``[n]`` to float32 ``[n']``.

    Pure: the same waveform, rate and seed give the same samples, and what was given stays as it was.

    Attributes:
        text: As in a recipe: ``noise:10``.
        name: The part before the colon.
        values: What follows it.
        then: What is done to the changed waveform.
    """

    text: str
    name: str
    values: tuple[Any, ...] = field(default=())
    then: Perturbation | None = None

    def __call__(self, waveform: Waveform, rate: int, seed: int = 0) -> Waveform:
        """Return the changed waveform; the seed matters to noise and rooms alone."""
        kind = PERTURBATIONS[self.name]
        more = {"seed": seed} if kind.seeded else {}
        changed = kind.function(waveform, rate, *self.values, **more)
        changed = np.ascontiguousarray(changed, np.float32)
        return changed if self.then is None else self.then(changed, rate, seed)


def open_perturbation(text: str) -> Perturbation:
    """Return the perturbation of a name and its value.

    Args:
        text: ``speed:FACTOR``, ``tempo:FACTOR``, ``pitch:SEMITONES``, ``formants:FACTOR``, ``noise:SNR`` (dB),
            ``room:RT60`` (seconds), ``gain:DECIBELS``, ``band:LOW-HIGH`` (Hz), ``codec:NAME``; several are joined by
            ``+`` and done one after the other.

    Raises:
        EvenvoiceError: A name that does not exist, or a value that it cannot have.

    Examples:
        >>> faster = open_perturbation("speed:1.1")
        >>> faster(np.zeros(1100, np.float32), 16000).size
        1000
        >>> open_perturbation("speed:1.1+tempo:0.5")(np.zeros(1100, np.float32), 16000).size
        2000
        >>> open_perturbation("sped:1.1")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: perturbation 'sped:1.1': 'sped' is unknown (did you mean 'speed'?); known are \
speed, tempo, pitch, formants, noise, room, gain, band, codec
    """
    first, *rest = _JOINED.split(str(text), maxsplit=1)
    if rest:
        return replace(open_perturbation(first), text=str(text), then=open_perturbation(rest[0]))
    name, _, value = str(text).partition(":")
    if name not in PERTURBATIONS:
        known = ", ".join(PERTURBATIONS)
        raise EvenvoiceError(
            f"perturbation {text!r}: {name!r} is unknown{nearest(name, list(PERTURBATIONS))}; known are {known}"
        )
    kind = PERTURBATIONS[name]
    if name == "codec":
        if value not in CODECS:
            raise EvenvoiceError(
                f"perturbation {text!r}: codec {value!r} is unknown{nearest(value, list(CODECS))}; "
                f"known are {', '.join(CODECS)}"
            )
        return Perturbation(text, name, (value,))
    values = _numbers(value, kind)
    if values is None:
        limits = f"from {kind.lowest:g} to {kind.highest:g}" if np.isfinite(kind.highest) else "0 or more, rising"
        what = "a number" if kind.values == 1 else "two numbers"
        raise EvenvoiceError(
            f"perturbation {text!r}: {value!r} is not a value for {name}; give {what} {limits}, as in {kind.example}"
        )
    return Perturbation(text, name, values)


def _numbers(value: str, kind: _Kind) -> tuple[float, ...] | None:
    """Return the numbers of a value, or ``None`` where they are not what the kind takes."""
    parts = value.split("-") if kind.values > 1 else [value]
    try:
        numbers = tuple(float(part) for part in parts)
    except ValueError:
        return None
    within = all(kind.lowest <= number <= kind.highest for number in numbers)
    rising = list(numbers) == sorted(set(numbers))
    return numbers if within and rising and len(numbers) == kind.values and np.isfinite(numbers).all() else None
