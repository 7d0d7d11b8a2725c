"""Recordings on file systems that fsspec opens: buckets, archives, the Hugging Face hub, memory."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from evenvoice.audio import one_line
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.extras import need

# As in s3://bucket/key, or chained: simplecache::s3://bucket/key. A drive of Windows has one letter.
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+(::|://)", re.IGNORECASE)


def is_elsewhere(name: object) -> bool:
    """Return whether something is named as fsspec names it; addresses of the web are not its affair.

    Examples:
        >>> is_elsewhere("s3://bucket/a.wav"), is_elsewhere("C:/a.wav"), is_elsewhere("hf:user/model")
        (True, False, False)
    """
    return isinstance(name, str) and _ADDRESS.match(name) is not None


@dataclass(frozen=True)
class Elsewhere:
    """A file or a folder of a file system.

    Attributes:
        name: As the user named it.
        system: fsspec's file system.
        path: Where on it.
    """

    name: str
    system: Any
    path: str

    def each_file(self, suffixes: Collection[str], on_refused: Callable[[AudioError], object]) -> Iterator[str]:
        """Yield the names of the files under a folder with one of these suffixes, or of the file itself.

        Folder by folder, each sorted: a folder is listed when its turn comes.

        Args:
            suffixes: In lower case, each with its dot.
            on_refused: Called with the error of a folder that cannot be listed; the others go on.
        """
        try:
            is_folder = self.system.isdir(self.path)
        except Exception as error:  # noqa: BLE001  # each file system raises its own kinds
            on_refused(self._failed(self.name, error))
            return
        if is_folder:
            yield from self._under(self.path, suffixes, on_refused)
        else:
            yield self.name

    def _under(
        self, folder: str, suffixes: Collection[str], on_refused: Callable[[AudioError], object]
    ) -> Iterator[str]:
        try:
            entries = self.system.ls(folder, detail=True)
        except Exception as error:  # noqa: BLE001  # as above
            on_refused(self._failed(self.system.unstrip_protocol(folder), error))
            return
        # With its slash a folder stands where its files stand among all paths.
        for place in sorted(each["name"].rstrip("/") + "/" * (each["type"] == "directory") for each in entries):
            base = os.path.basename(place.rstrip("/"))  # noqa: PTH119  # of another system
            if base.startswith(".") or base == "__MACOSX" or place.rstrip("/") == folder.rstrip("/"):
                continue
            if place.endswith("/"):
                yield from self._under(place[:-1], suffixes, on_refused)
            elif os.path.splitext(base)[1].lower() in suffixes:  # noqa: PTH122
                yield str(self.system.unstrip_protocol(place))

    def read(self, name: str, largest: int) -> io.BytesIO:
        """Return the bytes of a file.

        Args:
            name: One that `each_file` gave.
            largest: The most bytes to take.

        Raises:
            AudioError: It is not there, cannot be read, or is larger.
        """
        try:
            with self.system.open(self.system._strip_protocol(name), "rb") as file:
                data = file.read(largest + 1)
        except FileNotFoundError as error:
            raise AudioError(f"{one_line(name)}: no such file; check the path") from error
        except Exception as error:  # as above
            raise self._failed(name, error) from error
        if len(data) > largest:
            raise AudioError(f"{one_line(name)}: more than {largest >> 20} MiB; cut it into parts")
        return io.BytesIO(data)

    def _failed(self, name: str, error: Exception) -> AudioError:
        """Return the error of a file system: each raises its own kinds."""
        said = str(error).partition("\n")[0][:200] or type(error).__name__
        return AudioError(f"{one_line(name)}: cannot be read ({said}); check the name, your rights, and the network")


def open_elsewhere(name: str) -> Elsewhere:
    """Open the file system of a name; nothing is listed or read yet.

    Raises:
        EvenvoiceError: No file system of that kind, or one whose library is not installed.
        MissingExtraError: fsspec is not installed.
    """
    need("fsspec", one_line(name))
    from fsspec.core import url_to_fs

    try:
        system, path = url_to_fs(name)
    except ImportError as error:
        raise EvenvoiceError(f"{one_line(name)}: its file system is not installed ({error}); install that") from error
    except ValueError as error:
        raise EvenvoiceError(
            f"{one_line(name)}: fsspec cannot open it ({error}); expected s3://, gs://, hf://, file://, …"
        ) from error
    return Elsewhere(name, system, path)
