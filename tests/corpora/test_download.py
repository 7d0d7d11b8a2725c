"""Downloads from a server on loopback; the public addresses are not asked."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from evenvoice.corpora import LOADERS, download, open_corpus
from evenvoice.errors import EvenvoiceError
from tests.corpora.trees import TREES


class Server(ThreadingHTTPServer):
    """Serves one body at ``/corpus.zip``, and misbehaves as told."""

    body = b""
    breaks_after: int | None = None
    knows_ranges = True
    sends_length = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/corpus.zip"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        if self.path != "/corpus.zip":
            self.send_error(404)
            return
        wanted = self.headers.get("Range")
        self.server.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and self.server.knows_ranges else 0
        if wanted and self.server.knows_ranges and start >= len(self.server.body):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if self.server.sends_length:
            self.send_header("Content-Length", str(len(self.server.body) - start))
        self.end_headers()
        self.wfile.write(self.server.body[start : self.server.breaks_after])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def zipped(folder: Path) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as packed:
        for file in sorted(folder.rglob("*")):
            packed.write(file, file.relative_to(folder))
    return memory.getvalue()


@pytest.fixture
def emodb(tmp_path: Path) -> bytes:
    TREES["emodb"](tmp_path / "source")
    return zipped(tmp_path / "source")


def leftovers(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if file.name != "source")


@pytest.mark.parametrize("name", ["emodb", "ravdess"])
def test_what_is_downloaded_opens(name: str, server: Server, tmp_path: Path) -> None:
    TREES[name](tmp_path / "source")
    server.body = zipped(tmp_path / "source")
    said: list[str] = []
    checksum = f"md5:{hashlib.md5(server.body).hexdigest()}"
    folder = download(name, tmp_path / "new" / name, url=server.url, checksum=checksum, say=said.append)
    assert folder == (tmp_path / "new" / name).resolve()
    ours, theirs = open_corpus(f"{name}:{folder}"), LOADERS[name].open(tmp_path / "source")
    assert ours.fingerprint() == theirs.fingerprint()
    assert [file.name for file in folder.parent.iterdir()] == [name]
    assert LOADERS[name].licence in said[0]
    assert len(said) == 2


def test_the_licence_is_shown_before_anything_is_fetched(server: Server, tmp_path: Path, emodb: bytes) -> None:
    server.body = emodb
    requests_so_far: list[int] = []
    download("emodb", tmp_path / "e", url=server.url, say=lambda line: requests_so_far.append(len(server.asked)))
    assert requests_so_far[:2] == [0, 0]  # licence, no checksum
    assert len(server.asked) == 1


@pytest.mark.parametrize("sends_length", [True, False])
def test_a_download_that_broke_off_goes_on(server: Server, tmp_path: Path, emodb: bytes, sends_length: bool) -> None:
    server.body, server.breaks_after = emodb, 1000
    with pytest.raises(EvenvoiceError, match="broke off after 1000 bytes; run the same command again"):
        download("emodb", tmp_path / "e", url=server.url)
    assert leftovers(tmp_path) == [".e-download.zip.part"]
    server.breaks_after, server.sends_length = None, sends_length
    checksum = f"sha256:{hashlib.sha256(emodb).hexdigest()}"
    assert len(open_corpus(f"emodb:{download('emodb', tmp_path / 'e', url=server.url, checksum=checksum)}")) == 4
    assert server.asked == [None, "bytes=1000-"]
    assert leftovers(tmp_path) == ["e"]


def test_a_server_without_ranges_starts_over(server: Server, tmp_path: Path, emodb: bytes) -> None:
    server.body, server.knows_ranges = emodb, False
    (tmp_path / ".e-download.zip.part").write_bytes(emodb[:1000])
    checksum = f"sha256:{hashlib.sha256(emodb).hexdigest()}"
    download("emodb", tmp_path / "e", url=server.url, checksum=checksum)
    assert server.asked == ["bytes=1000-"]
    assert leftovers(tmp_path) == ["e"]


def test_a_part_longer_than_the_file_is_thrown_away(server: Server, tmp_path: Path, emodb: bytes) -> None:
    server.body = emodb
    (tmp_path / ".e-download.zip.part").write_bytes(emodb + b"more")
    download("emodb", tmp_path / "e", url=server.url)
    assert server.asked == [f"bytes={len(emodb) + 4}-", None]


def test_a_wrong_checksum_leaves_nothing(server: Server, tmp_path: Path, emodb: bytes) -> None:
    server.body = emodb
    with pytest.raises(EvenvoiceError, match=f"the archive's checksum is not md5:{'0' * 32}; try again"):
        download("emodb", tmp_path / "e", url=server.url, checksum=f"md5:{'0' * 32}")
    assert leftovers(tmp_path) == []


def test_an_address_that_does_not_do(server: Server, tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match="absent: the server says 404 Not Found; check the address"):
        download("emodb", tmp_path / "e", url=server.url.replace("corpus.zip", "absent"))
    with pytest.raises(EvenvoiceError, match="no address of the web"):
        download("emodb", tmp_path / "e", url="/etc/passwd")
    with pytest.raises(EvenvoiceError, match="no answer"):
        download("emodb", tmp_path / "e", url="http://127.0.0.1:1/x.zip")
    assert leftovers(tmp_path) == []


def test_what_is_no_zip_or_another_corpus_leaves_nothing(server: Server, tmp_path: Path, emodb: bytes) -> None:
    server.body = b"<html>please log in</html>"
    with pytest.raises(EvenvoiceError, match="no whole zip archive"):
        download("emodb", tmp_path / "e", url=server.url)
    server.body = emodb
    with pytest.raises(EvenvoiceError, match="no utterance of Ryerson"):
        download("ravdess", tmp_path / "r", url=server.url)
    damaged = bytearray(emodb)
    damaged[emodb.index(b"data") + 99] ^= 0xFF
    server.body = bytes(damaged)
    with pytest.raises(EvenvoiceError, match=r"no whole zip archive \(Bad CRC-32"):
        download("emodb", tmp_path / "e", url=server.url)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("name", ["../evil.wav", "/evil.wav", "wav/../../evil.wav"])
def test_an_archive_may_not_write_outside_of_its_folder(name: str, server: Server, tmp_path: Path) -> None:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as packed:
        packed.writestr("wav/03a01Fa.wav", b"x")
        packed.writestr(name, b"x")
    server.body = memory.getvalue()
    with pytest.raises(EvenvoiceError, match="would be unpacked outside of"):
        download("emodb", tmp_path / "e", url=server.url)
    assert leftovers(tmp_path) == []


def test_a_folder_in_use_is_left_alone(server: Server, tmp_path: Path, emodb: bytes) -> None:
    server.body = emodb
    (tmp_path / "mine").mkdir()
    assert download("emodb", tmp_path / "mine", url=server.url).is_dir()  # an empty one will do
    with pytest.raises(EvenvoiceError, match=r"mine: is there already; open it with emodb:.*mine, or name another"):
        download("emodb", tmp_path / "mine", url=server.url)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("iemocap", r"cannot download it \(licence: for research.*\); get it from https://sail"),
        ("emobd", r"unknown \(did you mean 'emodb'\?\); emodb and ravdess can be downloaded"),
    ],
)
def test_a_corpus_that_cannot_be_downloaded(name: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match=says):
        download(name, tmp_path / "x")


def test_the_official_addresses() -> None:
    assert LOADERS["emodb"].archive == "http://emodb.bilderbar.info/download/download.zip"
    assert str(LOADERS["ravdess"].archive).endswith("/1188976/files/Audio_Speech_Actors_01-24.zip")
    assert LOADERS["ravdess"].checksum == "md5:bc696df654c87fed845eb13823edef8a"
