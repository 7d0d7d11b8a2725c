"""What can be measured on a recording beside the speech: level, silence, clipping, offset, bandwidth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import periodogram

from evenvoice.audio import Waveform, check_waveform

# Seconds. Long enough for a period of the lowest voice, short enough to place the beginning of speech.
_FRAME = 0.02
# dB under the loudest frame: what is quieter counts as silence. A convention, between the usual 30 and 60 dB.
SILENCE = -40.0
# dB: the level of nothing at all. 24 bits reach -144 dB, a good room -90 dB.
_NOTHING = -120.0
# So many equal samples in a row at the extreme are a flat top: a wave that turns stays there for one or two.
_FLAT = 3
# Fraction of full scale. A quieter wave turns so slowly, seen in steps of 16 bits, that its own tops are flat.
_LOUD_ENOUGH = 0.25
_FULL_SCALE = 0.999
# Bins of the long-term spectrum: 16 Hz each at 16 kHz.
_SEGMENT = 1024
# That many are transformed at once: 4 MB.
_SEGMENTS = 1024
# dB. Recordings of speech fall by less than 14 dB at once (all of EmoDB and RAVDESS at 16 kHz); what was resampled (60
# recordings of each, through 8 kHz or up to 48 kHz, in 16 bits) falls by 28 and more.
EDGE = 20.0
# Hz. No speech is stored at less than 6 kHz; vowels and hums fall steeply below, with the room's noise above them.
_LOWEST_CUT_OFF = 3000.0
# dB. Nothing is louder above a resampler's cut-off than the rounding to 16 bits, but for a later change of level.
_ROUNDING_NOISE = 10 * np.log10((2.0**-15) ** 2 / 12)
_LATER_GAIN = 25.0


@dataclass(frozen=True)
class SignalMeasures:
    """The measures of one recording.

    Attributes:
        duration: In seconds.
        level: Root mean square, in dB of full scale.
        peak: Largest magnitude, as a fraction of full scale.
        clipped: Share of samples in flat tops: three or more in a row at the extreme.
        dc: Mean of the samples, as a fraction of full scale.
        leading_silence: Seconds before the first frame that is less than 40 dB under the loudest.
        trailing_silence: Seconds after the last such frame.
        zeros_at_start: Seconds of samples that are exactly zero, at the start.
        zeros_at_end: The same at the end.
        silent: Share of the frames that are more than 40 dB under the loudest.
        noise_floor: Level of the quietest frames (their 5th percentile), in dB of full scale.
        bandwidth: Hz above which the long-term spectrum is empty; half the sample rate where it is not.
        edge: By how many dB the spectrum falls at once where it falls most, to nothing but rounding noise.
        end_level: Level of the last 20 ms, in dB against the loudest 20 ms.
    """

    duration: float
    level: float
    peak: float
    clipped: float
    dc: float
    leading_silence: float
    trailing_silence: float
    zeros_at_start: float
    zeros_at_end: float
    silent: float
    noise_floor: float
    bandwidth: float
    edge: float
    end_level: float


def measure(waveform: npt.ArrayLike, rate: int) -> SignalMeasures:
    """Measure a recording at its own sample rate.

    Args:
        waveform: float32 ``[n]``, full scale 1.
        rate: Its sample rate in Hz.

    Raises:
        AudioError: The waveform is none (`evenvoice.audio.check_waveform`).

    Examples:
        >>> tone = 0.5 * np.sin(np.arange(16000) / 4)
        >>> measures = measure(np.concatenate([np.zeros(8000), tone]), 16000)
        >>> measures.duration, measures.zeros_at_start, measures.leading_silence, measures.clipped
        (1.5, 0.5000625, 0.5, 0.0)
    """
    samples = check_waveform(waveform, "the waveform")
    levels = _levels(samples, rate)
    audible = np.flatnonzero(levels > levels.max() + SILENCE)
    sounding = np.flatnonzero(samples)
    frame = _frame(samples, rate) / rate
    duration = samples.size / rate
    bandwidth, edge = _edge(samples, rate)
    return SignalMeasures(
        duration=duration,
        level=_decibels(float(np.square(samples, dtype=np.float64).mean())),
        peak=float(np.abs(samples).max()),
        clipped=_clipped(samples),
        dc=float(samples.mean(dtype=np.float64)),
        leading_silence=float(audible[0] * frame),
        trailing_silence=max(duration - float(audible[-1] + 1) * frame, 0.0),
        zeros_at_start=float(sounding[0] / rate),
        zeros_at_end=float((samples.size - 1 - sounding[-1]) / rate),
        silent=1 - audible.size / levels.size,
        noise_floor=float(np.percentile(levels, 5)),
        bandwidth=bandwidth,
        edge=edge,
        end_level=_end_level(samples, rate, float(levels.max())),
    )


def _end_level(samples: Waveform, rate: int, loudest: float) -> float:
    """Return the level of the last frame, which may be no whole frame of `_levels`, against the loudest, in dB."""
    end = samples[-_frame(samples, rate) :]
    return min(_decibels(float(np.square(end, dtype=np.float64).mean())) - loudest, 0.0)


def _decibels(power: float) -> float:
    """Return a power in dB of full scale, no lower than the level of nothing."""
    return max(10 * float(np.log10(max(power, 1e-30))), _NOTHING)


def _frame(samples: Waveform, rate: int) -> int:
    """Return the samples in a frame; a recording shorter than a frame is one."""
    return max(1, min(round(_FRAME * rate), samples.size))


def _levels(samples: Waveform, rate: int) -> npt.NDArray[np.float64]:
    """Return the level of each whole frame in dB of full scale, float64 ``[frames]``."""
    frame = _frame(samples, rate)
    frames = samples[: samples.size // frame * frame].reshape(-1, frame)
    powers = np.square(frames, dtype=np.float64).mean(axis=1)
    return np.asarray(np.maximum(10 * np.log10(np.maximum(powers, 1e-30)), _NOTHING))


def _clipped(samples: Waveform) -> float:
    """Return the share of samples in flat tops, above and below."""
    if samples.size < _FLAT:
        return 0.0
    count = 0
    for side in (samples, -samples):
        top = float(side.max())
        if top < _LOUD_ENOUGH:
            continue
        at_top = side >= min(top, _FULL_SCALE)
        flat = at_top[:-2] & at_top[1:-1] & at_top[2:]
        inside = np.zeros(side.size, dtype=bool)
        for shift in range(_FLAT):
            inside[shift : shift + flat.size] |= flat
        count += int(inside.sum())
    return count / samples.size


def _edge(samples: Waveform, rate: int) -> tuple[float, float]:
    """Return the bandwidth in Hz and the steepest fall of the long-term spectrum in dB.

    The fall at bin k is the median of the band just below k (a twentieth of the spectrum) less the maximum of all that
    lies above. A resampler's filter leaves nothing but rounding above its cut-off; a voice, a room or a microphone
    never ends so sharply. A fall from a voice to a room's noise is none, nor is one below the lowest rate of speech.
    """
    nyquist = rate / 2
    if samples.size < _SEGMENT:
        return nyquist, 0.0
    frequencies, power = _long_term_spectrum(samples, rate)
    spectrum = 10 * np.log10(np.maximum(power, 1e-20))
    bins = spectrum.size
    band, last = bins // 20, bins - bins // 16
    first = max(bins // 16, int(np.searchsorted(frequencies, _LOWEST_CUT_OFF)))
    # The last two bins hold half the others' power and what the filter folds back.
    above = np.maximum.accumulate(spectrum[:-2][::-1])[::-1]
    below = np.median(np.lib.stride_tricks.sliding_window_view(spectrum, band), axis=1)
    k = np.arange(first, last)
    k = k[above[k + 2] < _ROUNDING_NOISE - 10 * np.log10(nyquist) + _LATER_GAIN]
    if not k.size:
        return nyquist, 0.0
    falls = below[k - band] - above[k + 2]
    best = int(falls.argmax())
    edge = float(falls[best])
    return (float(frequencies[k[best]]) if edge >= EDGE else nyquist), edge


def _long_term_spectrum(samples: Waveform, rate: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return frequencies (Hz) and power densities ``[bins]``, of at least one segment: Welch's estimate, no overlap.

    SciPy's `welch` transforms segments one by one; here many are transformed at once, and long recordings in blocks.
    """
    segments = samples[: samples.size // _SEGMENT * _SEGMENT].reshape(-1, _SEGMENT)
    power = np.zeros(_SEGMENT // 2 + 1)
    for start in range(0, len(segments), _SEGMENTS):
        frequencies, powers = periodogram(segments[start : start + _SEGMENTS], rate, window="hann")
        power += powers.sum(axis=0, dtype=np.float64)
    return frequencies, power / len(segments)
