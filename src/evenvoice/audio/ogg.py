"""Ogg: its pages, read one by one, because a decoder stops at the first gap and says nothing.

Source:
    RFC 3533, section 6 (the page and its checksum).
"""

from __future__ import annotations

import struct
import zlib

from evenvoice.audio.source import Source

_HEAD = 27
_CONTINUED, _FIRST, _LAST = 1, 2, 4

# Ogg's checksum is the CRC-32 of zlib with the bits of each byte, and of the result, the other way round.
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def check_pages(source: Source) -> None:
    """Raise unless a file holds one whole Ogg stream: every page there, sound and in its place.

    Raises:
        AudioError: The file is cut short or damaged, or holds several recordings.
    """
    offset, serials, body_begun = 0, dict[int, int](), False
    while offset < source.size:
        head = source.at(offset, _HEAD + 255)
        if head[:4] != b"OggS":
            if offset and not source.at(offset, 4096).strip(b"\0"):
                return  # padded with zeros
            raise source.refuse(f"damaged or cut off at byte {offset}")
        if len(head) < _HEAD or len(head) < _HEAD + head[26]:
            raise source.refuse("cut off in the middle of a page")
        flags, serial, number = head[5], *struct.unpack("<II", head[14:22])
        length = _HEAD + head[26] + sum(head[_HEAD : _HEAD + head[26]])
        if offset + length > source.size:
            raise source.refuse("cut off in the middle of a page")
        if checksum(source.at(offset, length)) != struct.unpack("<I", head[22:26])[0]:
            raise source.refuse(f"damaged in the page at byte {offset} (its checksum differs)")
        if flags & _FIRST and body_begun:
            raise source.refuse_several()
        if not flags & _FIRST:
            body_begun = True
            if serial not in serials or number > serials[serial] + 1:
                raise source.refuse(f"lacks the pages before byte {offset}")
        serials[serial] = number
        offset += length


def checksum(page: bytes) -> int:
    """Return the checksum of a page, whose own field for it counts as zero.

    Examples:
        >>> page = b"OggS" + bytes(23)
        >>> checksum(page + b"x") != checksum(page + b"y")
        True
    """
    blank = page[:22] + bytes(4) + page[26:]
    found = zlib.crc32(blank.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{found:032b}"[::-1], 2)
