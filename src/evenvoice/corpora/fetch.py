"""Downloading the corpora that anyone may have; pooch checks the archive, and a broken download can go on."""

from __future__ import annotations

import logging
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path, PurePosixPath

import pooch

from evenvoice.corpora.loader import Loader
from evenvoice.corpora.registry import LOADERS
from evenvoice.errors import EvenvoiceError, nearest
from evenvoice.files import writing_folder
from evenvoice.progress import track

_MEGABYTE = 2**20
_TIMEOUT = 60.0  # seconds without a byte


def download(
    name: str,
    folder: Path | str,
    *,
    url: str | None = None,
    checksum: str | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Path:
    """Download a corpus and unpack it; ``NAME:FOLDER`` then opens it.

    The archive lies beside the folder while it comes. If the download breaks off, the same call goes on where it
    stopped. The folder appears whole or not at all.

    Args:
        name: ``emodb`` or ``ravdess``.
        folder: The folder to make; it must not exist, or be empty.
        url: Another address than the official one.
        checksum: The checksum of the archive at ``url`` (``md5:…`` or ``sha256:…``); that of the official archive is
            known where one is published.
        say: Called with a line of text: the licence before anything is fetched, then what was done.

    Returns:
        The folder, as an absolute path.

    Raises:
        EvenvoiceError: The corpus cannot be downloaded, the folder is in use, the address does not answer, the download
            broke off, or the archive is damaged or is not the corpus.
    """
    loader = _downloadable(name)
    folder = Path(folder).expanduser().resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise EvenvoiceError(f"{folder}: is there already; open it with {loader.name}:{folder}, or name another folder")
    address = url or str(loader.archive)
    if not address.startswith(("http://", "https://")):
        raise EvenvoiceError(f"{address}: no address of the web; expected http://… or https://…")
    expected = checksum if url else loader.checksum
    say(f"{loader.title}; licence: {loader.licence}; see {loader.url}")
    if expected is None:
        say("no checksum is known for this archive; only those inside of it are checked")
    archive = _fetch(address, folder.with_name(f".{folder.name}-download.zip"), expected)
    try:
        _unpack(archive, folder, loader, address)
    finally:
        archive.unlink(missing_ok=True)
    say(f"{folder}: complete; open it with {loader.name}:{folder}")
    return folder


def _downloadable(name: str) -> Loader:
    """Return the loader of a corpus that anyone may download."""
    free = [loader.name for loader in LOADERS.values() if loader.archive]
    known = name.lower().replace("_", "-")
    if known not in LOADERS:
        raise EvenvoiceError(f"corpus {name!r}: unknown{nearest(name, free)}; {' and '.join(free)} can be downloaded")
    loader: Loader = LOADERS[known]
    if loader.archive is None:
        raise EvenvoiceError(
            f"corpus {name!r}: evenvoice cannot download it (licence: {loader.licence}); get it from {loader.url}"
        )
    return loader


def _fetch(url: str, archive: Path, checksum: str | None) -> Path:
    """Return the archive, downloaded and checked."""
    pooch.get_logger().setLevel(logging.WARNING)  # it would print the hash of what has no known one
    try:
        archive.parent.mkdir(parents=True, exist_ok=True)
        part = archive.with_name(f"{archive.name}.part")
        pooch.retrieve(url, checksum, fname=archive.name, path=archive.parent, downloader=_Resuming(part))
    except EvenvoiceError:
        raise
    except ValueError as error:  # pooch's word for a hash that differs
        raise EvenvoiceError(
            f"{url}: the archive's checksum is not {checksum}; try again, or ask its authors"
        ) from error
    except OSError as error:
        raise EvenvoiceError(
            f"{archive}: cannot be written ({error.strerror or error}); choose another place"
        ) from error
    return archive


@dataclass(frozen=True)
class _Resuming:
    """A downloader for pooch that goes on where an earlier download stopped (HTTP Range, RFC 9110, section 14)."""

    part: Path

    def __call__(self, url: str, output_file: str, _: object) -> None:
        """Download ``url`` to ``output_file``; until it is complete, it grows as ``part``."""
        try:
            with self._answer(url) as answer:
                already = self._size() if answer.status == 206 else 0  # 200: the server knows no ranges and sends all
                length = answer.headers.get("Content-Length")
                with self.part.open("ab" if already else "wb") as out:
                    megabytes = None if length is None else -(-int(length) // _MEGABYTE)
                    for block in track(_blocks(answer), f"downloading {url} (MB)", megabytes):
                        out.write(block)
        except urllib.error.HTTPError as error:
            raise EvenvoiceError(f"{url}: the server says {error.code} {error.reason}; check the address") from error
        except urllib.error.URLError as error:
            raise EvenvoiceError(f"{url}: no answer ({error.reason}); check the address and the network") from error
        except (HTTPException, TimeoutError, ConnectionError) as error:
            raise self._broke_off(url) from error
        if length is not None and self._size() != already + int(length):
            raise self._broke_off(url)
        self.part.replace(output_file)

    def _answer(self, url: str) -> HTTPResponse:
        """Ask for what is missing."""
        headers = {"Range": f"bytes={self._size()}-"} if self._size() else {}
        try:
            answer: HTTPResponse = urllib.request.urlopen(
                urllib.request.Request(url, headers=headers), timeout=_TIMEOUT
            )
        except urllib.error.HTTPError as error:
            if error.code != 416 or not headers:
                raise
            # There is nothing behind what we have, so what we have is not the beginning of this file.
            error.close()
            self.part.unlink()
            return self._answer(url)
        return answer

    def _size(self) -> int:
        """Return how many bytes are here already."""
        return self.part.stat().st_size if self.part.exists() else 0

    def _broke_off(self, url: str) -> EvenvoiceError:
        """Return the error for a download that ended early."""
        return EvenvoiceError(f"{url}: broke off after {self._size()} bytes; run the same command again to go on")


def _blocks(answer: HTTPResponse) -> Iterator[bytes]:
    """Yield an answer's body, a megabyte at a time."""
    while block := answer.read(_MEGABYTE):
        yield block


def _unpack(archive: Path, folder: Path, loader: Loader, url: str) -> None:
    """Unpack an archive into a folder that appears whole, and see that the loader finds its corpus there."""
    try:
        with writing_folder(folder) as aside, zipfile.ZipFile(archive) as packed:
            for member in track(packed.infolist(), f"unpacking {folder.name}"):
                path = PurePosixPath(member.filename)
                if path.is_absolute() or ".." in path.parts:
                    raise EvenvoiceError(
                        f"{url}: {member.filename!r} would be unpacked outside of {folder}; not trusted"
                    )
                packed.extract(member, aside)
            if not loader.read(aside).utterances:
                raise EvenvoiceError(f"{url}: no utterance of {loader.title} in it; expected {loader.layout}")
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise EvenvoiceError(f"{url}: no whole zip archive ({error}); try again, or check the address") from error
