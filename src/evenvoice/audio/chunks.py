"""Containers of chunks (WAV, RF64, W64, AIFF, CAF, AU) and of one (NIST, VOC): where their samples lie, all of them.

A program that writes to a pipe cannot go back and fill in how many samples there are; it leaves 0 or the largest
number. Such a file is whole, and its samples go to the end. Any other size must be true.

Source:
    Multimedia Programming Interface 1.0 (RIFF); EBU Tech 3306 (RF64); Sony's W64 as in libsndfile's ``w64.c``;
    Audio Interchange File Format 1.3; Sun's ``audio_filehdr``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from evenvoice.audio.headers import nist_samples, voc_samples
from evenvoice.audio.source import Source, Spliced

# Some programs count the header into the size of the samples. No more than this may be missing: 2 ms of 16 kHz.
_LACKING = 64
# What programs write where the size is not known yet, or less by the size of a header.
_UNKNOWN = ((0xFFFFFF00, 0xFFFFFFFF), (0x7FFFEF00, 0x80000000))
_BEGINNINGS = (b"RIFF", b"RIFX", b"RF64", b"FORM", b"riff", b"caff", b".snd", b"dns.", b"NIST", b"Crea")
# Of these, libsndfile decodes whatever follows the samples as well.
_TO_THE_END = ("w64", "nist", "voc")
_WHOLE_SAMPLES, _EXTENSIBLE = (1, 3), 0xFFFE  # the codes of PCM and floats in a WAV
# The chunk of samples of a W64.
_W64_DATA = bytes.fromhex("64617461f3acd3118cd100c04f8edb8a")


@dataclass(frozen=True)
class Chunk:
    """A chunk: its name, where its content begins, and how many bytes it should have."""

    name: bytes
    start: int
    size: int


def check_chunks(source: Source, kind: str) -> Spliced | None:
    """Raise unless the samples that the header promises are there; return the file with a true header if need be.

    Args:
        source: The recording.
        kind: ``wav``, ``rf64``, ``w64``, ``aiff``, ``caf``, ``au``, ``nist`` or ``voc``.

    Returns:
        What to decode instead of the file: where the size of a WAV's samples was never filled in, or where the decoder
        would take what follows the samples for samples.

    Raises:
        AudioError: The file is cut short, or something that is not a chunk follows the samples.
    """
    if kind in ("wav", "rf64"):
        return _check_wav(source, kind)
    order = "<" if source.at(0, 4) == b"dns." else ">"
    if kind == "w64":
        data = _w64_samples(source)
    elif kind == "aiff":
        data = _only(source, list(_chunks(source, order)), b"SSND")
    elif kind == "caf":
        data = _caf_samples(source)
    elif kind in ("nist", "voc"):
        place = nist_samples(source) if kind == "nist" else voc_samples(source)
        data = Chunk(b"data", *place) if place else None
    else:
        head = source.at(4, 8)
        data = Chunk(b"data", *struct.unpack(f"{order}II", head)) if len(head) == 8 else None
    if data is not None:
        _check_size(source, data)
        if not _is_unknown(data.size, source.size - data.start):
            _check_behind(source, data, order, ended=kind == "voc")
            end = data.start + data.size
            if kind in _TO_THE_END and source.size > end + 8:
                return Spliced(b"", source.file, 0, end)
    return None


def _check_wav(source: Source, kind: str) -> Spliced | None:
    order = ">" if source.at(0, 4) == b"RIFX" else "<"
    chunks = list(_chunks(source, order))
    data = _only(source, chunks, b"data")
    if data is None:
        return None
    _check_frame(source, chunks, order)
    if kind == "rf64" and data.size == 0xFFFFFFFF:
        long = _find(chunks, b"ds64")
        size = int.from_bytes(source.at(long.start + 8, 8), "little") if long else 0
        data = Chunk(data.name, data.start, size if size < 2**63 else 0xFFFFFFFF)
    rest = source.size - data.start
    if _is_unknown(data.size, rest) and not (data.size == 0 and _ends_in_chunks(source, data.start, order)):
        align = max(1, _align(source, chunks, order))
        whole = rest - rest % align
        if whole == 0 or kind == "rf64":
            return None
        head = source.at(0, data.start - 4) + struct.pack(f"{order}I", min(whole, 0xFFFFFFFF))
        return Spliced(head, source.file, data.start, data.start + whole)
    _check_size(source, data)
    _check_behind(source, data, order)
    return None


def _chunks(source: Source, order: str) -> Iterator[Chunk]:
    """Yield the chunks of a RIFF or FORM, up to the one that leads out of the file."""
    offset = 12
    while len(head := source.at(offset, 8)) == 8:
        name, size = struct.unpack(f"{order}4sI", head)
        yield Chunk(name, offset + 8, size)
        offset += 8 + size + size % 2


def _w64_samples(source: Source) -> Chunk | None:
    """Return the chunk of the samples of a W64, whose sizes count the head of 24 bytes, and are padded to 8."""
    offset = 40
    while len(head := source.at(offset, 24)) == 24:
        size = int.from_bytes(head[16:], "little")
        if head[:16] == _W64_DATA:
            return Chunk(b"data", offset + 24, max(0, size - 24))
        if size < 24:
            return None
        offset += size + -size % 8
    return None


def _caf_samples(source: Source) -> Chunk | None:
    """Return the chunk of the samples of a CAF; -1 stands for a size that was never filled in."""
    offset = 8
    while len(head := source.at(offset, 12)) == 12:
        name, size = struct.unpack(">4sq", head)
        if name == b"data":
            return Chunk(name, offset + 12, 0 if size < 0 else size)
        offset += 12 + max(0, size)
    return None


def _only(source: Source, chunks: list[Chunk], name: bytes) -> Chunk | None:
    """Return the chunk of a name; raise if there are several with content, of which the decoder would take one."""
    if sum(chunk.name == name and chunk.size > 0 for chunk in chunks) > 1:
        raise source.refuse_several("chunks of samples")
    return _find(chunks, name)


def _check_frame(source: Source, chunks: list[Chunk], order: str) -> None:
    """Raise if a WAV says two things about how many bytes its samples take: each would make another sound of it."""
    form = _find(chunks, b"fmt ")
    head = source.at(form.start, 26) if form else b""
    if len(head) < 16:
        return
    code, channels, _, _, align, bits = struct.unpack(f"{order}HHIIHH", head[:16])
    if code == _EXTENSIBLE and len(head) == 26:
        code = struct.unpack(f"{order}H", head[24:])[0]
    wanted = channels * (-(-bits // 8))
    if code in _WHOLE_SAMPLES and align and wanted and align != wanted:
        raise source.refuse(
            f"its header contradicts itself: {channels} x {bits} bits a sample take {wanted} bytes, it says {align}",
            f"convert it: {source.command()}",
        )


def _find(chunks: Iterator[Chunk] | list[Chunk], name: bytes) -> Chunk | None:
    return next((chunk for chunk in chunks if chunk.name == name), None)


def _check_size(source: Source, data: Chunk) -> None:
    """Raise if a chunk leads out of the file, unless its size was never filled in."""
    there = source.size - data.start
    if data.size - there > _LACKING and not _is_unknown(data.size, there):
        raise source.refuse(f"cut off: its header promises {data.size:,} bytes of samples, {max(0, there):,} are there")


def _check_behind(source: Source, data: Chunk, order: str, ended: bool = False) -> None:
    """Raise if another recording, or samples that the header does not count, follow the samples.

    Args:
        source: The recording.
        data: Its samples.
        order: Of the bytes in a number.
        ended: Whether one byte stands behind the samples that says that they have ended.
    """
    offset = data.start + data.size + (1 if ended else data.size % 2)
    if _leads_to_end(source, offset, order) or _leads_to_end(source, offset - data.size % 2, order):
        return
    rest = source.at(offset, 2**16)
    if rest[:4] in _BEGINNINGS:
        raise source.refuse_several()
    if len(rest) > 4096 and rest.strip(b"\0") and rest[:3] not in (b"TAG", b"ID3"):
        raise source.refuse(
            f"holds {source.size - offset:,} bytes behind the {data.size:,} bytes of samples that its header promises"
        )


def _leads_to_end(source: Source, offset: int, order: str) -> bool:
    """Whether chunks follow one another from an offset to the end of the file; the last may be cut."""
    while len(head := source.at(offset, 8)) == 8:
        name, size = struct.unpack(f"{order}4sI", head)
        if name in _BEGINNINGS or not all(32 <= byte < 127 for byte in name):
            return False
        offset += 8 + size + size % 2
    return True


def _ends_in_chunks(source: Source, offset: int, order: str) -> bool:
    """Whether one chunk or more, and nothing else, stand between an offset and the end: then 0 bytes means none."""
    while len(head := source.at(offset, 8)) == 8:
        name, size = struct.unpack(f"{order}4sI", head)
        if not all(32 <= byte < 127 for byte in name) or offset + 8 + size > source.size:
            return False
        offset += 8 + size + size % 2
    return offset >= source.size


def _align(source: Source, chunks: list[Chunk], order: str) -> int:
    """Return how many bytes the samples of all channels take, or a block of them."""
    form = _find(chunks, b"fmt ")
    head = source.at(form.start + 12, 2) if form else b""
    return int(struct.unpack(f"{order}H", head)[0]) if len(head) == 2 else 1


def _is_unknown(size: int, there: int) -> bool:
    """Whether a size was never filled in."""
    return size == 0 or (size > there and any(low <= size <= high for low, high in _UNKNOWN))
