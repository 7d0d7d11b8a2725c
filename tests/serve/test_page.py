"""The page's files: written whole with a model, served, and what is said where they are not built."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from evenvoice.errors import EvenvoiceError
from evenvoice.recognizer import Recognizer
from evenvoice.serve.app import create_app
from evenvoice.serve.page import PAGE, write_page

SOURCES = Path(__file__).parents[2] / "web" / "page"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page of one file."""
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html>", encoding="utf-8")
    return folder


def test_a_page_is_written_with_its_model(page: Path, tiny_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "site"
    assert write_page(tiny_model, folder, page) == folder / "index.html"
    assert {file.name for file in folder.iterdir()} == {"index.html", "model.onnx", "model.json"}
    assert (folder / "model.onnx").read_bytes() == tiny_model.read_bytes()
    assert json.loads((folder / "model.json").read_text(encoding="utf-8")) == Recognizer(tiny_model).card
    assert folder.stat().st_mode & 0o555 == 0o555


def test_an_empty_folder_will_do_and_a_full_one_stays_as_it_is(page: Path, tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    write_page(tiny_model, tmp_path / "site", page)
    before = {file: file.read_bytes() for file in (tmp_path / "site").iterdir()}
    for place in (tmp_path / "site", tiny_model):
        with pytest.raises(EvenvoiceError, match=r"exists and is not an empty folder; name a new one"):
            write_page(tiny_model, place, page)
    assert {file: file.read_bytes() for file in (tmp_path / "site").iterdir()} == before


def test_nothing_is_left_where_it_fails(page: Path, tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(tiny_model.read_bytes()[:-50])
    with pytest.raises(EvenvoiceError, match="export or download it again"):
        write_page(tmp_path / "broken.onnx", tmp_path / "site", page)
    with pytest.raises(EvenvoiceError, match="run `make page`"):
        write_page(tiny_model, tmp_path / "site", tmp_path / "not built")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.onnx", "page"]


def test_a_service_whose_page_is_not_built_says_so(tiny_model: Path, tmp_path: Path) -> None:
    with TestClient(create_app(tiny_model, page=tmp_path / "not built")) as client:
        reply = client.get("/")
        assert reply.status_code == 404
        assert reply.json() == {"detail": "the page is not built; the service answers POST /predict, see /docs"}
        assert client.get("/health").status_code == 200


def test_only_the_pages_own_files_are_served(page: Path, tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "private.txt").write_text("private", encoding="utf-8")
    (page / "style.css").write_text("body {}", encoding="utf-8")
    with TestClient(create_app(tiny_model, page=page)) as client:
        first = client.get("/style.css")
        assert (first.status_code, first.text) == (200, "body {}")
        assert client.get("/style.css", headers={"if-none-match": first.headers["etag"]}).status_code == 304
        assert client.get("/").text == client.get("/index.html").text == "<!doctype html>"
        for path in ("/../private.txt", "/%2e%2e/private.txt", "/..%2fprivate.txt", "//etc/passwd", "/page/style.css"):
            assert client.get(path).status_code == 404


def test_the_page_names_no_other_place_and_only_files_that_are_there() -> None:
    """So that it works on any static host, in any folder, and without a network."""
    names = {file.name for file in SOURCES.iterdir()} | {"ort.js", "ort.wasm.gz", "model.json", "model.onnx"}
    assert len(names) > 20
    for file in SOURCES.iterdir():
        text = file.read_text(encoding="utf-8")
        elsewhere = [url for url in re.findall(r"https?://[^\s\"')]+", text) if "w3.org" not in url]
        assert all(f"// {url}" in text or f" {url}" in text for url in elsewhere), elsewhere
        assert not re.findall(r"(?:src|href|from|import|fetch\(|URL\()\s*=?\s*[\"'](?:/|https?:)", text)
        for name in re.findall(r"(?:src=|href=|from |URL\(|addModule\()\"(?:\./)?([\w.-]+)\"", text):
            assert name in names, f"{file.name} names {name}"


@pytest.mark.skipif(not PAGE.is_dir(), reason="the page is not built (make page)")
def test_the_build_holds_the_sources_and_the_runtime() -> None:
    built = {file.name for file in PAGE.iterdir()}
    assert built == {file.name for file in SOURCES.iterdir()} | {"ort.js", "ort.wasm.gz", "THIRD_PARTY.txt"}
    stale = [file.name for file in SOURCES.iterdir() if file.read_bytes() != (PAGE / file.name).read_bytes()]
    assert not stale, "run make page"
