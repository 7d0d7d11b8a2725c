"""``evenvoice listen``: a file fed as a microphone, in a pipe and in a terminal, and microphones that are not there."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from evenvoice.recognizer import Recognizer
from tests.cli import sounds
from tests.cli.command import Answer
from tests.recognizer import adaptive, tiny

# sounddevice, with a device that plays a file at once, as a driver does: from a thread of its own, in blocks.
DEVICE = """
import os, threading
import soundfile

class PortAudioError(Exception): ...

def query_devices(device=None, kind=None):
    if device not in (None, 1, "USB"):
        raise ValueError(f"No input device matching {device!r}")
    one = {"name": "USB microphone", "max_input_channels": 1, "default_samplerate": 8000.0}
    return one if kind else [{"name": "loudspeaker", "max_input_channels": 0}, one]

class InputStream:
    def __init__(self, rate, *, blocksize, device, channels, dtype, callback):
        if os.environ.get("BUSY"):
            raise PortAudioError("Device unavailable")
        self.samples, own = soundfile.read(os.environ["PLAYED"], dtype=dtype, always_2d=True)
        assert (own, channels) == (rate, 1)
        self.play = threading.Thread(target=self.feed, args=(blocksize, callback), daemon=True)

    def feed(self, size, callback):
        for start in range(0, len(self.samples), size):
            callback(self.samples[start : start + size], size, None, None)

    def __enter__(self):
        self.play.start()

    def __exit__(self, *_):
        pass
"""
TALK = np.concatenate([tiny.steady(0.4), np.zeros(tiny.RATE), tiny.steady(0.2), tiny.steady(0.1)])


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The tiny model that can be adapted, at 8 kHz."""
    file = tmp_path / "adaptive.onnx"
    file.write_bytes(adaptive.model_file())
    return file


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """A machine with the device."""
    (tmp_path / "driver").mkdir()
    (tmp_path / "driver" / "sounddevice.py").write_text(DEVICE, encoding="utf-8")
    sounds.sound(TALK, tiny.RATE, subtype="FLOAT")(tmp_path / "talk.wav")
    path = os.pathsep.join([str(tmp_path / "driver"), *sys.path])
    return {**os.environ, "PYTHONPATH": path, "PLAYED": str(tmp_path / "talk.wav")}


PROGRAM = [sys.executable, "-c", "from evenvoice.cli.main import main; main()", "listen"]
WHOLE = ["--window", "1", "--hop", "1", "--seconds", "3"]


def listen(surroundings: dict[str, str], *arguments: Path | str) -> Answer:
    ended = subprocess.run(
        [*PROGRAM, *map(str, arguments)], env=surroundings, capture_output=True, text=True, timeout=120, check=False
    )
    return Answer(ended.returncode, ended.stdout, ended.stderr)


def test_a_line_for_each_window(model: Path, surroundings: dict[str, str]) -> None:
    lines = listen(surroundings, model, *WHOLE, "--seconds", "4", "--adapt").result().splitlines()
    expected = Recognizer(model).windows(TALK.astype(np.float32), window=1, hop=1, adapt=120)
    assert [line.split("\t")[0] for line in lines] == ["1.00", "2.00", "3.00", "4.00"]
    assert lines[1] == "2.00\tsilent"
    assert lines[2].split("\t")[1].startswith(f"{expected[2]['scores'][0]['label']} ")
    assert [line.count("adapted, ") for line in lines] == [0, 0, 1, 1]


def test_bars_move_in_a_terminal(model: Path, surroundings: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    terminal = {**surroundings, "TERM": "xterm", "COLUMNS": "90", "LINES": "30"}
    with subprocess.Popen([*PROGRAM, str(model), *WHOLE], env=terminal, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # Linux says so at the end of a terminal
                break
            if not piece:
                break
            shown += piece
    os.close(ours)
    assert process.returncode == 0
    text = shown.decode()
    assert "> angry" in text
    assert "silent" in text
    assert len({line.count("█") for line in text.splitlines() if "> angry" in line}) > 1  # they move


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--device", "9"], "microphone 9: cannot be opened .*--devices"),
        (["--device", "missing"], "microphone missing: cannot be opened"),
        (["--window", "0"], "window of 0 s"),
        (["--seconds", "0"], "--seconds 0: expected more than 0"),
        (["--voice", "missing.voice"], "missing.voice: no such file"),
    ],
)
def test_what_cannot_be_listened_to(arguments: list[str], says: str, model: Path, surroundings: dict[str, str]) -> None:
    assert re.match(says, listen(surroundings, model, *arguments).complaint())


def test_what_goes_wrong_after_the_opening_is_said_as_it_is(model: Path, surroundings: dict[str, str]) -> None:
    sounds.sound(tiny.steady(0.4)[:400], tiny.RATE, subtype="FLOAT")(Path(surroundings["PLAYED"]))
    said = listen(surroundings, model, *WHOLE, "--seconds", "0.05").complaint()
    assert said.startswith("the stream: "), said


def test_a_microphone_in_use_and_a_machine_without_a_library(model: Path, surroundings: dict[str, str]) -> None:
    busy = listen({**surroundings, "BUSY": "1"}, model).complaint()
    assert busy.startswith("no microphone: cannot be opened (Device unavailable); connect one")
    driver = Path(surroundings["PYTHONPATH"].split(os.pathsep)[0]) / "sounddevice.py"
    driver.write_text("raise OSError('PortAudio library not found')", encoding="utf-8")
    assert "apt install libportaudio2" in listen(surroundings, model).complaint()
    driver.write_text("raise ModuleNotFoundError(name='sounddevice')", encoding="utf-8")
    assert 'pip install "evenvoice[listen]"' in listen(surroundings, model).complaint()


def test_the_microphones_are_listed(surroundings: dict[str, str]) -> None:
    assert listen(surroundings, "--devices").result() == "1: USB microphone\n"
