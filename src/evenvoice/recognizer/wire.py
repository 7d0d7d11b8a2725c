"""The encoding of protocol buffers, in which ONNX files are written: just enough to see what is in one.

Source:
    https://protobuf.dev/programming-guides/encoding
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from evenvoice.errors import EvenvoiceError

DAMAGED = "damaged or cut off; export or download it again"


# Kinds of fields: an integer of variable length, a length with so many bytes after it, and numbers of 8 or 4 bytes.
INTEGER, BYTES = 0, 2
FIXED = {1: 8, 5: 4}


class Field(NamedTuple):
    """A field of a message.

    Attributes:
        number: Which one.
        kind: `INTEGER`, `BYTES`, or one of `FIXED`.
        content: Its value; of an integer, its encoding.
        whole: Its whole encoding.
    """

    number: int
    kind: int
    content: memoryview
    whole: memoryview


def fields(message: memoryview, name: str) -> Iterator[Field]:
    """Yield the fields of a message, in their order.

    Args:
        message: The message.
        name: What error messages call the file.

    Raises:
        EvenvoiceError: The bytes are not a message.

    Examples:
        >>> [(field.number, bytes(field.content)) for field in fields(memoryview(bytes([7 << 3 | 2, 1, 65])), "a")]
        [(7, b'A')]
    """
    position, end = 0, len(message)
    while position < end:
        start = position
        tag, position = _integer(message, position, name)
        begin, kind = position, tag & 7
        if kind == BYTES:
            size, begin = _integer(message, position, name)
            position = begin + size
        elif kind == INTEGER:
            _, position = _integer(message, position, name)
        elif kind in FIXED:
            position += FIXED[kind]
        else:
            raise EvenvoiceError(f"{name}: not an ONNX model, or {DAMAGED}")
        if position > end:
            raise EvenvoiceError(f"{name}: not an ONNX model, or {DAMAGED}")
        yield Field(tag >> 3, kind, message[begin:position], message[start:position])


def _integer(message: memoryview, position: int, name: str) -> tuple[int, int]:
    """Return an integer of variable length (seven bits a byte, the lowest first) and the position behind it."""
    if position < len(message) and message[position] < 0x80:  # most are of one byte
        return message[position], position + 1
    value = 0
    for shift, byte in enumerate(message[position : position + 10]):
        value |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            return value, position + shift + 1
    raise EvenvoiceError(f"{name}: not an ONNX model, or {DAMAGED}")
