"""Recordings to waveforms: decode (libsndfile, PyAV where installed), check, mix down, resample (soxr).

What cannot be used raises one `AudioError` whose line names the file and the remedy. What was decoded is what the file
holds: a recording that is cut short, damaged, or several in one is refused. Training and recognition decode through
this one room, so that a model never gets a waveform made in another way than those it was trained on.

Each name is imported when it is first used: perturbations, which only training needs, and NumPy and the libraries that
decode, which nothing needs to list corpora or to look for files.
"""

from typing import TYPE_CHECKING

from evenvoice.lazy import lazy_names

if TYPE_CHECKING:
    from evenvoice.audio.perturbation import PERTURBATIONS, open_perturbation
    from evenvoice.audio.recording import (
        LONGEST,
        Clip,
        Recording,
        content_hash,
        decode,
        duration,
        header,
        load,
        open_blocks,
        read,
        read_bytes,
    )
    from evenvoice.audio.samples import SHORTEST, Judge, check_length
    from evenvoice.audio.source import one_line
    from evenvoice.audio.suffixes import SUFFIXES
    from evenvoice.audio.waveform import Waveform, check_chunk, check_waveform, not_floats, resample
else:
    _RECORDING = ("LONGEST", "Clip", "Recording", "content_hash", "decode", "duration", "header", "load", "open_blocks")
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            **dict.fromkeys(("PERTURBATIONS", "open_perturbation"), "perturbation"),
            **dict.fromkeys((*_RECORDING, "read", "read_bytes"), "recording"),
            **dict.fromkeys(("SHORTEST", "Judge", "check_length"), "samples"),
            "one_line": "source",
            "SUFFIXES": "suffixes",
            **dict.fromkeys(("Waveform", "check_chunk", "check_waveform", "not_floats", "resample"), "waveform"),
        },
    )

__all__ = [
    "LONGEST",
    "PERTURBATIONS",
    "SHORTEST",
    "SUFFIXES",
    "Clip",
    "Judge",
    "Recording",
    "Waveform",
    "check_chunk",
    "check_length",
    "check_waveform",
    "content_hash",
    "decode",
    "duration",
    "header",
    "load",
    "not_floats",
    "one_line",
    "open_blocks",
    "open_perturbation",
    "read",
    "read_bytes",
    "resample",
]
