"""An upload to a waveform, refused by its header where it would take more than it may."""

from __future__ import annotations

import io

import soundfile

from evenvoice.audio import Waveform, decode
from evenvoice.errors import AudioError
from evenvoice.serve.limits import LOWEST_RATE, Limits
from evenvoice.serve.refused import RefusedError

_NAME = "the upload"


def decode_upload(recording: io.BytesIO, rate: int, limits: Limits) -> Waveform:
    """Return the waveform of an upload, float32 ``[n]`` at ``rate`` Hz; see `evenvoice.audio.decode`.

    Raises:
        RefusedError: 413 longer than it may be, 415 no audio that libsndfile reads, 422 audio that cannot be used.
    """
    known = _check_header(recording, limits)
    try:
        return decode(recording, rate=rate, name=_NAME)
    except AudioError as error:
        raise RefusedError(422 if known else 415, str(error)) from error


def _check_header(recording: io.BytesIO, limits: Limits) -> bool:
    """Refuse what its header says is too long, before it is unpacked; return whether it has a header at all."""
    try:
        with soundfile.SoundFile(recording) as sound:
            frames, rate, channels = int(sound.frames), int(sound.samplerate), int(sound.channels)
    except soundfile.SoundFileError:
        return False  # `decode` has the words for it
    finally:
        recording.seek(0)
    if frames > limits.seconds * rate:
        raise RefusedError(
            413, f"{_NAME}: lasts {frames / rate:.4g} s, at most {limits.seconds:g} s; send a shorter part"
        )
    if frames * channels > limits.samples:
        raise RefusedError(
            413,
            f"{_NAME}: holds {frames * channels:,} samples ({channels} channels at {rate} Hz), at most "
            f"{limits.samples:,}; send it in mono at 16 kHz",
        )
    if rate < LOWEST_RATE:
        raise RefusedError(
            422, f"{_NAME}: its sample rate is {rate} Hz, expected {LOWEST_RATE} Hz or more; send it at 16 kHz"
        )
    return True
