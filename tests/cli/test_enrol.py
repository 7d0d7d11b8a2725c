"""``evenvoice enrol``, and ``predict`` with ``--voice`` and ``--adapt``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli import sounds
from tests.cli.command import run
from tests.recognizer import adaptive, tiny


@pytest.fixture
def adaptive_model(tmp_path: Path) -> Path:
    """The tiny model that can be adapted."""
    file = tmp_path / "adaptive.onnx"
    file.write_bytes(adaptive.model_file())
    return file


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Two folders: anna's recordings have the means 0.5 and 0.25, ben's -0.5."""
    for name, value in (("anna/1", 0.5), ("anna/2", 0.25), ("ben/1", -0.5)):
        file = tmp_path / "people" / f"{name}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        sounds.sound(tiny.steady(value), tiny.RATE, subtype="FLOAT")(file)
    return tmp_path / "people"


def _angry(output: str) -> list[float]:
    """Probability of angry, a recording each."""
    return [next(s["score"] for s in each["scores"] if s["label"] == "angry") for each in json.loads(output)]


def _expected(means: list[float]) -> list[float]:
    odds = np.exp(np.outer(means, [2, 0, -2]))
    return (odds[:, 0] / odds.sum(axis=1)).tolist()


def test_a_voice_is_enrolled_and_used(adaptive_model: Path, people: Path, tmp_path: Path) -> None:
    voice = tmp_path / "anna.voice"
    said = run("enrol", adaptive_model, people / "anna", "--out", voice).result()
    assert said == f"{voice}: 2 utterances\n"
    again = run("enrol", adaptive_model, people / "anna", "--out", voice)
    assert again.err == f"{voice}: is there already, and is replaced\n"
    found = _angry(run("predict", adaptive_model, people, "--voice", voice, "--json").result())
    offset = 0.375 * 2 / (2 + 5)
    assert found == pytest.approx(_expected([0.5 - offset, 0.25 - offset, -0.5 - offset]), abs=1e-5)


def test_all_files_of_a_folder_are_one_speaker(adaptive_model: Path, people: Path) -> None:
    (people / "ben" / "2.wav").write_bytes(b"no audio")
    answer = run("predict", adaptive_model, people, "--adapt", "--skip-bad", "--json")
    anna, ben = 0.375 * 2 / 7, -0.5 / 6
    assert _angry(answer.result()) == pytest.approx(_expected([0.5 - anna, 0.25 - anna, -0.5 - ben]), abs=1e-5)
    assert answer.err.count("skipped") == 1
    assert "2.wav" in answer.err
    assert "all files of one folder are taken as one speaker (2 folders; recordings: anna 2, ben 2)" in answer.err


def test_what_is_adapted_is_marked_in_every_format(adaptive_model: Path, people: Path, tmp_path: Path) -> None:
    entries = json.loads(run("predict", adaptive_model, people, "--adapt", "--json").result())
    assert [each["adapted"] for each in entries] == [2, 2, 1]
    lines = run("predict", adaptive_model, people, "--adapt").result().splitlines()
    assert [line.split("\t")[-1] for line in lines] == ["adapted, 2 utterances"] * 2 + ["adapted, 1 utterance"]
    rows = run("predict", adaptive_model, people, "--adapt", "--csv").result().splitlines()
    assert [row.split(",")[-1] for row in rows] == ["adapted", "2", "2", "1"]
    run("enrol", adaptive_model, people / "anna", "--out", tmp_path / "anna.voice").result()
    voiced = run("predict", adaptive_model, people / "ben", "--voice", tmp_path / "anna.voice").result()
    assert voiced.endswith("\tadapted, 2 utterances\n")
    assert run("predict", adaptive_model, people, "--csv").result().splitlines()[0].endswith(",p:sad")


def test_a_timeline_adapts_along_each_recording(adaptive_model: Path, people: Path, tmp_path: Path) -> None:
    talk = people / "talk.wav"
    sounds.sound(np.concatenate([tiny.steady(0.4), tiny.steady(0.2)]), tiny.RATE, subtype="FLOAT")(talk)
    arguments = ["predict", adaptive_model, talk, "--window", "1", "--hop", "1", "--adapt"]
    answer = run(*arguments, "--json")
    assert [each["adapted"] for each in json.loads(answer.result())[0]["windows"]] == [0, 1]
    assert "each recording is taken as one speaker" in answer.err
    lines = run(*arguments).result().splitlines()
    assert [line.endswith("\tadapted, 1 utterance") for line in lines] == [False, True]
    run("enrol", adaptive_model, people / "anna", "--out", tmp_path / "anna.voice").result()
    begun = run(*arguments, "--voice", tmp_path / "anna.voice", "--csv").result().splitlines()
    assert [line.split(",")[-1] for line in begun] == ["adapted", "2.0", "2.99"]  # a second of 120 is forgotten


def test_a_bad_recording_is_not_enrolled(adaptive_model: Path, people: Path, tmp_path: Path) -> None:
    (people / "anna" / "3.wav").write_bytes(b"no audio")
    assert "3.wav" in run("enrol", adaptive_model, people / "anna", "--out", tmp_path / "a.voice").complaint()
    assert not (tmp_path / "a.voice").exists()
    answer = run("enrol", adaptive_model, people / "anna", "--skip-bad", "--out", tmp_path / "a.voice")
    assert "2 utterances" in answer.result()
    assert "skipped" in answer.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--adapt", "--voice", "a.voice"], "choose one"),
        (["--adapt", "-"], "standard input"),
        (["--voice", "missing.voice"], "missing.voice: no such file"),
    ],
)
def test_what_does_not_go_together(arguments: list[str], words: str, adaptive_model: Path, people: Path) -> None:
    assert words in run("predict", adaptive_model, people, *arguments).complaint()


def test_a_model_that_cannot_be_adapted_says_so(model: Path, people: Path, tmp_path: Path) -> None:
    assert "cannot be adapted" in run("enrol", model, people / "anna", "--out", tmp_path / "a.voice").complaint()
    assert "cannot be adapted" in run("predict", model, people, "--adapt").complaint()


def test_the_voice_of_another_model_is_refused(adaptive_model: Path, people: Path, tmp_path: Path) -> None:
    voice = tmp_path / "anna.voice"
    run("enrol", adaptive_model, people / "anna", "--out", voice).result()
    values = json.loads(voice.read_text(encoding="utf-8"))
    voice.write_text(json.dumps({**values, "model": "0" * 64}), encoding="utf-8")
    assert "another model" in run("predict", adaptive_model, people, "--voice", voice).complaint()


@pytest.mark.usefixtures("undrawn")
def test_an_evaluation_enrols_and_says_so(voices: Path, tmp_path: Path) -> None:
    arguments = ["evaluate", f"folder:{voices}", "--recipe", "functionals-svm", "--normalise", "enrolled"]
    speakers = ["--speaker-from", r"(\w+)_", "--protocol", "speaker", "--jobs", "1", "--out", tmp_path / "out"]
    plain, adapted = json.loads(run(*arguments, *speakers, "--enrol", "0", "--enrol", "2", "--json").result())
    assert [each["protocol"] for each in (plain, adapted)] == ["speaker", "speaker+enrol-2"]
    assert [each["n_test"] for each in (plain, adapted)] == [36, 36 - 4 * 2]
    assert "expected a number of utterances" in run(*arguments, *speakers, "--enrol", "few").complaint()
    refused = [*arguments[:-2], *speakers, "--enrol", "2"]
    assert "does not adapt to what is enrolled" in run(*refused).complaint()
