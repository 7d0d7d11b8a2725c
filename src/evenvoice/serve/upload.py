"""The bytes of recordings and of a voice out of a request: counted while they come, in memory alone, in no file."""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from evenvoice.serve.limits import Limits
from evenvoice.serve.queue import Memory
from evenvoice.serve.refused import RefusedError

# The frame of a form (boundaries, the name of the file), which is not part of the recording.
_FORM_FRAME = 64 * 1024
_FORM_FIELDS = 16
_MOST_FILES = 100


# It quotes the bytes of a damaged form in its warnings, and nothing of the audio is to be logged.
logging.getLogger("python_multipart").setLevel(logging.CRITICAL)


class Recording(io.BytesIO):
    """Bytes in memory, from which libsndfile reads through soundfile."""

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a position; one before the beginning, as damaged headers name it, is not gone to, as with files."""
        try:
            return super().seek(offset, whence)
        except ValueError:  # inside of libsndfile's callbacks it would end up as a traceback on stderr
            return self.tell()


@dataclass(frozen=True)
class Upload:
    """What a request brings: one recording, or several with their names; perhaps the profile of who speaks."""

    only: Recording | None = None
    named: Sequence[tuple[str, Recording]] = ()
    voice: bytes | None = None


class _ParserInMemory(MultiPartParser):
    """Starlette writes what is above 1 MB to a temporary file; a recording must never lie on the disk."""

    spool_max_size = sys.maxsize
    max_file_size = sys.maxsize  # its name before Starlette 0.42


@asynccontextmanager
async def uploaded(request: Request, limits: Limits, memory: Memory) -> AsyncIterator[Upload]:
    """Read what a request brings, its whole body or fields of a form, and hold it for the block.

    Args:
        request: The request.
        limits: How large and how slow an upload may be.
        memory: Where its bytes are counted, as long as they are held.

    Raises:
        RefusedError: 413 too large, 408 too slow, 400 empty or a damaged form, 422 a form without the field ``file`` or
            ``files``, 503 no memory left.
    """
    counted = _Counted(request, limits, memory)
    try:
        yield await _read(request, limits, counted)
    finally:
        counted.give_back()


async def _read(request: Request, limits: Limits, counted: _Counted) -> Upload:
    """Read it in time."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    in_form = kind == "multipart/form-data"
    most = limits.bytes + _FORM_FRAME * in_form
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > most:
        raise _too_large(limits)
    try:
        async with asyncio.timeout(limits.upload_seconds):
            if in_form:
                upload = await _form_files(request, counted.chunks(most))
            else:
                recording = Recording()
                async with aclosing(counted.chunks(most)) as chunks:
                    async for chunk in chunks:
                        recording.write(chunk)
                upload = Upload(recording)
    except TimeoutError as error:
        raise RefusedError(
            408,
            f"the upload took more than {limits.upload_seconds:g} s, or nothing of it came for "
            f"{limits.idle_seconds:g} s; send a shorter part, or a compressed one",
            {"Connection": "close"},
        ) from error
    if upload.only is not None and upload.only.getbuffer().nbytes == 0:
        raise RefusedError(
            400, "the upload is empty (0 bytes); send a recording, for example curl --data-binary @clip.wav"
        )
    if upload.only is not None:
        upload.only.seek(0)
    return upload


class _Counted:
    """The body of a request, counted while it comes."""

    def __init__(self, request: Request, limits: Limits, memory: Memory) -> None:
        self._stream = request.stream()
        self._limits = limits
        self._memory = memory
        self._size = 0

    async def chunks(self, most: int) -> AsyncGenerator[bytes, None]:
        """Yield the body, and refuse it when it is larger than it may be, whatever its header says."""
        while True:
            async with asyncio.timeout(self._limits.idle_seconds):
                chunk = await anext(self._stream, None)
            if chunk is None:
                return
            if self._size + len(chunk) > most:
                raise _too_large(self._limits)
            self._memory.take(len(chunk))
            self._size += len(chunk)
            yield chunk

    def give_back(self) -> None:
        """Return the memory."""
        self._memory.give_back(self._size)
        self._size = 0


def _too_large(limits: Limits) -> RefusedError:
    return RefusedError(
        413,
        f"the upload is larger than {limits.megabytes:g} MB; send a shorter part, or a compressed one (FLAC)",
        {"Connection": "close"},
    )


def _check_fields(names: Sequence[str]) -> None:
    """Refuse a form of which something would be passed over: its sender would get another answer than was asked for."""
    for name in names:
        if name in ("top", "window", "hop", "adapt"):
            raise RefusedError(422, f"the form has a field {name!r}; put it into the query: /predict?{name}=…")
        if name not in ("file", "files", "voice"):
            continue  # the page that sends the form has fields of its own
        if (name != "files" and names.count(name) > 1) or {"file", "files"} <= set(names):
            raise RefusedError(
                422, "the form has more than one recording or voice in single fields; send recordings as fields 'files'"
            )


async def _form_files(request: Request, chunks: AsyncGenerator[bytes, None]) -> Upload:
    """Return the field ``file`` of a form, or the fields ``files``, and the field ``voice``."""
    parser = _ParserInMemory(request.headers, chunks, max_files=_MOST_FILES, max_fields=_FORM_FIELDS)
    try:
        async with aclosing(chunks):
            form = await parser.parse()
    except (MultiPartException, FormParserError) as error:
        raise RefusedError(400, f"the form is damaged ({error}); send it as curl -F file=@clip.wav does") from error
    try:
        _check_fields([name for name, _ in form.multi_items()])
        many = [file for file in form.getlist("files") if isinstance(file, UploadFile)]
        one, voice = form.get("file"), form.get("voice")
        profile = await voice.read() if isinstance(voice, UploadFile) else None if voice is None else voice.encode()
        if many:
            named = [(file.filename or "", Recording(await file.read())) for file in many]
            return Upload(named=named, voice=profile)
        if isinstance(one, UploadFile):
            return Upload(Recording(await one.read()), voice=profile)
    finally:
        await form.close()
    raise RefusedError(422, "the form has no whole file in the field 'file'; send it as curl -F file=@clip.wav does")
