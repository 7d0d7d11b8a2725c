"""``evenvoice serve`` as a person starts it: what it says, what it keeps to itself, how it ends."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from evenvoice.recognizer import Recognizer
from tests.cli.command import run
from tests.serve.service import Service, serving
from tests.serve.uploads import encode, voice


def test_it_answers_as_the_recognizer_and_logs_nothing_of_the_audio(
    service: Service, whole_model: Path, tmp_path: Path
) -> None:
    file = tmp_path / "private name.wav"
    file.write_bytes(encode(voice(2), 16000))
    expected = Recognizer(whole_model)(file)
    with httpx.Client(base_url=service.url) as client:
        assert client.post("/predict?top=3", content=file.read_bytes()).json() == expected
        assert client.post("/predict", files={"file": file.open("rb")}).json() == expected
        assert client.post("/predict?top=secret", files={"file": ("private.txt", b"text")}).status_code == 422
        assert client.post("/predict", files={"file": ("private.txt", b"text")}).status_code == 415
        assert "server" not in client.get("/health").headers
    written = re.sub(
        r"evenvoice: the HTTP service only: .*\n", "", service.log.read_text(encoding="utf-8")
    )  # no page is built
    assert written == (f"evenvoice: serving {whole_model} at {service.url} (API: /docs); stop with Ctrl-C\n")


def test_it_listens_to_this_machine_only_by_default(tiny_model: Path, tmp_path: Path) -> None:
    with serving(tiny_model, tmp_path / "log", "--host", "0.0.0.0", "--max-mb", "0.001") as service:
        port = int(service.url.rpartition(":")[2])
        reply = httpx.post(f"http://127.0.0.1:{port}/predict", content=bytes(1001))
    assert reply.status_code == 413
    lines = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert lines[1:2] == [
        "evenvoice: --host 0.0.0.0: every machine that reaches this one can use the service, unencrypted and without "
        "a password; by a name other than its numeric address only with --allow-host"
    ]
    assert service.process.returncode == 0


def test_the_default_address_is_loopback(service: Service) -> None:
    assert service.url.startswith("http://127.0.0.1:")


def test_a_port_that_is_taken(tiny_model: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        complaint = run("serve", tiny_model, "--port", str(port)).complaint()
    assert complaint.startswith(f"--host 127.0.0.1 --port {port}: cannot be listened at (")
    assert complaint.endswith("choose another port or address")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--host", "no.such.host.invalid"], "cannot be listened at"),
        (["--max-mb", "0"], "limit megabytes: 0.0, expected more than 0"),
        (["--max-seconds", "nan"], "limit seconds: nan, expected more than 0"),
        (["--workers", "-1"], "limit workers: -1, expected more than 0"),
        (["--allow-host", "a:80"], "--allow-host 'a:80': expected a name without a port"),
        (["--allow-origin", "a"], "--allow-origin 'a': expected scheme and host without a path"),
    ],
)
def test_what_cannot_be_served_with(arguments: list[str], says: str, tiny_model: Path) -> None:
    assert says in run("serve", tiny_model, *arguments).complaint()


def test_what_is_no_model(tmp_path: Path) -> None:
    complaint = run("serve", tmp_path / "absent.onnx").complaint()
    assert complaint.startswith(f"{tmp_path / 'absent.onnx'}: no such file; check the path; ")


def test_without_fastapi_it_says_what_to_install(tiny_model: Path) -> None:
    program = "import sys; sys.modules['uvicorn'] = None; from evenvoice.cli.main import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", program, "serve", str(tiny_model)], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (
        2,
        'evenvoice: this command needs uvicorn, which is not installed; pip install "evenvoice[serve]"\n',
    )
