"""The one list of suffixes under which recordings are looked for in folders."""

from __future__ import annotations

_LOSSLESS = (
    ".wav", ".wave", ".flac", ".w64", ".rf64", ".bwf", ".aiff", ".aif", ".aifc", ".au", ".snd", ".caf",
    ".sph", ".nist", ".voc",
)  # fmt: skip
_LOSSY = (".ogg", ".oga", ".opus", ".spx", ".mp3", ".mp2", ".mpga")
# PyAV reads most of these, where it is installed.
_MEDIA = (
    ".m4a", ".m4b", ".mp4", ".aac", ".wma", ".amr", ".awb", ".3gp", ".3g2", ".webm", ".mka", ".mkv", ".mov", ".avi",
    ".ac3", ".ape", ".wv", ".tta",
)  # fmt: skip
# Samples without a header. They are found all the same, so that `load` can say what to do.
_HEADERLESS = (".raw", ".pcm", ".vox", ".gsm")

SUFFIXES = (*_LOSSLESS, *_LOSSY, *_MEDIA, *_HEADERLESS)
"""Suffixes of recordings, in lower case. Where an utterance is there in two containers, the earlier is taken."""
