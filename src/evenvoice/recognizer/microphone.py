"""A microphone as chunks for `Recognizer.stream`; nothing of it is stored. It needs sounddevice (extra ``listen``)."""

from __future__ import annotations

import math
import queue
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from evenvoice.audio import Waveform, one_line
from evenvoice.errors import EvenvoiceError

# What is not analysed yet, in seconds: beyond it the machine is too slow for the hop.
_MOST_BEHIND = 10.0
_CHUNKS_A_SECOND = 20


@contextmanager
def open_microphone(device: str | None = None, seconds: float = math.inf) -> Iterator[tuple[int, Iterator[Waveform]]]:
    """Open a microphone; give its sample rate in Hz, and its chunks as they are recorded, float32 ``[n]``.

    Args:
        device: Its number, or a part of its name; the system's own choice if not given.
        seconds: How long it is listened to.

    Raises:
        MissingExtraError: sounddevice is not installed.
        EvenvoiceError: There is no such microphone, or it cannot be opened; or chunks are taken too slowly.
    """
    sounddevice = _sounddevice()
    waiting: queue.Queue[Waveform] = queue.Queue(round(_MOST_BEHIND * _CHUNKS_A_SECOND))
    late: list[bool] = []

    def take(samples: Any, *_: object) -> None:
        try:
            waiting.put_nowait(np.array(samples[:, 0], np.float32))
        except queue.Full:
            late.append(True)

    def chunks(left: float) -> Iterator[Waveform]:
        while not late:
            part = waiting.get()
            yield part[: round(min(left, part.size))]
            left -= part.size
            if left <= 0:
                return
        raise EvenvoiceError(
            f"the microphone: this machine is more than {_MOST_BEHIND:g} s behind; take a longer --hop"
        )

    chosen: int | str | None = int(device) if device is not None and device.isdecimal() else device
    with ExitStack() as stack:
        try:
            rate = int(sounddevice.query_devices(chosen, "input")["default_samplerate"])
            stream = sounddevice.InputStream(
                rate, blocksize=rate // _CHUNKS_A_SECOND, device=chosen, channels=1, dtype="float32", callback=take
            )
            stack.enter_context(stream)
        except (sounddevice.PortAudioError, ValueError) as error:
            named = "no microphone" if device is None else f"microphone {one_line(device)}"
            raise EvenvoiceError(
                f"{named}: cannot be opened ({one_line(str(error))}); connect one, or choose among "
                "`evenvoice listen --devices`"
            ) from error
        yield rate, chunks(seconds * rate)  # what goes wrong from here on is not the opening


def microphones() -> list[str]:
    """Return the number and the name of each microphone.

    Raises:
        MissingExtraError: sounddevice is not installed.
        EvenvoiceError: Its library cannot be loaded.
    """
    devices = _sounddevice().query_devices()
    return [f"{number}: {one_line(each['name'])}" for number, each in enumerate(devices) if each["max_input_channels"]]


def _sounddevice() -> Any:
    try:
        import sounddevice
    except OSError as error:
        raise EvenvoiceError(
            f"the microphone: sounddevice finds no PortAudio ({error}); install it, for example: apt install "
            "libportaudio2"
        ) from error
    return sounddevice
