"""Uploads that are damaged in every way that we can think of: a stream of them, the same for the same seed."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

import numpy as np

from tests.serve.uploads import encode, noise

Upload = tuple[str, bytes]  # content type and body

KINDS = [
    ("WAV", "PCM_16"), ("WAV", "FLOAT"), ("WAV", "IMA_ADPCM"), ("WAV", "GSM610"), ("WAVEX", "PCM_24"),
    ("W64", "PCM_32"), ("RF64", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"),
    ("MP3", "MPEG_LAYER_III"), ("AIFF", "PCM_16"), ("AU", "ULAW"), ("CAF", "PCM_16"), ("CAF", "ALAC_16"),
    ("NIST", "PCM_16"), ("VOC", "PCM_16"), ("MAT5", "DOUBLE"), ("SVX", "PCM_16"), ("PAF", "PCM_16"),
    ("IRCAM", "PCM_16"), ("HTK", "PCM_16"), ("AVR", "PCM_16"), ("XI", "DPCM_16"), ("SDS", "PCM_16"),
    ("PVF", "PCM_16"), ("MPC2K", "PCM_16"),
]  # fmt: skip
# What is put over a field of a header: none, one, most, minus one, and the edges of signed numbers.
_EXTREMES = [struct.pack(code, value) for code in ("<I", ">I") for value in (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)]
_EXTREMES += [b"\xff" * 8, b"\0" * 8, b"\x7f" + b"\xff" * 7]

Damage = Callable[[bytes, np.random.Generator], bytes]


def _cut(content: bytes, random: np.random.Generator) -> bytes:
    return content[: random.integers(len(content))]


def _flip(content: bytes, random: np.random.Generator) -> bytes:
    changed = bytearray(content)
    for place in random.integers(len(content), size=random.integers(1, 60)):
        changed[place] ^= int(random.integers(1, 256))
    return bytes(changed)


def _overwrite_header(content: bytes, random: np.random.Generator) -> bytes:
    changed = bytearray(content)
    for place in random.integers(min(len(content), 100), size=random.integers(1, 4)):
        value = _EXTREMES[random.integers(len(_EXTREMES))]
        changed[place : place + len(value)] = value
    return bytes(changed)


def _leave_out(content: bytes, random: np.random.Generator) -> bytes:
    first, last = sorted(random.integers(len(content), size=2))
    return content[:first] + content[last:]


def _repeat(content: bytes, random: np.random.Generator) -> bytes:
    place = random.integers(len(content))
    return content[:place] + content[: random.integers(len(content))] * 2 + content[place:]


def _random(content: bytes, random: np.random.Generator) -> bytes:
    return content[: random.integers(16)] + random.bytes(random.integers(5000))


DAMAGES: list[Damage] = [_cut, _flip, _overwrite_header, _leave_out, _repeat, _random]


def _form(content: bytes, random: np.random.Generator) -> Upload:
    """A form around it, itself damaged as often as not."""
    boundary = b"x" * int(random.integers(1, 80))
    form = (
        b"--" + boundary + b'\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n'
        b"Content-Type: audio/wav\r\n\r\n" + content + b"\r\n--" + boundary + b"--\r\n"
    )  # fmt: skip
    if random.random() < 0.5:
        form = DAMAGES[random.integers(len(DAMAGES))](form, random)
    kind = random.choice(["multipart/form-data; boundary=", 'multipart/form-data; charset="\xff"; boundary='])
    return f"{kind}{boundary.decode()}", form


def malformed(count: int, seed: int = 0) -> Iterator[Upload]:
    """Yield damaged uploads: recordings in each container, headers with extreme values, forms, bytes."""
    random = np.random.default_rng(seed)
    sounds = [encode(noise(0.2, 8000), 8000, format=container, subtype=subtype) for container, subtype in KINDS]
    for number in range(count):
        content = sounds[number % len(sounds)]
        for _ in range(random.integers(1, 3)):
            content = DAMAGES[random.integers(len(DAMAGES))](content or b"0", random)
        yield _form(content or b"0", random) if random.random() < 0.3 else ("audio/wav", content)
