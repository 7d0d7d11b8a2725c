"""Models to a hub and back: a stand-in on loopback, and processes that huggingface_hub sends there by HF_ENDPOINT."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from evenvoice.errors import EvenvoiceError
from evenvoice.recognizer.hub import hub_name
from tests.cli.command import finish, start
from tests.cli.sounds import noise, sound
from tests.recognizer import tiny
from tests.recognizer.hub_server import TOKEN, Hub, running_hub

pytest.importorskip("huggingface_hub")

_PUSHED = "anna/voices"
# Each line of standard input is evaluated; its value, or its error, is a line of JSON.
_EVALUATE = """
import json, sys
from evenvoice import EvenvoiceError, Recognizer
for line in sys.stdin:
    try:
        print(json.dumps(eval(line)))
    except EvenvoiceError as error:
        print(json.dumps(f"error: {error}"))
"""


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with running_hub() as hub:
        for name, value in (
            ("HF_ENDPOINT", hub.endpoint), ("HF_HOME", str(tmp_path / "hub")), ("HF_TOKEN", TOKEN),
            ("HF_HUB_DISABLE_PROGRESS_BARS", "1"), ("HF_HUB_ETAG_TIMEOUT", "2"),
        ):  # fmt: skip
            monkeypatch.setenv(name, value)
        yield hub


@pytest.fixture
def model(tmp_path: Path) -> Path:
    file = tmp_path / "mine.onnx"
    file.write_bytes(tiny.model_file())
    return file


def evaluate(*lines: str, **environment: str) -> list[object]:
    """Evaluate lines of Python in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _EVALUATE], input="\n".join(lines), capture_output=True, text=True, check=True,
        env={**os.environ, **environment},
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_a_model_is_pushed_with_its_card_and_predicts_from_the_hub(hub: Hub, model: Path, tmp_path: Path) -> None:
    answer = finish(start("push", model, _PUSHED, "--licence", "apache-2.0", "--language", "de", "--private"))
    assert answer.result() == f"{hub.endpoint}/{_PUSHED}\n"
    assert {*hub.repos[_PUSHED]} == {"model.onnx", "README.md"}
    assert hub.repos[_PUSHED]["model.onnx"] == model.read_bytes()
    assert hub.private == {_PUSHED}
    card = hub.repos[_PUSHED]["README.md"].decode()
    matter = yaml.safe_load(card.split("---")[1])
    assert (matter["license"], matter["language"], matter["library_name"]) == ("apache-2.0", ["de"], "evenvoice")
    assert f'Recognizer("hf:{_PUSHED}")' in card
    assert 'pip install "evenvoice[hub]"' in card

    clip = tmp_path / "clip.wav"
    sound(noise(0.3))(clip)
    there, here = (finish(start("predict", name, clip)) for name in (f"hf:{_PUSHED}", model))
    assert there.result() == here.result() != ""
    assert finish(start("card", f"hf:{_PUSHED}", "--licence", "apache-2.0", "--language", "de")).result() == card


def test_a_model_that_was_downloaded_is_there_without_the_hub(hub: Hub, model: Path) -> None:
    hub.repos[_PUSHED] = {"model.onnx": model.read_bytes(), "old/model.onnx": model.read_bytes()}
    lines = [f"Recognizer('hf:{_PUSHED}').labels", f"repr(Recognizer('hf:{_PUSHED}/old/model.onnx@main'))"]
    labels, shown = evaluate(*lines)
    assert labels == tiny.LABELS
    assert "hf:" not in str(shown)
    hub.asked.clear()
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9"}
    assert evaluate(*lines, **nowhere) == [labels, shown]
    assert evaluate(lines[0], HF_HUB_OFFLINE="1") == [labels]
    assert hub.asked == []


def test_what_goes_wrong_is_one_line_with_a_remedy(hub: Hub, model: Path) -> None:
    hub.repos[_PUSHED] = {"model.onnx": model.read_bytes(), "large.onnx": bytes(257 * 2**20), "no.onnx": b"x" * 100}
    expected = {
        "Recognizer('hf:anna/voice')": "error: hf:anna/voice: the hub refuses (401); run `hf auth login`",
        f"Recognizer('hf:{_PUSHED}@v9')": "no such revision; leave @REVISION out",
        f"Recognizer('hf:{_PUSHED}/a.onnx')": "no file a.onnx in it; name the file: hf:USER/MODEL/FILE.onnx",
        f"Recognizer('hf:{_PUSHED}/large.onnx')": "large.onnx has 269484032 bytes, not a model of evenvoice",
        f"Recognizer('hf:{_PUSHED}/no.onnx')": f"error: hf:{_PUSHED}/no.onnx: ",
        "Recognizer('hf:voices')": "no name on the hub; expected hf:USER/MODEL[/FILE][@REVISION]",
        f"Recognizer({str(model)!r}).push_to_hub('{_PUSHED}', token='hf_other')": "the hub refuses (401)",
        f"Recognizer({str(model)!r}).push_to_hub('{_PUSHED}@v1')": "names a file or a revision",
    }
    for found, (line, says) in zip(evaluate(*expected), expected.items(), strict=True):
        assert says in str(found), line
        assert "\n" not in str(found)
    assert not any("large" in asked for asked in hub.asked if asked.startswith("GET"))
    (found,) = evaluate(f"Recognizer('hf:{_PUSHED}')", HF_ENDPOINT="http://127.0.0.1:9")
    assert "the hub does not answer (" in str(found)


@pytest.mark.parametrize("name", ["hf:", "hf:a", "hf:a/", "hf:/b", "hf:a/b@", "hf:a b/c", "hf:a/b/", "hf:../../etc"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(EvenvoiceError, match="no name on the hub"):
        hub_name(name)
