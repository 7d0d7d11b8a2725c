"""The bytes of one recording out of a request: counted while they come, in memory only, never in a file."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing

import anyio
from python_multipart.exceptions import FormParserError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from evenvoice.serve.limits import Limits
from evenvoice.serve.refused import RefusedError

# The frame of a form (boundaries, the name of the file), which is no part of the recording.
_FORM_FRAME = 64 * 1024
_FORM_FIELDS = 16


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


class _ParserInMemory(MultiPartParser):
    """Starlette writes what is above 1 MB to a temporary file; a recording must never lie on the disk."""

    spool_max_size = sys.maxsize
    max_file_size = sys.maxsize  # its name before Starlette 0.42


async def read_upload(request: Request, limits: Limits) -> Recording:
    """Return the recording in a request: its whole body, or the field ``file`` of a form.

    Raises:
        RefusedError: 413 too large, 408 too slow, 400 empty or a damaged form, 422 a form without the field ``file``.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        with anyio.fail_after(limits.upload_seconds):
            if kind == "multipart/form-data":
                recording = await _form_file(request, limits)
            else:
                recording = Recording()
                async with aclosing(_counted(request, limits.bytes, limits)) as chunks:
                    async for chunk in chunks:
                        recording.write(chunk)
    except TimeoutError as error:
        raise RefusedError(
            408,
            f"the upload took more than {limits.upload_seconds:g} s; send a shorter part, or a compressed one",
            {"Connection": "close"},
        ) from error
    if recording.getbuffer().nbytes == 0:
        raise RefusedError(
            400, "the upload is empty (0 bytes); send a recording, for example curl --data-binary @clip.wav"
        )
    recording.seek(0)
    return recording


async def _counted(request: Request, most: int, limits: Limits) -> AsyncGenerator[bytes, None]:
    """Yield the body of a request, and refuse it when it is larger than it may be, whatever its header says."""
    size = 0
    stream = request.stream()
    async for chunk in stream:
        size += len(chunk)
        if size > most:
            # A client that is still sending would not hear the answer: the rest is read and dropped, within reason.
            async for rest in stream:
                size += len(rest)
                if size > 2 * most:
                    break
            raise RefusedError(
                413,
                f"the upload is larger than {limits.megabytes:g} MB; send a shorter part, or a compressed one (FLAC)",
                {"Connection": "close"},
            )
        yield chunk


async def _form_file(request: Request, limits: Limits) -> Recording:
    """Return the field ``file`` of a form."""
    counted = _counted(request, limits.bytes + _FORM_FRAME, limits)
    parser = _ParserInMemory(request.headers, counted, max_files=1, max_fields=_FORM_FIELDS)
    try:
        async with aclosing(counted):
            form = await parser.parse()
    except (MultiPartException, FormParserError) as error:
        raise RefusedError(400, f"the form is damaged ({error}); send it as curl -F file=@clip.wav does") from error
    upload = form.get("file")
    if not isinstance(upload, UploadFile):
        raise RefusedError(
            422, "the form has no whole file in the field 'file'; send it as curl -F file=@clip.wav does"
        )
    try:
        return Recording(await upload.read())
    finally:
        await form.close()
