"""Files and bytes that may hold sound: opened with libsndfile, or else what a person can do about them."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path
from typing import BinaryIO

import soundfile

from evenvoice.audio.waveform import LEAVE_OUT
from evenvoice.errors import AudioError

_LOSSLESS = (".wav", ".flac", ".w64", ".rf64", ".aiff", ".aif", ".aifc", ".au", ".snd", ".caf")
_LOSSY = (".ogg", ".oga", ".opus", ".mp3", ".mp2")
# Found all the same, so that `load` can say how to convert them.
_UNREADABLE = (".m4a", ".aac", ".wma", ".amr", ".webm", ".mka")
# In this order: where an utterance is there in two containers, the earlier is taken.
SUFFIXES = (*_LOSSLESS, *_LOSSY, *_UNREADABLE)

# So many first bytes tell what a file is; these open the containers that libsndfile knows.
HEAD = 512
_CONTAINERS = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"FORM", b"ID3")


def head_of(file: Path) -> bytes:
    """Return the first bytes of a file, or raise the `AudioError` that says why there are none."""
    try:
        # A pipe would be waited for, and could be read only once.
        if not file.is_dir() and not stat.S_ISREG(file.stat().st_mode):
            raise AudioError(f"{file}: not a regular file; save the recording to a file first")
        with file.open("rb") as handle:
            head = handle.read(HEAD)
    except FileNotFoundError as error:
        raise AudioError(f"{file}: no such file; check the path") from error
    except IsADirectoryError as error:
        raise AudioError(f"{file}: a folder, not a recording; name the files in it") from error
    except OSError as error:
        raise AudioError(f"{file}: cannot be read ({error.strerror}); check its permissions") from error
    if not head:
        raise AudioError(f"{file}: empty (0 bytes); {LEAVE_OUT}")
    return head


def refuse_headerless(file: Path) -> None:
    """Raise for ``.raw``, which soundfile takes for samples without a header, of unknown rate."""
    if file.suffix.lower() == ".raw":
        command = _ffmpeg(file, "-f s16le -ar 16000 -ac 1 ")
        raise AudioError(f"{file}: samples without a header; say what they are, for example: {command}")


def open_sound(source: Path | BinaryIO, name: str, head: bytes) -> soundfile.SoundFile:
    """Open with libsndfile, or raise what a person can do about it."""
    try:
        # As bytes, because soundfile refuses a str with characters that are no UTF-8 (old archives hold such names).
        return soundfile.SoundFile(os.fsencode(source) if isinstance(source, Path) and os.name == "posix" else source)
    except soundfile.SoundFileError as error:
        command = _ffmpeg(source if isinstance(source, Path) else Path("recording"))
        if head.startswith(_CONTAINERS):
            problem = f"cannot be opened ({reason(error)}): cut off, or a codec that libsndfile lacks"
            raise AudioError(f"{name}: {problem}; try {command}, or leave it out") from error
        if _is_text(head):
            raise AudioError(f"{name}: holds text, not audio; {LEAVE_OUT}") from error
        raise AudioError(f"{name}: not a format that libsndfile reads; convert it: {command}") from error


def _is_text(head: bytes) -> bool:
    """Tell text from sound by its first bytes, the last of which may be half a character."""
    words = head.decode(errors="ignore")
    whole = len(words.encode()) >= len(head) - 3
    return whole and all(character.isprintable() or character in "\r\n\t\ufeff" for character in words)


def reason(error: soundfile.SoundFileError) -> str:
    """Return libsndfile's own words, without the file name that soundfile puts before them."""
    words = getattr(error, "error_string", str(error))
    return str(words).strip().removeprefix("Error : ").rstrip(".")


def _ffmpeg(file: Path, options: str = "") -> str:
    """Return the command that converts a recording to WAV, ready to be pasted into a shell."""
    target = file.with_suffix(".wav")
    if file.suffix.lower() == ".wav":
        target = file.with_name(f"{file.stem}-converted.wav")
    # A leading dash would be read as an option.
    source, result = (shlex.quote(f"./{path}" if str(path).startswith("-") else str(path)) for path in (file, target))
    return f"ffmpeg {options}-i {source} {result}"
