"""NIST SPHERE and Creative Voice: where the samples that their headers promise begin and end.

Source:
    The headers of NIST's SPHERE 2.6 (``sample_count`` counts each channel); Creative Labs' VOC, blocks 0, 1 and 9.
"""

from __future__ import annotations

import re

from evenvoice.audio.source import Source

_FIELD = re.compile(rb"^(\w+) -i (\d+)\s*$", re.MULTILINE)
# Blocks of a VOC with samples, and how many bytes of them describe these.
_SOUND = {1: 2, 9: 12}


def nist_samples(source: Source) -> tuple[int, int] | None:
    """Return where the samples of a SPHERE file begin, and how many bytes they take; ``None`` if it does not say."""
    words = source.at(8, 8).strip()
    if not words.isdigit():
        return None
    start = int(words)
    fields = {name: int(value) for name, value in _FIELD.findall(source.at(0, min(start, 2**16)))}
    frames, width = fields.get(b"sample_count", 0), fields.get(b"sample_n_bytes", 0)
    size = frames * width * fields.get(b"channel_count", 1)
    return (start, size) if size else None


def voc_samples(source: Source) -> tuple[int, int] | None:
    """Return where the samples of a VOC begin, and how many bytes they take; ``None`` if they are in several blocks."""
    offset, found = int.from_bytes(source.at(20, 2), "little"), None
    while len(head := source.at(offset, 4)) == 4 and head[0]:
        size = int.from_bytes(head[1:], "little")
        if head[0] in _SOUND and size >= _SOUND[head[0]]:
            if found:
                return None
            found = offset + 4 + _SOUND[head[0]], size - _SOUND[head[0]]
        offset += 4 + size
    return found
