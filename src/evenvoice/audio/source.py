"""A recording before it is decoded: a file or bytes, opened for reading, under a name for messages."""

from __future__ import annotations

import io
import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from evenvoice.audio.samples import LEAVE_OUT
from evenvoice.errors import AudioError


@dataclass(frozen=True, eq=False)
class Source:
    """An open recording.

    Attributes:
        file: Its bytes, seekable.
        size: How many bytes it has.
        name: What messages call it.
        path: Where it lies, unless it is held in memory.
    """

    file: BinaryIO
    size: int
    name: str
    path: Path | None = None

    def at(self, offset: int, length: int) -> bytes:
        """Return ``length`` bytes from ``offset`` on, fewer at the end, none beyond it."""
        if not 0 <= offset < self.size:
            return b""
        self.file.seek(offset)
        return self.file.read(length)

    def refuse(self, problem: str, remedy: str = LEAVE_OUT) -> AudioError:
        """Return the error that says what is wrong with it and what to do."""
        return AudioError(f"{self.name}: {problem}; {remedy}")

    def refuse_several(self, what: str = "recordings, one behind the other") -> AudioError:
        """Return the error for a file of which the decoder would give the first alone."""
        return self.refuse(f"holds several {what}", f"cut it apart, or convert it: {self.command()}")

    def command(self, options: str = "") -> str:
        """Return the ffmpeg command that converts it to WAV, ready to be pasted into a shell."""
        file = self.path or Path("recording")
        target = file.with_suffix(".wav")
        if file.suffix.lower() == ".wav":
            target = file.with_name(f"{file.stem}-converted.wav")
        # A leading dash would be read as an option.
        names = (shlex.quote(f"./{path}" if str(path).startswith("-") else str(path)) for path in (file, target))
        source, result = map(one_line, names)
        return f"ffmpeg {options}-i {source} {result}"


@contextmanager
def open_path(file: Path) -> Iterator[Source]:
    """Open a file, or raise the `AudioError` that says why it cannot be read."""
    name = one_line(str(file))
    try:
        # A pipe would be waited for, and could be read only once.
        mode = file.stat().st_mode
        if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
            raise AudioError(f"{name}: not a regular file; save the recording to a file first")
        handle = file.open("rb")
    except FileNotFoundError as error:
        raise AudioError(f"{name}: no such file; check the path") from error
    except IsADirectoryError as error:
        raise AudioError(f"{name}: a folder, not a recording; name the files in it") from error
    except OSError as error:
        raise AudioError(f"{name}: cannot be read ({error.strerror}); check its permissions") from error
    except ValueError as error:  # a NUL in the path
        raise AudioError(f"{name}: not a path ({error}); check it") from error
    with handle:
        size = os.fstat(handle.fileno()).st_size
        if size == 0:
            raise AudioError(f"{name}: empty (0 bytes); {LEAVE_OUT}")
        yield Source(handle, size, name, file)


@contextmanager
def open_memory(data: BinaryIO, name: str) -> Iterator[Source]:
    """Open a seekable file object, from its beginning."""
    size = data.seek(0, io.SEEK_END)
    data.seek(0)
    if size == 0:
        raise AudioError(f"{name}: empty (0 bytes); {LEAVE_OUT}")
    yield Source(data, size, one_line(name))


def one_line(text: str) -> str:
    r"""Return a text with its control characters as escapes, so that a name cannot break a message into lines.

    Examples:
        >>> one_line("a\nb.wav")
        'a\\nb.wav'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or "\udc80" <= c <= "\udcff" else repr(c)[1:-1] for c in text)


class Spliced(io.RawIOBase):
    """A file whose first bytes are replaced: what a header should have said, then the file from an offset on.

    Args:
        head: The bytes to give first.
        file: Where the rest comes from.
        start: The offset in the file of the first byte after ``head``.
        end: The offset behind the last byte.

    Examples:
        >>> Spliced(b"xy", io.BytesIO(b"abcdef"), 3, 6).read()
        b'xydef'
    """

    def __init__(self, head: bytes, file: BinaryIO, start: int, end: int) -> None:
        self._head, self._file, self._start = head, file, start
        self._size = len(head) + end - start
        self._position = 0

    def seekable(self) -> bool:
        """It is."""
        return True

    def readable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position, and return it."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, origin + offset)
        return self._position

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]  # collections.abc.Buffer is new in Python 3.12
        """Fill a buffer, and return how many bytes it got."""
        view = memoryview(buffer).cast("B")
        wanted = min(len(view), max(0, self._size - self._position))
        data = self._head[self._position : self._position + wanted]
        if len(data) < wanted:
            self._file.seek(self._start + max(0, self._position - len(self._head)))
            data += self._file.read(wanted - len(data))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)
