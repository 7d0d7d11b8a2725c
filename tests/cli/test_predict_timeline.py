"""``evenvoice predict --window``: emotions over time, and recordings that are too long."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.cli import sounds
from tests.cli.command import run
from tests.recognizer import tiny


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """Two and a half seconds: a second at 0.5, a second of silence, half a second at -0.5."""
    file = tmp_path / "talk.wav"
    wave = np.concatenate((tiny.steady(0.5), np.zeros(tiny.RATE), tiny.steady(-0.5, tiny.RATE // 2)))
    sounds.sound(wave, tiny.RATE, subtype="FLOAT")(file)
    return file


def test_a_timeline(model: Path, talk: Path) -> None:
    how = ("--window", "1", "--hop", "1", "--top", "1")
    assert run("predict", model, talk, *how).result().splitlines() == [
        f"{talk}\t0.00\t1.00\tangry 66.5%",
        f"{talk}\t1.00\t2.00\tsilent",
        f"{talk}\t1.50\t2.50\tsad 50.6%",
    ]
    (answer,) = json.loads(run("predict", model, talk, *how, "--json").result())
    assert set(answer) == {"file", "windows"}
    assert [set(window) for window in answer["windows"]] == [
        {"start", "end", "scores"}, {"start", "end", "scores", "silent"}, {"start", "end", "scores"},
    ]  # fmt: skip
    assert [(window["start"], window["end"]) for window in answer["windows"]] == [(0, 1), (1, 2), (1.5, 2.5)]
    rows = list(csv.reader(io.StringIO(run("predict", model, talk, *how, "--csv").result())))
    assert rows[0] == ["file", "start", "end", "label", "p:angry", "p:neutral", "p:sad"]
    assert [row[1:4] for row in rows[1:]] == [["0.0", "1.0", "angry"], ["1.0", "2.0", ""], ["1.5", "2.5", "sad"]]


def test_a_longer_recording_than_the_limit_is_refused(model: Path, talk: Path) -> None:
    for window in ((), ("--window", "1")):
        complaint = run("predict", model, talk, "--max-seconds", "2", *window).complaint()
        assert complaint.startswith(
            f"{talk}: lasts 2 s or more, at most 2 s are decoded; cut it into parts, or raise the "
        )
        assert run("predict", model, talk, "--max-seconds", "3", *window).result()
    assert "a limit of 0 s" in run("predict", model, talk, "--max-seconds", "0").complaint()


def test_a_name_with_a_line_break_is_one_line(model: Path, talk: Path) -> None:
    twice = talk.with_name("a\nb.wav")
    assert run("predict", model, twice).complaint() == f"{talk.parent}/a\\nb.wav: no such file; check the path"


def test_a_window_alone_moves_by_a_second(model: Path, talk: Path) -> None:
    lines = run("predict", model, talk, "--window", "1.5").result().splitlines()
    assert [line.split("\t")[1] for line in lines] == ["0.00", "1.00"]


_PEAK = """
import resource, sys
from evenvoice.cli.main import main
try:
    main()
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="counts kilobytes as Linux does")
def test_memory_does_not_grow_with_a_timeline(model: Path, tmp_path: Path) -> None:
    def peak(minutes: int) -> int:
        file = tmp_path / f"{minutes}.wav"
        with soundfile.SoundFile(file, "w", 44100, 2) as out:
            for _ in range(minutes):
                out.write(np.stack([np.resize(tiny.steady(0.3, 400), 60 * 44100)] * 2, axis=1))
        command = [sys.executable, "-c", _PEAK, "predict", str(model), str(file), "--window", "3", "--hop", "3"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert len(done.stdout.splitlines()) == 20 * minutes
        file.unlink()
        return int(done.stderr.splitlines()[-1]) >> 10

    # In MiB. Twelve minutes of two channels are 233 more as floats, and 28 more in one channel at the model's rate.
    assert peak(12) < peak(1) + 24
