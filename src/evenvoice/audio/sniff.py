"""What a file is, by its first bytes and never by its suffix.

Source:
    The magic numbers of libsndfile's ``guess_file_type`` and of FFmpeg's demuxers.
"""

from __future__ import annotations

from evenvoice.audio.mpeg import find_frames, skip_tags
from evenvoice.audio.source import Source

# libsndfile knows these. Others that it would guess from a suffix are samples without a header: they are refused.
_SNDFILE = {
    b"RIFF": "wav", b"RIFX": "wav", b"RF64": "rf64", b"BW64": "rf64", b"riff": "w64", b"FORM": "aiff", b"fLaC": "flac",
    b"OggS": "ogg", b".snd": "au", b"dns.": "au", b"caff": "caf", b"NIST_1A": "nist", b"Creative Voice File": "voc",
}  # fmt: skip

# FFmpeg knows these, by its own names.
_MEDIA = {
    b"\x1a\x45\xdf\xa3": "matroska", b"#!AMR": "amr", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": "asf", b"\x0b\x77": "ac3",
    b"MAC ": "ape", b"wvpk": "wv", b"TTA1": "tta",
}  # fmt: skip

_HEAD = 512


def sniff(source: Source) -> tuple[str, str]:
    """Return what reads a recording, ``sndfile`` or ``media``, and its format.

    Raises:
        AudioError: It is not a recording, or its format cannot be read here.
    """
    head = source.at(0, _HEAD)
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "media", "avi"
    for magic, kind in _SNDFILE.items():
        if head.startswith(magic):
            return "sndfile", kind
    for magic, kind in _MEDIA.items():
        if head.startswith(magic):
            return "media", kind
    if head[4:8] in (b"ftyp", b"moov", b"wide", b"mdat") or head[4:12] == b"free\0\0\0\0":
        return "media", "mov"
    return _tagged(source, head)


def _tagged(source: Source, head: bytes) -> tuple[str, str]:
    """Return what stands behind ID3 tags, or without a header: MPEG and AAC frames, FLAC."""
    start = skip_tags(source)
    body = source.at(start, _HEAD)
    if start and body.startswith(b"fLaC"):
        return "sndfile", "flac"
    if _is_adts(source, start):
        return "media", "aac"
    if find_frames(source) is not None:
        return "sndfile", "mp3"
    if start:
        raise source.refuse("holds a tag (ID3) and no audio that can be read")
    if _is_text(head):
        raise source.refuse("holds text, not audio")
    if source.path is not None and source.path.suffix.lower() in (".raw", ".pcm", ".vox", ".gsm", ".au", ".snd"):
        command = source.command("-f s16le -ar 16000 -ac 1 ")
        raise source.refuse("samples without a header", f"say what they are, for example: {command}")
    raise source.refuse("not a format that evenvoice reads", f"convert it: {source.command()}")


def _is_adts(source: Source, start: int) -> bool:
    """Whether two AAC frames with ADTS headers follow one another."""
    head = source.at(start, 7)
    if not _adts_header(head):
        return False
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    following = source.at(start + length, 7)
    return length >= 7 and (not following or _adts_header(following))


def _adts_header(head: bytes) -> bool:
    return len(head) == 7 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0 and (head[2] >> 2) & 15 < 13


def _is_text(head: bytes) -> bool:
    """Tell text from sound by its first bytes, the last of which may be half a character."""
    words = head.decode(errors="ignore")
    whole = len(words.encode()) >= len(head) - 3
    return whole and all(character.isprintable() or character in "\r\n\t\ufeff" for character in words)
