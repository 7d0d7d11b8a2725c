"""Frames one behind the other, without a container (AAC, AC-3, AMR): FFmpeg passes over the last where it is cut.

Source:
    ISO/IEC 13818-7, 6.2 (ADTS); ETSI TS 102 366, table 4.13 and E.1.3.1.3 (AC-3, E-AC-3); RFC 4867, 5.3 (AMR).
"""

from __future__ import annotations

from evenvoice.audio.mpeg import skip_tags
from evenvoice.audio.source import Source

_AC3_RATES = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)  # kbit/s
_AMR = {
    b"#!AMR\n": (12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0),
    b"#!AMR-WB\n": (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0),
}  # bytes behind the first of a frame, by its type


def check_frames(source: Source, kind: str) -> None:
    """Raise if the last frame leads out of the file; what is no frame is FFmpeg's to judge.

    Args:
        source: The recording.
        kind: ``aac``, ``ac3`` or ``amr``.

    Raises:
        AudioError: The file is cut short.
    """
    offset = skip_tags(source)
    sizes: tuple[int, ...] = ()
    if kind == "amr":
        magic = next((magic for magic in _AMR if source.at(0, 9).startswith(magic)), None)
        if magic is None:
            return
        offset, sizes = len(magic), _AMR[magic]
    while head := source.at(offset, 7):
        size = {"aac": _adts, "ac3": _ac3}[kind](head) if kind != "amr" else 1 + sizes[head[0] >> 3 & 15]
        if not size:
            if len(head) == 7:
                return  # a tag, or damage
            size = len(head) + 1
        offset += size
    if offset > source.size:
        raise source.refuse("cut off in the middle of a frame")


def _adts(head: bytes) -> int:
    """Return the bytes of a frame of AAC, 0 if it is none."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return 0
    return (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5


def _ac3(head: bytes) -> int:
    """Return the bytes of a frame of AC-3 or E-AC-3, 0 if it is none."""
    if len(head) < 7 or head[:2] != b"\x0b\x77":
        return 0
    if head[5] >> 3 > 10:  # E-AC-3
        return 2 * (1 + ((head[2] & 7) << 8 | head[3]))
    rate, code = head[4] >> 6, head[4] & 63
    if rate == 3 or code >= 2 * len(_AC3_RATES):
        return 0
    kilobits = _AC3_RATES[code // 2]
    return 2 * (kilobits * 2, kilobits * 320 // 147 + code % 2, kilobits * 3)[rate]
