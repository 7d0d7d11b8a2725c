"""The HTTP service: the recognizer's own answers, and a reason in one line for whatever cannot be answered."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from evenvoice import __version__
from evenvoice.errors import EvenvoiceError
from evenvoice.recognizer import Recognizer
from evenvoice.serve.app import create_app
from evenvoice.serve.limits import Limits
from tests.recognizer import tiny
from tests.recognizer.test_recognizer import GOLDEN
from tests.serve.uploads import encode, noise

HALF = encode(tiny.steady(0.5), tiny.RATE)


@pytest.fixture
def client(tiny_model: Path) -> Iterator[TestClient]:
    with TestClient(create_app(tiny_model, Limits(megabytes=1, seconds=10))) as found:
        yield found


@pytest.fixture
def recognizer(tiny_model: Path) -> Recognizer:
    return Recognizer(tiny_model)


def test_scores_by_hand_best_first(client: TestClient) -> None:
    reply = client.post("/predict", content=HALF)
    assert reply.status_code == 200
    assert [score["label"] for score in reply.json()] == ["angry", "neutral", "sad"]
    assert [score["score"] for score in reply.json()] == pytest.approx(GOLDEN, abs=2e-6)
    assert [set(score) for score in reply.json()] == [{"label", "score"}] * 3


@pytest.mark.parametrize(("container", "subtype"), [("WAV", "PCM_16"), ("FLAC", "PCM_24"), ("OGG", "VORBIS")])
def test_bytes_and_form_are_answered_as_the_recognizer_answers_the_file(
    container: str, subtype: str, client: TestClient, recognizer: Recognizer, tmp_path: Path
) -> None:
    stereo = np.stack([noise(1, 44100, seed) + 0.1 * seed for seed in range(2)], axis=1)
    file = tmp_path / "clip"
    file.write_bytes(encode(stereo, 44100, format=container, subtype=subtype))
    expected = recognizer(file)
    assert client.post("/predict", content=file.read_bytes()).json() == expected
    # What curl --data-binary sends, unless it is told otherwise.
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/predict", content=file.read_bytes(), headers=form).json() == expected
    for name in ("clip.wav", 'ü "🎤".txt', ""):
        sent = {"file": (name, file.read_bytes())} if name else {"file": file.read_bytes()}
        reply = client.post("/predict", files=sent, data={"another": "field"})
        assert reply.json() == expected
    assert client.post("/predict?top=2", content=file.read_bytes()).json() == expected[:2]
    assert client.post("/predict?top=9", content=file.read_bytes()).json() == expected


def test_windows_are_the_recognizers(client: TestClient, recognizer: Recognizer, tmp_path: Path) -> None:
    samples = np.concatenate([noise(2, tiny.RATE), np.zeros(3 * tiny.RATE), noise(1.3, tiny.RATE, 1)])
    file = tmp_path / "talk.wav"
    file.write_bytes(encode(samples, tiny.RATE))
    expected = recognizer.windows(file, window=2, hop=0.5)
    assert client.post("/predict?window=2&hop=0.5", content=file.read_bytes()).json() == expected
    assert any(entry.get("silent") for entry in expected)
    shortened = [{**entry, "scores": entry["scores"][:1]} for entry in recognizer.windows(file, window=3, hop=1)]
    assert client.post("/predict?window=3&top=1", content=file.read_bytes()).json() == shortened
    # A window below a second has no hop of a second.
    halves = client.post("/predict?window=0.5", content=file.read_bytes()).json()
    assert halves == recognizer.windows(file, window=0.5, hop=0.5)


BAD_UPLOADS = {
    "empty": (b"", 400, r"the upload is empty \(0 bytes\); send a recording"),
    "text": (b"hello\n" * 50, 415, "the upload: holds text, not audio"),
    "JSON": (b'{"audio": "UklGRg=="}', 415, "the upload: holds text, not audio"),
    "bytes": (bytes(range(128, 256)) * 8, 415, "the upload: not a format that evenvoice reads; convert it: ffmpeg"),
    "M4A": (b"\0\0\0\x20ftypM4A " + bytes(range(256)), 415, "the upload: (cut off|MP4 or MOV is read by PyAV)"),
    "no samples": (encode(np.zeros(0)), 422, "the upload: no samples"),
    "silent": (encode(np.zeros(4000)), 422, r"the upload: silent \(every sample is zero\)"),
    "NaN": (encode(np.full(4000, np.nan)), 422, "the upload: holds samples that are NaN or infinite"),
    "far too loud": (encode(np.full(4000, 1e20)), 422, "full scale is 1"),
    "header cut off": (encode(noise())[:20], 415, "the upload: .*cut off"),
    "cut off": (encode(noise(), format="FLAC", subtype="PCM_16")[:2000], 422, "the upload: damaged or cut off"),
    "one sample": (encode(np.full(1, 0.5), 48000), 422, "the upload: lasts 2.1e-05 s, expected 0.1 s or more"),
    "too long": (encode(noise(10.1, 8000), 8000), 413, r"the upload: lasts 10\.1 s, at most 10 s; send a shorter part"),
    "too many bytes": (bytes(1_000_001), 413, r"the upload is larger than 1 MB; send a shorter part"),
}


@pytest.mark.parametrize("kind", BAD_UPLOADS)
def test_a_bad_upload_is_refused_with_the_reason(kind: str, client: TestClient) -> None:
    content, status, says = BAD_UPLOADS[kind]
    # Beyond the limit of a form, there is room for its boundaries.
    in_form = content + bytes(100_000) if kind == "too many bytes" else content
    for sent in ({"content": content}, {"files": {"file": ("private name.wav", in_form)}}):
        reply = client.post("/predict", **sent)
        assert (reply.status_code, reply.headers["content-type"]) == (status, "application/json"), reply.text
        assert set(reply.json()) == {"detail"}
        reason = reply.json()["detail"]
        assert "\n" not in reason
        assert "private" not in reason
        assert re.search(says, reason), reason


def part(name: str) -> bytes:
    """A part of a form that an upload would not be refused for alone."""
    return f"--x\r\nContent-Disposition: form-data; name={name}; filename=a\r\n\r\n0\r\n".encode()


@pytest.mark.parametrize(
    ("content", "status", "says"),
    [
        (b"--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n00000", 422, "no whole file"),
        (b"--y\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n0\r\n--y--", 400, "the form is damaged"),
        (b"--x\r\nNo-Disposition: 1\r\n\r\n0\r\n--x--\r\n", 400, "the form is damaged .*name"),
        (
            b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\n0\r\n--x--\r\n",
            422,
            "no whole file in the field 'file'",
        ),
        (b"--x\r\nContent-Disposition: form-data; name=a; filename=a\r\n\r\n0\r\n--x--\r\n", 422, "field 'file'"),
        (part("file") + part("file") + b"--x--\r\n", 422, "more than one recording"),
        (part("file") + part("files") + b"--x--\r\n", 422, "more than one recording"),
        (part("file") + part("voice") * 2 + b"--x--\r\n", 422, "more than one recording or voice"),
        (part("file") + part("window") + b"--x--\r\n", 422, "put it into the query"),
        (b"--x--\r\n", 422, "the form has no whole file in the field 'file'; send it as curl -F file=@clip.wav does"),
        (b"", 422, "no whole file"),
    ],
)
def test_a_bad_form_is_refused_with_the_reason(content: bytes, status: int, says: str, client: TestClient) -> None:
    reply = client.post("/predict", content=content, headers={"content-type": "multipart/form-data; boundary=x"})
    assert reply.status_code == status, reply.text
    assert re.search(says, reply.json()["detail"]), reply.text


def test_a_form_without_its_boundary(client: TestClient) -> None:
    reply = client.post("/predict", content=b"--x--\r\n", headers={"content-type": "multipart/form-data"})
    assert reply.status_code == 400
    assert "Missing boundary" in reply.json()["detail"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("top=0", "top: .*greater than or equal to 1"),
        ("top=one", "top: .*valid integer"),
        ("window=nan", "window: .*finite"),
        ("window=0.4", "window: .*0.5"),
        ("window=61", "window: .*60"),
        ("window=x", "window: .*valid number"),
        ("hop=1", "hop: 1 without a window; give window, too, for example window=3&hop=1"),
        ("window=3&hop=0.2", r"hop: 0\.2 s, expected 0\.3 s to 3 s for a window of 3 s"),
        ("window=3&hop=3.5", r"hop: 3\.5 s, expected 0\.3 s to 3 s for a window of 3 s"),
        ("window=3&hop=0.01", "hop: .*0.1"),
        ("windows=3", "windows: unknown; the query may have top, window, hop, adapt"),
        ("window=1&window=2", "window: given 2 times"),
    ],
)
def test_a_bad_parameter_is_refused_with_the_reason(query: str, says: str, client: TestClient) -> None:
    reply = client.post(f"/predict?{query}", content=HALF)
    assert reply.status_code == 422
    assert re.match(says, reply.json()["detail"]), reply.text


def test_what_unpacks_to_too_much_is_refused_by_its_header(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine seconds of eight channels at 192 kHz: within the seconds, and a few kilobytes as long as it is packed."""
    packed = encode(np.zeros((9 * 192_000, 8)), 192_000, format="FLAC", subtype="PCM_16")
    assert len(packed) < 100_000
    monkeypatch.setattr("evenvoice.serve.decoding.decode", lambda *_, **__: pytest.fail("it was decoded"))
    reply = client.post("/predict", content=packed)
    assert reply.status_code == 413
    assert reply.json()["detail"].startswith("the upload: holds 13,824,000 samples (8 channels at 192000 Hz), at most")


def test_health_and_model(client: TestClient, recognizer: Recognizer) -> None:
    assert client.get("/health").json() == {"status": "ok", "version": __version__}
    assert client.get("/model").json() == client.get("/model.json").json() == recognizer.card
    assert client.get("/model.onnx").content == tiny.model_file()


def test_docs_are_one_page_that_fetches_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs").text
    for word in ("POST /predict", "GET /health", "GET /model", "window", "1 MB", "10 s of sound", "413"):
        assert word in page
    assert "<script" not in page
    assert "//" not in page.replace("http://127.0.0.1:8000/", "")
    description = client.get("/openapi.json").json()
    assert set(description["paths"]) == {"/predict", "/enrol", "/health", "/model"}
    assert set(description["paths"]["/predict"]["post"]["responses"]) == {
        "200",
        "400",
        "401",
        "403",
        "408",
        "413",
        "415",
        "421",
        "422",
        "503",
    }


@pytest.mark.parametrize("path", ["/", "/health", "/docs", "/nowhere", "/model.onnx"])
def test_every_reply_says_what_a_browser_may_do(path: str, client: TestClient) -> None:
    headers = client.get(path, headers={"origin": "https://elsewhere.example"}).headers
    assert "'wasm-unsafe-eval'" in headers["content-security-policy"]
    assert "connect-src 'self'" in headers["content-security-policy"]
    assert "microphone=(self)" in headers["permissions-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert not [name for name in headers if name.startswith("access-control")]


def test_an_answer_is_kept_by_no_cache(client: TestClient) -> None:
    assert client.post("/predict", content=HALF).headers["cache-control"] == "no-store"


def test_a_model_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match="no such file"):
        create_app(tmp_path / "missing.onnx")


_opened: list[str] | None = None


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    """Remember files that are opened to be written."""
    if _opened is not None and event == "open":
        name, _, flags = arguments
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            _opened.append(str(name))


def test_no_upload_is_written_to_a_file(tiny_model: Path, tmp_path: Path) -> None:
    """Starlette's own form parser does it above a megabyte; the hook is Python's, and sees every file that it opens."""
    global _opened
    recording = encode(np.tile(noise(1, 48000), 60), 48000)
    assert len(recording) > 10_000_000
    sys.addaudithook(_watch)
    with TestClient(create_app(tiny_model)) as client:
        client.get("/health")
        _opened = []
        statuses = [
            client.post("/predict", content=recording).status_code,
            client.post("/predict", files={"file": ("a.wav", recording)}).status_code,
        ]
        found, _opened = _opened, []
        (tmp_path / "control").write_text("The hook works.", encoding="utf-8")
        control, _opened = _opened, None
    assert statuses == [200, 200]
    assert found == []
    assert control == [str(tmp_path / "control")]


def test_the_service_needs_no_torch(tiny_model: Path) -> None:
    program = """
    import sys

    HEAVY = {"torch", "sklearn", "scipy", "pandas", "skorch", "joblib", "yaml", "matplotlib"}

    class Blocked:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] in HEAVY:
                raise ImportError(f"{name} is blocked")

    sys.meta_path.insert(0, Blocked())
    import uvicorn
    from evenvoice.serve.app import create_app
    from evenvoice.serve import run

    print(create_app(sys.argv[1]).title)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tiny_model)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr) == ("evenvoice\n", "")


def test_several_recordings_in_one_form(client: TestClient, recognizer: Recognizer) -> None:
    sent = [("files", ("a.wav", HALF)), ("files", ("b.txt", b"text")), ("files", ("a.wav", HALF))]
    reply = client.post("/predict?top=1", files=sent)
    assert reply.status_code == 200
    first, bad, last = reply.json()
    assert first == last
    assert first == {"file": "a.wav", "scores": recognizer(tiny.steady(0.5).astype(np.float32))[:1]}
    assert bad["file"] == "b.txt"
    assert "\n" not in bad["detail"]
    (windows,) = client.post("/predict?window=0.5", files=[("files", ("a.wav", HALF))]).json()
    assert [entry["start"] for entry in windows["windows"]] == [0.0, 0.5]
    none = client.post("/predict", files=[("files", ("b.txt", b"text"))])
    assert (none.status_code, none.json()["detail"].startswith("none of 1 recordings can be used")) == (422, True)
    many = client.post("/predict", files=[("files", ("a.wav", b"x"))] * 101)
    assert (many.status_code, "Too many files" in many.json()["detail"]) == (400, True)
