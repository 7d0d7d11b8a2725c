"""What is left of a recording after a codec: through it and back."""

from __future__ import annotations

import io

import numpy as np
import soundfile as sf
import soxr

from evenvoice.audio.perturbation.filters import band
from evenvoice.audio.waveform import Waveform, resample
from evenvoice.errors import EvenvoiceError, nearest

# libsndfile's names, and a compression level from 0 (best) to 1 (smallest) that speech on the web has.
_FILES = {
    "mp3": ("MP3", "MPEG_LAYER_III", 0.9),
    "opus": ("OGG", "OPUS", 0.9),
    "vorbis": ("OGG", "VORBIS", 0.9),
}
CODECS = (*_FILES, "telephone")

_OPUS_RATE = 48000


def codec(waveform: Waveform, rate: int, name: str) -> Waveform:
    """Return the waveform after a round trip through a codec, as long as before.

    - ``mp3``, ``opus``, ``vorbis``: strongly compressed, by libsndfile.
    - ``telephone``: 300–3400 Hz at 8 kHz, 8 bits of μ-law a sample (ITU-T G.711).

    Args:
        waveform: float32 ``[n]``; cut at −1 and 1.
        rate: In Hz.
        name: One of `CODECS`.

    Returns:
        float32 ``[n]``.

    Raises:
        EvenvoiceError: A codec that does not exist.

    Examples:
        >>> codec(np.zeros(1600, np.float32), 16000, "telephone").size
        1600
    """
    if name not in CODECS:
        raise EvenvoiceError(f"codec {name!r} is unknown{nearest(name, list(CODECS))}; known are {', '.join(CODECS)}")
    sound = np.clip(waveform, -1.0, 1.0)
    back = _telephone(sound, rate) if name == "telephone" else _through_file(sound, rate, name)
    back = back[: waveform.size]
    return np.pad(back, (0, waveform.size - back.size)).astype(np.float32)


def _telephone(sound: Waveform, rate: int) -> Waveform:
    narrow = resample(band(sound, rate, 300, 3400), rate, 8000)
    # G.711's curve: ln(1 + 255 |x|) / ln 256, in steps of 1/127 of either sign.
    compressed = np.sign(narrow) * np.log1p(255 * np.abs(np.clip(narrow, -1, 1))) / np.log(256)
    steps = np.round(127 * compressed) / 127
    expanded = np.sign(steps) * np.expm1(np.abs(steps) * np.log(256)) / 255
    return resample(expanded.astype(np.float32), 8000, rate)


def _through_file(sound: Waveform, rate: int, name: str) -> Waveform:
    container, subtype, level = _FILES[name]
    # Opus knows few rates, and all hold 48 kHz.
    file_rate = _OPUS_RATE if name == "opus" else rate
    memory = io.BytesIO()
    sent = np.asarray(soxr.resample(sound, rate, file_rate), np.float32)
    sf.write(memory, sent, file_rate, format=container, subtype=subtype, compression_level=level)
    memory.seek(0)
    back, back_rate = sf.read(memory, dtype="float32")
    return resample(back, back_rate, rate)
