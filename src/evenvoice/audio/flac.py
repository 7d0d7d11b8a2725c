"""FLAC: where its last frame ends, because a decoder stops where the header says, whether more follows or not.

Source:
    RFC 9639, 8.2 (the block of stream information) and 9.1 to 9.3 (a frame, its header and its checksums).
"""

from __future__ import annotations

import functools
import re

import numpy as np
import numpy.typing as npt

from evenvoice.audio.mpeg import skip_tags
from evenvoice.audio.source import Source

_MARKER = b"fLaC\0\0\0\x22"  # the head of the block that comes first, of 34 bytes
_TAIL = 2**16
_SYNCHRONISATION = re.compile(rb"\xff[\xf8\xf9]")  # what a frame begins with
_REACH = 256  # bytes that a checksum sums at once


def check_flac(source: Source) -> None:
    """Raise if a file holds more than its header says: a second recording, or frames behind those that it counts.

    Raises:
        AudioError: It does.
    """
    start = skip_tags(source)
    _refuse_joined(source, start + 4)
    information = source.at(start + 8, 34)
    if len(information) < 34:
        return
    promised = int.from_bytes(information[13:18], "big") & 0xFFFFFFFFF
    block = int.from_bytes(information[2:4], "big")
    found = _end_of_last_frame(source, block)
    if found is not None and 0 < promised < found:
        raise source.refuse(f"its header promises {promised:,} samples, and {found:,} are there")


def _refuse_joined(source: Source, begin: int) -> None:
    """Raise for two FLAC files in one: the decoder would stop after the first."""
    kept = b""
    while data := source.at(begin, 2**20):
        if _MARKER in kept + data:
            raise source.refuse_several()
        begin, kept = begin + len(data), data[-7:]


def _end_of_last_frame(source: Source, block: int) -> int | None:
    """Return the number of samples up to the end of the last frame; ``None`` if the file does not end with one."""
    tail = source.at(max(0, source.size - _TAIL), _TAIL)
    for begin in reversed([found.start() for found in _SYNCHRONISATION.finditer(tail)]):
        if end := _frame_end(tail[begin:], block):
            return end
    return None


def _frame_end(frame: bytes, block: int) -> int | None:
    """Return which sample comes behind a frame that takes all of some bytes; ``None`` if they are none."""
    if len(frame) < 10 or frame[1] & 0xFE != 0xF8 or not frame[2] >> 4 or frame[2] & 15 == 15 or frame[3] & 1:
        return None
    if frame[4] == 0xFF:  # no first byte of such a number
        return None
    length = max(1, 8 - (frame[4] ^ 0xFF).bit_length())  # of the number, coded like UTF-8
    if length > 7:
        return None
    number = frame[4] & (0x7F if length == 1 else (1 << 7 - length) - 1)
    for byte in frame[5 : 4 + length]:
        number = number << 6 | byte & 0x3F
    code, at = frame[2] >> 4, 4 + length
    wide = {6: 1, 7: 2}.get(code, 0)
    if code == 1:
        size = 192
    elif wide:
        size = 1 + int.from_bytes(frame[at : at + wide], "big")
    else:
        size = 576 << code - 2 if code < 6 else 256 << code - 8
    at += wide + {12: 1, 13: 2, 14: 2}.get(frame[2] & 15, 0)
    if len(frame) < at + 3 or checksum(frame[:at]) != frame[at]:
        return None
    if checksum_of_frame(frame[:-2]) != int.from_bytes(frame[-2:], "big"):
        return None
    return (number if frame[1] & 1 else number * block) + size


def checksum(data: bytes) -> int:
    """Return the checksum of a header: 8 bits, polynomial x⁸ + x² + x + 1, beginning with 0.

    Examples:
        >>> checksum(b"123456789")
        244
    """
    table, value = _table(0x07, 8), 0
    for byte in data:
        value = int(table[value ^ byte])
    return value


def checksum_of_frame(data: bytes) -> int:
    """Return the checksum of a frame: 16 bits, polynomial x¹⁶ + x¹⁵ + x² + 1, beginning with 0.

    A checksum is linear: it is the sum, without carry, of what each byte gives by its distance from the end. So NumPy
    sums blocks of bytes at once, and what was summed before enters a block as two bytes more at its beginning.

    Examples:
        >>> checksum_of_frame(b"123456789") == 0xFEE8
        True
    """
    given = _by_distance()
    # Zeros in front change nothing.
    values = np.frombuffer(bytes(-len(data) % _REACH) + data, np.uint8).reshape(-1, _REACH)
    total = 0
    for block in np.bitwise_xor.reduce(given[np.arange(_REACH), values], axis=1):
        total = int(block ^ given[0, total >> 8] ^ given[1, total & 0xFF])
    return total


@functools.cache
def _by_distance() -> npt.NDArray[np.uint16]:
    """Return what each byte at each place of a block gives to the checksum behind the block: ``[_REACH, 256]``."""
    table = _table(0x8005, 16)
    given = [table]
    for _ in range(_REACH - 1):
        given.append(given[-1] << 8 ^ table[given[-1] >> 8])
    return np.stack(given[::-1])


@functools.cache
def _table(polynomial: int, bits: int) -> npt.NDArray[np.uint16]:
    """Return what each byte does to a checksum."""
    table = []
    for byte in range(256):
        value = byte << bits - 8
        for _ in range(8):
            value = (value << 1 ^ (polynomial if value >> bits - 1 else 0)) & ((1 << bits) - 1)
        table.append(value)
    return np.array(table, np.uint16)
