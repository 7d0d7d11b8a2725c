"""MP4, WebM and AVI: their outer boxes, counted, because FFmpeg stops at the end of a cut file and says nothing.

Source:
    ISO/IEC 14496-12, 4.2 (boxes of MP4); RFC 8794 (EBML) and RFC 9559 (Matroska, of which WebM is a part).
"""

from __future__ import annotations

from evenvoice.audio.source import Source

# EBML elements that hold others and need not say how long they are: the segment, a cluster.
_OPEN = (0x18538067, 0x1F43B675)


def check_mp4(source: Source) -> bool:
    """Raise unless all boxes are there, once; return whether the recording is in fragments.

    Raises:
        AudioError: The file is cut short, or holds several recordings.
    """
    offset, names = 0, list[bytes]()
    while len(head := source.at(offset, 16)) >= 8:
        size, name = int.from_bytes(head[:4], "big"), head[4:8]
        if size == 1:
            size = int.from_bytes(head[8:], "big")
        if name == b"moov" and name in names:
            raise source.refuse_several()
        names.append(name)
        if size == 0:  # up to the end
            break
        if size < 8 or not all(32 <= byte < 127 or byte == 0xA9 for byte in name):
            break  # something else was appended
        if offset + size > source.size:
            raise _cut_off(source)
        offset += size
    if b"moov" not in names:
        raise _cut_off(source)
    return b"moof" in names


def check_matroska(source: Source) -> None:
    """Raise unless the last element is whole.

    Raises:
        AudioError: The file is cut short.
    """
    offset = 0
    while offset < source.size:
        head = source.at(offset, 12)
        name_length = _length(head)
        size_length = _length(head[name_length:]) if 0 < name_length <= 4 else 0
        if not 0 < size_length <= 8 or len(head) < name_length + size_length:
            if source.size - offset < 12:
                raise _cut_off(source)
            return  # something else was appended
        name = int.from_bytes(head[:name_length], "big")
        unknown = 1 << 7 * size_length
        size = int.from_bytes(head[name_length : name_length + size_length], "big") & (unknown - 1)
        begin = offset + name_length + size_length
        if size != unknown - 1 and begin + size > source.size:
            raise _cut_off(source)
        offset = begin if name in _OPEN else begin + size


def check_avi(source: Source) -> None:
    """Raise unless each RIFF is whole: AVI may have several.

    Raises:
        AudioError: The file is cut short.
    """
    offset = 0
    while (head := source.at(offset, 12))[:4] == b"RIFF":
        size = int.from_bytes(head[4:8], "little")
        if 0 < size < 0xFFFFFFFF and offset + 8 + size > source.size:
            raise _cut_off(source)
        offset += 8 + size + size % 2


def _length(head: bytes) -> int:
    """Return how many bytes a number of variable length takes: one more than zeros lead its first byte."""
    return 9 - head[0].bit_length() if head else 0


def _cut_off(source: Source) -> Exception:
    return source.refuse("cut off: its boxes lead out of the file")
