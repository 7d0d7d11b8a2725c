"""The recordings that a command names: files, folders and standard input, found one after the other."""

from __future__ import annotations

import io
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, cast

import numpy as np

from evenvoice.audio import SUFFIXES, Waveform, check_waveform, decode, load, open_blocks, read_bytes, resample
from evenvoice.errors import AudioError, EvenvoiceError, nearest
from evenvoice.files import each_file_under
from evenvoice.recognizer.addresses import fetch, is_address, refused
from evenvoice.recognizer.elsewhere import Elsewhere, is_elsewhere, open_elsewhere

STANDARD_INPUT = "-"
_CALLED = "standard input"

# The most bytes to take from a pipe at once; what is there is taken, and no more is waited for.
_PIECE = 2**16

# An hour and a half of WAV at CD quality. A pipe that never ends would fill the memory.
_LARGEST = 2**30

# In seconds. One answer for more than half an hour says nothing; a timeline may be of a whole day.
LONGEST_WHOLE, LONGEST_TIMELINE = 1800.0, 86400.0

# Coding of headerless samples, as ffmpeg names it → numpy's type, and its full scale.
_CODINGS = {"s16le": ("<i2", 2.0**15), "s32le": ("<i4", 2.0**31), "f32le": ("<f4", 1.0)}


@dataclass(frozen=True)
class Raw:
    r"""How headerless mono samples on standard input are to be read.

    Args:
        rate: Sample rate in Hz, from 1000 to 1,000,000.
        coding: ``s16le``, ``s32le`` or ``f32le``, as ffmpeg names them.

    Raises:
        EvenvoiceError: An impossible rate, or an unknown coding.

    Examples:
        >>> Raw(16000).samples(b"\x00\x40\x00\xc0").tolist()
        [0.5, -0.5]
    """

    rate: int
    coding: str = "s16le"

    def __post_init__(self) -> None:
        if not 1000 <= self.rate <= 1_000_000:
            raise EvenvoiceError(f"raw audio of {self.rate} Hz: expected 1000 to 1000000; give the rate it was made at")
        if self.coding not in _CODINGS:
            hint = nearest(self.coding, list(_CODINGS))
            raise EvenvoiceError(f"raw format {self.coding!r}: unknown{hint}; known are {', '.join(_CODINGS)}")

    @property
    def width(self) -> int:
        """Bytes of a sample."""
        return np.dtype(_CODINGS[self.coding][0]).itemsize

    def samples(self, data: bytes) -> Waveform:
        """Return whole samples as float32 ``[n]`` of full scale 1."""
        dtype, full_scale = _CODINGS[self.coding]
        return (np.frombuffer(data, dtype) / full_scale).astype(np.float32)


@dataclass(frozen=True)
class Input:
    """One recording.

    Args:
        name: As the user would name it.
        load: Returns its waveform at a sample rate in Hz, or raises the `AudioError` that says why there is none.
        chunks: Returns its parts as they come, where they come over time.
        rate: The sample rate of the chunks, in Hz.
        blocks: Gives its sample rate and its parts as they are decoded, where it is a file: flat memory.
        data: Returns its bytes, to be decoded by `of_bytes` on another machine, or raises as ``load`` does.
        max_seconds: The longest to decode.
    """

    name: str
    load: Callable[[int], Waveform]
    chunks: Callable[[], Iterator[Waveform]] | None = None
    rate: int | None = None
    blocks: Callable[[], AbstractContextManager[tuple[int, Iterator[Waveform]]]] | None = None
    data: Callable[[], bytes] | None = None
    max_seconds: float | None = None


def of_bytes(name: str, data: bytes, max_seconds: float | None) -> Input:
    """Return a recording by its bytes: `Input.data`."""
    return _encoded(name, lambda: io.BytesIO(data), max_seconds)


def find_inputs(
    arguments: Sequence[str | Path],
    raw: Raw | None = None,
    max_seconds: float | None = None,
    *,
    allow_download: bool = False,
) -> list[Input]:
    """Return the recordings that the arguments name: `each_input`, found before anything is decoded.

    Args:
        arguments: See `each_input`.
        raw: See `each_input`.
        max_seconds: See `each_input`.
        allow_download: See `each_input`.

    Raises:
        EvenvoiceError: See `each_input`.

    Examples:
        >>> [recording.name for recording in find_inputs(["b.wav", "a.wav", "-"])]
        ['b.wav', 'a.wav', '-']
    """
    return list(each_input(arguments, raw, max_seconds, allow_download=allow_download))


def each_input(
    arguments: Sequence[str | Path],
    raw: Raw | None = None,
    max_seconds: float | None = None,
    *,
    allow_download: bool = False,
) -> Iterator[Input]:
    """Return an iterator over the recordings that the arguments name, in their order; a folder's are sorted by path.

    Folders are read as the iterator is: the first recording of a million is there at once. A folder that is empty, or
    cannot be read, is one bad recording in its place.

    Args:
        arguments: Files, folders (searched at any depth), ``-`` for standard input, and what fsspec opens:
            ``s3://bucket/folder``, ``file:///a.wav``.
        raw: How to read standard input, if it is not a file with a header.
        max_seconds: The longest recording to decode; `LONGEST_WHOLE` for one that is answered whole, and
            `LONGEST_TIMELINE` for one that is cut into windows, if ``None``.
        allow_download: Whether an argument may be an address of the web, fetched when its turn comes.

    Raises:
        EvenvoiceError: At once: an empty argument or a model file; ``-`` twice, ``raw`` without ``-``, an address that
            may not be fetched, or one for which fsspec or its part is not installed.
    """
    piped = [str(argument) for argument in arguments].count(STANDARD_INPUT)
    if piped > 1:
        raise EvenvoiceError(f"{_CALLED} (-) is named {piped} times, and can be read once; name it once")
    if raw is not None and not piped:
        raise EvenvoiceError(f"raw audio is read from {_CALLED} only; name it with -, or convert files to WAV")
    if max_seconds is not None and not 0 < max_seconds < math.inf:
        raise EvenvoiceError(f"a limit of {max_seconds:g} s: expected seconds above 0, for example 3600")
    places: list[Iterable[Input]] = []
    for argument in arguments:
        if not str(argument).strip():
            raise EvenvoiceError(f"recording {str(argument)!r}: empty; name a file or a folder (. is the folder here)")
        if str(argument).lower().endswith(".onnx"):
            raise EvenvoiceError(f"{argument}: a model file among the recordings; name one model, before them")
        if str(argument) == STANDARD_INPUT:
            places.append([_piped(raw, max_seconds)])
        elif is_address(argument):
            if not allow_download:
                raise refused(str(argument))
            places.append([_encoded(str(argument), partial(_fetched, str(argument)), max_seconds)])
        elif is_elsewhere(argument):
            places.append(_elsewhere(open_elsewhere(str(argument)), max_seconds))
        elif Path(argument).is_dir():
            places.append(_in_folder(Path(argument), max_seconds))
        else:
            places.append([_file(Path(argument), max_seconds)])
    return chain.from_iterable(places)


def _in_folder(folder: Path, max_seconds: float | None) -> Iterator[Input]:
    refusals: list[EvenvoiceError] = []
    files = each_file_under(folder, SUFFIXES, refusals.append)
    return _each(str(folder), (_file(file, max_seconds) for file in files), refusals, folder)


def _elsewhere(place: Elsewhere, max_seconds: float | None) -> Iterator[Input]:
    refusals: list[EvenvoiceError] = []
    names = place.each_file(SUFFIXES, refusals.append)
    files = (_encoded(name, partial(place.read, name, _LARGEST), max_seconds) for name in names)
    return _each(place.name, files, refusals)


def _each(
    folder: str, files: Iterable[Input], refusals: list[EvenvoiceError], local: Path | None = None
) -> Iterator[Input]:
    """Yield the files, and a bad recording for each folder that was refused before the next file was found."""
    found = False
    for file in files:
        yield from _bad(refusals)
        found = True
        yield file
    if not (found or refusals):
        model = next(local.glob("*.onnx"), None) if local else None  # what `train --out` was given
        remedy = f"name the model in it, {model}" if model else "name another"
        refusals.append(AudioError(f"{folder}: a folder without recordings ({', '.join(SUFFIXES[:3])}, …); {remedy}"))
    yield from _bad(refusals)


def _bad(refusals: list[EvenvoiceError]) -> Iterator[Input]:
    """Yield what stands for folders that give no recordings: named in their place, and skipped like others."""
    while refusals:
        error = AudioError(str(refusals.pop(0)))
        refuse = partial(_refuse, error)
        yield Input(str(error).partition(": ")[0], refuse, blocks=refuse, data=refuse)


def _refuse(error: AudioError, *_: object) -> Any:
    raise error


def _file(path: Path, max_seconds: float | None) -> Input:
    return Input(
        str(path),
        lambda rate: load(path, rate=rate, max_seconds=max_seconds or LONGEST_WHOLE),
        blocks=lambda: open_blocks(path, max_seconds=max_seconds or LONGEST_TIMELINE),
        data=partial(read_bytes, path),
        max_seconds=max_seconds,
    )


def _encoded(name: str, data: Callable[[], io.BytesIO], max_seconds: float | None, called: str | None = None) -> Input:
    """Return a recording with a header whose bytes come from somewhere."""
    return Input(
        name,
        lambda rate: decode(data(), rate=rate, name=called or name, max_seconds=max_seconds or LONGEST_WHOLE),
        blocks=lambda: open_blocks(data(), name=called or name, max_seconds=max_seconds or LONGEST_TIMELINE),
        data=lambda: data().getvalue(),
        max_seconds=max_seconds,
    )


def _piped(raw: Raw | None, max_seconds: float | None) -> Input:
    if raw is None:
        return _encoded(STANDARD_INPUT, _all, max_seconds, _CALLED)
    return Input(STANDARD_INPUT, partial(_read_raw, raw), partial(_raw_chunks, raw), raw.rate)


def _fetched(address: str) -> io.BytesIO:
    """Return the recording, with a header, that lies at an address."""
    return io.BytesIO(fetch(address))


def _all() -> io.BytesIO:
    """Return the recording, with a header, that standard input holds."""
    data = sys.stdin.buffer.read(_LARGEST + 1)
    _refuse_more_than(len(data))
    return io.BytesIO(data)


def _read_raw(raw: Raw, rate: int) -> Waveform:
    """Return all the samples that standard input holds."""
    chunks, size = [], 0
    for chunk in _raw_chunks(raw):
        chunks.append(chunk)
        size += chunk.size * raw.width
        _refuse_more_than(size)
    waveform = np.concatenate(chunks) if chunks else np.zeros(0, np.float32)
    return resample(check_waveform(waveform, _CALLED, raw.rate), raw.rate, rate)


def _raw_chunks(raw: Raw) -> Iterator[Waveform]:
    """Yield the samples of standard input as they come."""
    pipe = cast(io.BufferedReader, sys.stdin.buffer)
    rest = b""
    while data := pipe.read1(_PIECE):
        data = rest + data
        whole = len(data) - len(data) % raw.width
        rest = data[whole:]
        yield raw.samples(data[:whole])
    if rest:
        raise AudioError(
            f"{_CALLED}: ends in the middle of a sample of {raw.width} bytes; check that it is {raw.coding}, mono"
        )


def _refuse_more_than(size: int) -> None:
    if size > _LARGEST:
        raise AudioError(f"{_CALLED}: more than {_LARGEST >> 20} MiB; save it to a file, or cut it into parts")
