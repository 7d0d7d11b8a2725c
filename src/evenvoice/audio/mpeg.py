"""MPEG audio (MP3, MP2): its frames, counted one by one.

Such a file says nowhere how long it is. A first frame may (``Xing``, ``Info``, ``VBRI``); where none does, decoders
guess from the bit rate of the first frames, and are wrong for a variable one.

Source:
    ISO/IEC 11172-3, 2.4.1.3 and 2.4.2.3 (the header of a frame); 13818-3 (lower rates); the Xing and LAME tags as at
    http://gabriel.mp3-tech.org/mp3infotag.html.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from evenvoice.audio.source import Source

_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}  # MPEG 1, 2, 2.5
# In kbit/s, for (MPEG 1 or not, layer).
_BIT_RATES = {
    (True, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
# Bytes before the first frame, and after the last, that do not make a file a damaged one.
_JUNK = 4096
# Where the VBRI tag begins in its frame.
_VBRI = 36


@dataclass(frozen=True)
class Frame:
    """What the header of a frame says: bytes, samples, Hz, and where the side information of layer III ends."""

    length: int
    samples: int
    rate: int
    layer: int
    side_end: int

    def follows(self, other: Frame) -> bool:
        """Whether both can be of one stream."""
        return (self.samples, self.rate, self.layer) == (other.samples, other.rate, other.layer)


@dataclass(frozen=True)
class Stream:
    """The frames of a file.

    Attributes:
        body: The offset of the first frame with samples.
        end: The offset behind the last frame.
        first: The first frame.
        frames: How many there are, without the one that holds the count.
        announced: How many the first frame says there are; 0 or ``None`` if it does not.
        trimmed: Samples that the encoder added at both ends, and that a decoder leaves out.
    """

    body: int
    end: int
    first: Frame
    frames: int
    announced: int | None
    trimmed: int

    @property
    def samples(self) -> int:
        """How many samples a decoder gives, within a frame or two."""
        return self.frames * self.first.samples - (self.trimmed if self.announced else 0)


def frame(head: bytes) -> Frame | None:
    """Return what the four bytes of a frame's header say, or ``None`` if they are none (or of free format).

    Examples:
        >>> frame(bytes.fromhex("fffb9064"))
        Frame(length=417, samples=1152, rate=44100, layer=3, side_end=36)
    """
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer, no_crc = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3), head[1] & 1
    bit_rate, rate, padding, mono = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1, head[3] >> 6 == 3
    if version == 1 or layer == 4 or bit_rate in (0, 15) or rate == 3:
        return None
    hertz, bits = _RATES[version][rate], 1000 * _BIT_RATES[version == 3, layer][bit_rate]
    if layer == 1:
        length, samples = (12 * bits // hertz + padding) * 4, 384
    else:
        samples = 576 if layer == 3 and version != 3 else 1152
        length = samples // 8 * bits // hertz + padding
    side = (17 if mono else 32) if version == 3 else (9 if mono else 17)
    return Frame(length, samples, hertz, layer, 4 + side + (0 if no_crc else 2))


def skip_tags(source: Source, start: int = 0) -> int:
    """Return the offset behind the ID3v2 tags that begin at ``start``."""
    while (head := source.at(start, 10))[:3] == b"ID3" and len(head) == 10:
        size = (head[6] & 127) << 21 | (head[7] & 127) << 14 | (head[8] & 127) << 7 | head[9] & 127
        start += 10 + size + (10 if head[5] & 16 else 0)
    return start


def find_frames(source: Source) -> int | None:
    """Return the offset of the first of two frames that follow one another, or ``None``."""
    start = skip_tags(source)
    head = source.at(start, _JUNK)
    for offset in range(len(head)):
        if head[offset] != 0xFF or (first := frame(head[offset : offset + 4])) is None:
            continue
        following = source.at(start + offset + first.length, 4)
        second = frame(following)
        if (second and second.follows(first)) or (not following and start + offset + first.length == source.size):
            return start + offset
    return None


def walk(source: Source) -> Stream:
    """Count the frames of a file.

    Raises:
        AudioError: The file is cut short or damaged, or holds several recordings, or less than its first frame says.
    """
    start = find_frames(source)
    first = frame(source.at(start, 4)) if start is not None else None
    if start is None or first is None:
        raise source.refuse("holds no MPEG audio that can be read")
    announced, trimmed = _announcement(source.at(start, first.length), first)
    begin = start if announced is None else start + first.length
    offset, frames = begin, 0
    while (found := frame(source.at(offset, 4))) is not None and found.follows(first):
        if offset + found.length > source.size:
            raise source.refuse("cut off in the middle of a frame")
        if frames and found.layer == 3 and _announcement(source.at(offset, found.length), found)[0] is not None:
            raise source.refuse_several()
        offset += found.length
        frames += 1
    _check_rest(source, offset)
    if announced is not None and announced > 0 and abs(announced - frames) > 2:
        raise source.refuse(f"holds {frames} frames where its first frame promises {announced}: cut off or joined")
    return Stream(begin, offset, first, frames, announced, trimmed)


def silent_frame(source: Source, stream: Stream) -> bytes:
    """Return a frame of silence of the lowest bit rate, to stand before the first.

    A decoder that guesses the length from the bit rate of the first frame then guesses too much instead of too little,
    and decodes up to the end. (A frame with a ``Xing`` tag would tell it the length, but libmpg123 then leaves out 529
    samples.)
    """
    head = bytearray(source.at(stream.body, 4))
    head[1] |= 1  # no checksum
    head[2] = head[2] & 0x0F | 1 << 4
    found = frame(bytes(head))
    return bytes(head).ljust(found.length if found else 0, b"\0")


def _announcement(data: bytes, first: Frame) -> tuple[int | None, int]:
    """Return how many frames a first frame announces (0: it does not say), and the samples to trim; else ``None``."""
    tag = data[first.side_end :]
    if tag[:4] in (b"Xing", b"Info") and len(tag) >= 8:
        (flags,) = struct.unpack(">I", tag[4:8])
        frames = int.from_bytes(tag[8:12], "big") if flags & 1 else 0
        lame = 8 + 4 * (flags & 1) + 4 * (flags >> 1 & 1) + 100 * (flags >> 2 & 1) + 4 * (flags >> 3 & 1)
        trim = tag[lame + 21 : lame + 24]
        if len(trim) == 3 and tag[lame : lame + 4] in (b"LAME", b"Lavc", b"Lavf"):
            return frames, (trim[0] << 4 | trim[1] >> 4) + ((trim[1] & 15) << 8 | trim[2])
        return frames, 0
    if data[_VBRI : _VBRI + 4] == b"VBRI":
        return int.from_bytes(data[_VBRI + 14 : _VBRI + 18], "big"), 0
    return None, 0


def _check_rest(source: Source, offset: int) -> None:
    """Raise unless nothing but tags, zeros or a few bytes stand behind the last frame."""
    while offset < source.size:
        rest = source.at(offset, _JUNK)
        if rest[:3] == b"TAG":
            offset += 128
        elif rest[:8] == b"APETAGEX":
            offset += 32 + int.from_bytes(rest[12:16], "little")
        elif rest[:3] == b"ID3":
            offset = skip_tags(source, offset)
        elif rest[:11] == b"LYRICSBEGIN":
            return
        elif frame(rest[:4]) is not None:
            raise source.refuse_several()
        elif len(rest) < _JUNK or not rest.strip(b"\0"):
            if _frame_within(rest):
                raise source.refuse(f"damaged at byte {offset}")
            offset += len(rest)
        else:
            raise source.refuse(f"damaged at byte {offset}")


def _frame_within(data: bytes) -> bool:
    """Whether two frames follow one another in a few bytes."""
    for offset in range(len(data) - 3):
        found = frame(data[offset : offset + 4]) if data[offset] == 0xFF else None
        if found is not None and frame(data[offset + found.length : offset + found.length + 4]) is not None:
            return True
    return False
