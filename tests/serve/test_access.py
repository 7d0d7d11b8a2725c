"""Which pages and which names may use the service: DNS rebinding, pages of other sites, and what is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from evenvoice.errors import EvenvoiceError
from evenvoice.serve.access import Access, read_keys
from evenvoice.serve.app import create_app
from tests.recognizer import tiny
from tests.serve.uploads import encode

HALF = encode(tiny.steady(0.5), tiny.RATE)
OTHER = "https://app.example.org"


@pytest.fixture(scope="module")
def client(tiny_model: Path) -> Iterator[TestClient]:
    with TestClient(create_app(tiny_model), base_url="http://127.0.0.1:8000") as found:
        yield found


@pytest.fixture(scope="module")
def open_client(tiny_model: Path) -> Iterator[TestClient]:
    access = Access(hosts=("emotions.example.org",), origins=(OTHER,))
    with TestClient(create_app(tiny_model, access=access), base_url="http://127.0.0.1:8000") as found:
        yield found


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8000", "127.0.0.1", "localhost:9", "LOCALHOST", "[::1]:8000", "127.9.9.9", "localhost.:80"]
)
def test_loopback_names_are_ours(host: str, client: TestClient) -> None:
    assert client.post("/predict", content=HALF, headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example@127.0.0.1",
     "192.168.0.7", "127.0.0.1:x", "", "127.0.0.1/evil.example", "emotions.example.org"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/predict", "/health", "/", "/model.onnx"])
def test_other_names_are_refused(host: str, path: str, client: TestClient) -> None:
    """DNS rebinding: the page's own name leads to 127.0.0.1, so that browsers take our answers for the page's."""
    method = "POST" if path == "/predict" else "GET"
    answer = client.request(method, path, content=HALF if method == "POST" else None, headers={"host": host})
    assert answer.status_code == 421
    assert "--allow-host" in answer.json()["detail"]


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://127.0.0.1:9999", "http://localhost:8000", "file://", "x", "",
     "http://127.0.0.1:8000.evil.example", "http://127.0.0.1:8000@evil.example", OTHER],
)  # fmt: skip
def test_pages_of_other_sites_are_refused(origin: str, client: TestClient) -> None:
    answer = client.post("/predict", content=HALF, headers={"origin": origin})
    assert answer.status_code == 403
    assert "--allow-origin" in answer.json()["detail"]
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "content-security-policy" in answer.headers


def test_each_of_several_origins_counts(client: TestClient) -> None:
    origins = [("origin", "http://127.0.0.1:8000"), ("origin", "https://evil.example")]
    assert client.post("/predict", content=HALF, headers=origins).status_code == 403


def test_our_own_page_is_welcome(client: TestClient) -> None:
    headers = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}
    assert client.post("/predict", content=HALF, headers=headers).status_code == 200


def test_a_proxy_that_speaks_https(open_client: TestClient) -> None:
    headers = {"host": "emotions.example.org", "origin": "https://emotions.example.org"}
    assert open_client.post("/predict", content=HALF, headers=headers).status_code == 200


def test_what_other_pages_embed_is_refused_and_links_are_followed(client: TestClient) -> None:
    embedded = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    assert client.get("/model.onnx", headers=embedded).status_code == 403
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client.get("/health", headers=followed).status_code == 200


def test_what_is_allowed(open_client: TestClient) -> None:
    asked = {"origin": OTHER, "access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    before = open_client.options("/predict", headers=asked)
    assert (before.status_code, before.headers["access-control-allow-origin"]) == (200, OTHER)
    answer = open_client.post("/predict", content=HALF, headers={"origin": OTHER})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, OTHER)
    assert open_client.post("/predict", content=HALF, headers={"origin": "https://evil.example"}).status_code == 403


def test_nothing_of_a_refused_body_is_read(client: TestClient) -> None:
    def content() -> Iterator[bytes]:
        yield b""
        pytest.fail("the body is read")

    assert client.post("/predict", content=content(), headers={"host": "evil.example"}).status_code == 421


@pytest.mark.parametrize("origin", ["example.org", "https://example.org/app", "", "ftp://example.org", "https://a b"])
def test_what_is_no_origin(origin: str) -> None:
    with pytest.raises(EvenvoiceError, match=r"--allow-origin .*: expected scheme and host"):
        Access(origins=(origin,))


@pytest.mark.parametrize("host", ["example.org:8000", "http://example.org", "", "a b"])
def test_what_is_no_host(host: str) -> None:
    with pytest.raises(EvenvoiceError, match=r"--allow-host .*: expected a name without a port"):
        Access(hosts=(host,))


KEY = "0123456789abcdef"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": f"Bearer {KEY}"}, 200),
        ({"authorization": f"bearer  {KEY}"}, 200),
        ({"x-api-key": KEY}, 200),
        ({"x-api-key": "another key of mine"}, 200),
        ({"authorization": f"Basic {KEY}"}, 401),
        ({"authorization": KEY}, 401),
        ({"x-api-key": KEY[:-1]}, 401),
        ({"x-api-key": "ü"}, 401),
        ({"authorization": "Bearer "}, 401),
    ],
)
def test_a_key_is_asked_for_where_there_are_keys(headers: dict[str, str], status: int, tiny_model: Path) -> None:
    access = Access(keys=(KEY, "another key of mine"))
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    with TestClient(create_app(tiny_model, access=access), base_url="http://localhost") as client:
        answer = client.post("/predict", content=HALF, headers=sent)
        assert answer.status_code == status
        assert client.get("/model.onnx", headers=sent).status_code == status
        assert client.get("/health").status_code == 200
    assert KEY not in answer.text + repr(access)


def test_keys_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# of mine\n{KEY}\n\n  {KEY}2  \n", encoding="utf-8")
    assert read_keys(file) == (KEY, f"{KEY}2")
    for content in ("", "# none\n", "short\n", f"{KEY}\n1234\n", "üüüüüüüüüüüüüüüüüüüü", "x" * 200_000):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(EvenvoiceError, match="--api-key-file"):
            read_keys(file)
    with pytest.raises(EvenvoiceError, match="--api-key-file"):
        read_keys(tmp_path)


@pytest.mark.parametrize("path", ["/emotions/predict", "/predict"])
def test_a_proxy_has_it_under_a_path(path: str, tiny_model: Path) -> None:
    with TestClient(create_app(tiny_model, root_path="/emotions"), base_url="http://localhost") as client:
        assert client.post(path, content=HALF).status_code == 200
        assert client.get("/openapi.json").json()["servers"] == [{"url": "/emotions"}]
    for wrong in ("emotions", "/", "/emotions/", "//evil.example", "/a b", "/a?b"):
        with pytest.raises(EvenvoiceError, match="--root-path"):
            create_app(tiny_model, root_path=wrong)
